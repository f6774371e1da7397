// Runs before any script of every frame. Reports writes with their author to the binding BINDING, which is removed
// from the page at once; everything used later is taken now, since a page may redefine it. Fields are joined by a
// control character and not by JSON: pages define toJSON on the prototypes of String and Array.
((binding) => {
  'use strict';
  const send = globalThis[binding];
  if (typeof send !== 'function') return;
  delete globalThis[binding];

  const { apply, getOwnPropertyDescriptor, defineProperty, construct } = Reflect;
  const method = (owner, name) => {
    const fn = owner && owner.prototype && owner.prototype[name];
    return fn ? (self, ...args) => apply(fn, self, args) : () => undefined;
  };
  const getter = (owner, name) => {
    const found = getOwnPropertyDescriptor(owner, name);
    return found && found.get ? (self) => apply(found.get, self, []) : () => undefined;
  };
  const NativeProxy = Proxy, NativeError = Error, NativeRequest = globalThis.Request, NativeURL = URL;
  const slice = method(String, 'slice'), indexOf = method(String, 'indexOf'), trim = method(String, 'trim');
  const then = method(Promise, 'then'), performanceNow = method(Performance, 'now');
  const listen = method(EventTarget, 'addEventListener');
  const documentUrl = getter(Document.prototype, 'URL'), baseUri = getter(Node.prototype, 'baseURI');
  const href = getter(URL.prototype, 'href'), isTrusted = (event) => event.isTrusted === true;
  const requestUrl = NativeRequest ? getter(NativeRequest.prototype, 'url') : () => undefined;
  const requestKeepalive = NativeRequest ? getter(NativeRequest.prototype, 'keepalive') : () => undefined;
  const clock = performance, timeOrigin = performance.timeOrigin, page = document, frame = window;
  const originOf = getter(globalThis, 'origin');
  const seen = { __proto__: null };
  let budget = 5000;
  // Writing is asynchronous in the browser but reading waits for it: a page that writes without end is not slowed down.
  let readBacks = 60;

  const stack = () => {
    let limit, prepare, hadPrepare = false;
    try {
      limit = NativeError.stackTraceLimit;
      hadPrepare = getOwnPropertyDescriptor(NativeError, 'prepareStackTrace') !== undefined;
      if (hadPrepare) { prepare = NativeError.prepareStackTrace; NativeError.prepareStackTrace = undefined; }
      NativeError.stackTraceLimit = 30;
      return slice('' + new NativeError('').stack, 0, 6000);
    } catch { return ''; } finally {
      try {
        NativeError.stackTraceLimit = limit;
        if (hadPrepare) NativeError.prepareStackTrace = prepare;
      } catch { /* the page froze Error; nothing was changed then */ }
    }
  };
  const when = () => timeOrigin + performanceNow(clock);
  const report = (kind, at, trace, a, b, c, d) => {
    if (budget-- <= 0) return;
    try {
      send(kind + '\x1f' + at + '\x1f' + documentUrl(page) + '\x1f' + originOf(frame) + '\x1f' + trace +
        '\x1f' + a + '\x1f' + b + '\x1f' + c + '\x1f' + d);
    } catch { /* the page is going away */ }
  };
  const once = (kind, name, area) => {
    const key = kind + area + name;
    if (seen[key]) return;
    seen[key] = true;
    report(kind, when(), stack(), slice('' + name, 0, 2048), area, '', '');
  };
  const wrap = (owner, name, part, around) => {
    if (!owner) return;
    const found = getOwnPropertyDescriptor(owner, name);
    if (!found || typeof found[part] !== 'function') return;
    const native = found[part];
    const handler = { __proto__: null, apply: (target, self, args) => around(target, self, args) };
    found[part] = new NativeProxy(native, handler);
    defineProperty(owner, name, found);
  };

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
})('BINDING');
