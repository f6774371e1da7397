// Reports writes of cookies and storage with their author, requests that only a script's call tells apart, and clicks.
// Runs in the closure that ``prelude.js`` begins.
  const readCookie = getter(Document.prototype, 'cookie');
  wrap(Document.prototype, 'cookie', 'set', (target, self, args) => {
    const at = when(), text = '' + args[0], trace = stack();
    const result = apply(target, self, [text]);
    let visible = '';
    if (readBacks-- > 0) try {
      const end = indexOf(text, ';'), pair = trim(end < 0 ? text : slice(text, 0, end));
      visible = indexOf('; ' + readCookie(self) + ';', '; ' + pair + ';') >= 0 ? '1' : '0';
    } catch { /* a sandboxed document */ }
    report('cookie', at, trace, slice(text, 0, 8192), visible, documentUrl(self), '');
    return result;
  });

  const storeWrite = (kind) => (target, self, args) => {
    const at = when(), trace = stack(), first = args[0], whole = typeof first === 'object' && first !== null;
    const name = whole ? first.name : first, value = whole ? first.value : args[1];
    const rest = whole ? ('' + (first.domain || '')) + '\n' + (first.path || '/') + '\n' + (first.expires == null ? '' :
      +first.expires) + '\n' + (first.sameSite || 'strict') + '\n' + (first.partitioned ? 1 : 0) : '\n/\n\nstrict\n0';
    const result = apply(target, self, args);
    then(result, () => report(kind, at, trace, slice('' + name, 0, 4096), slice('' + value, 0, 4096), rest, ''), () => {});
    return result;
  };
  if (globalThis.CookieStore) {
    wrap(CookieStore.prototype, 'set', 'value', storeWrite('storeset'));
    wrap(CookieStore.prototype, 'delete', 'value', storeWrite('storedelete'));
  }

  const readLocal = getter(globalThis, 'localStorage');
  wrap(globalThis.Storage && Storage.prototype, 'setItem', 'value', (target, self, args) => {
    let area = 'session';
    try { if (self === readLocal(frame)) area = 'local'; } catch { /* no storage for this document */ }
    once('storage', args[0], area);
    return apply(target, self, args);
  });
  wrap(globalThis.IDBFactory && IDBFactory.prototype, 'open', 'value', (target, self, args) => {
    once('storage', args[0], 'indexeddb');
    return apply(target, self, args);
  });
  wrap(globalThis.CacheStorage && CacheStorage.prototype, 'open', 'value', (target, self, args) => {
    once('storage', args[0], 'cache');
    return apply(target, self, args);
  });

  wrap(globalThis, 'fetch', 'value', (target, self, args) => {
    try {
      const [what, options] = args;
      let keep = options && options.keepalive, url = what;
      if (NativeRequest && what instanceof NativeRequest) {
        url = requestUrl(what);
        if (keep === undefined) keep = requestKeepalive(what);
      }
      if (keep) report('keepalive', when(), '', href(construct(NativeURL, ['' + url, baseUri(page)])), '', '', '');
    } catch { /* fetch itself will say what is wrong */ }
    return apply(target, self, args);
  });

  listen(frame, 'click', (event) => report('click', when(), '', isTrusted(event) ? '1' : '0', '', '', ''), true);
