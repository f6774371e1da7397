// Reports writes of cookies and storage with their author, requests that only a script's call tells apart, and clicks.
// Runs in the closure that ``prelude.js`` begins.
  const stored = (name, area, place) => {
    const key = area + name;
    if (seen[key]) return;
    seen[key] = true;
    report('storage', when(), inWords(place), slice('' + name, 0, 2048), area, '', '');
  };

  const readCookie = getter(Document.prototype, 'cookie');
  wrap(Document.prototype, 'cookie', 'set', (target, self, args) => {
    if (!viewOf(self)) return apply(target, self, args);  // No browser has cookies for a document without a window.
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
    const rest = whole ? ('' + (first.domain || '')) + '\n' + (first.path || '/') + '\n' + (first.expires != null ? +first.expires :
      first.maxAge == null ? '' : at + first.maxAge * 1000) + '\n' + (first.sameSite || 'strict') + '\n' + (first.partitioned ? 1 : 0) : '\n/\n\nstrict\n0';
    const result = apply(target, self, args);
    then(result, () => report(kind, at, trace, slice('' + name, 0, 4096), slice('' + value, 0, 4096), rest, ''), () => {});
    return result;
  };
  if (globalThis.CookieStore) {
    wrap(CookieStore.prototype, 'set', 'value', storeWrite('storeset'));
    wrap(CookieStore.prototype, 'delete', 'value', storeWrite('storedelete'));
  }

  // A key that is written as a property passes no function. Whoever took hold of the area last before it grew wrote it.
  const AREA_KEYS = 500, AREA_USES = 1000;
  const lengthOf = getter(globalThis.Storage && Storage.prototype, 'length'), keyAt = method(globalThis.Storage, 'key');
  const areas = { __proto__: null };
  const resolved = Promise.resolve();
  const compare = (area, state, known) => {
    const length = lengthOf(state.store);
    if (length === state.length) return;
    state.length = length;
    for (let n = 0; n < length && n < AREA_KEYS; n++) {
      const key = keyAt(state.store, n);
      if (known) seen[area + key] = true; else stored(key, area, state.holder);
    }
  };
  const watchArea = (name, area) => {
    const read = getter(globalThis, name);
    let uses = 0;
    wrap(globalThis, name, 'get', (target, self, args) => {
      const store = apply(target, self, args);
      if (uses >= AREA_USES) return store;  // A page that lives on its storage is not slowed down.
      uses++;
      try {
        const fresh = { __proto__: null, store, length: 0, holder: undefined, due: false };
        const state = areas[area] || (areas[area] = fresh);
        compare(area, state, state.holder === undefined);
        state.holder = here(12);
        if (!state.due) {
          state.due = true;
          then(resolved, () => { state.due = false; compare(area, state, false); });
        }
      } catch { /* no storage for this document */ }
      return store;
    });
    return read;
  };
  const readLocal = watchArea('localStorage', 'local');
  const readSession = watchArea('sessionStorage', 'session');
  wrap(globalThis.Storage && Storage.prototype, 'setItem', 'value', (target, self, args) => {
    let area;  // That of another frame is told by whoever took hold of it there.
    try { area = self === readLocal(frame) ? 'local' : self === readSession(frame) ? 'session' : undefined; } catch { /* none */ }
    if (area && !seen[area + args[0]]) stored(args[0], area, here());
    return apply(target, self, args);
  });
  wrap(globalThis.IDBFactory && IDBFactory.prototype, 'open', 'value', (target, self, args) => {
    const place = here(), request = apply(target, self, args);
    listen(request, 'success', () => stored(args[0], 'indexeddb', place));
    return request;
  });
  wrap(globalThis.CacheStorage && CacheStorage.prototype, 'open', 'value', (target, self, args) => {
    const place = here(), opened = apply(target, self, args);
    then(opened, () => stored(args[0], 'cache', place), () => {});
    return opened;
  });

  const absolute = (url) => href(construct(NativeURL, ['' + url, baseUri(page)]));
  wrap(globalThis.Navigator && Navigator.prototype, 'sendBeacon', 'value', (target, self, args) => {
    const accepted = apply(target, self, args);
    try { if (accepted) report('sendbeacon', when(), '', absolute(args[0]), '', '', ''); } catch { /* no URL */ }
    return accepted;
  });
  wrap(globalThis, 'fetch', 'value', (target, self, args) => {
    try {
      const [what, options] = args;
      let keep = options && options.keepalive, url = what;
      if (NativeRequest && what instanceof NativeRequest) {
        url = requestUrl(what);
        if (keep === undefined) keep = requestKeepalive(what);
      }
      if (keep) report('keepalive', when(), '', absolute(url), '', '', '');
    } catch { /* fetch itself will say what is wrong */ }
    return apply(target, self, args);
  });

  // In what follows a promise of the browser's own (``fetch``, ``caches``) the browser does not know who asks for an image.
  const MOST_IMAGES = 500;
  const imageUrl = getter(globalThis.HTMLImageElement && HTMLImageElement.prototype, 'src');
  let images = 0;
  wrap(globalThis.HTMLImageElement && HTMLImageElement.prototype, 'src', 'set', (target, self, args) => {
    if (images >= MOST_IMAGES) return apply(target, self, args);
    const at = when(), place = here(), result = apply(target, self, args), url = imageUrl(self);
    if (slice(url, 0, 4) === 'http') { images++; report('image', at, inWords(place), slice(url, 0, 8192), '', '', ''); }
    return result;
  });

  // While a script submits a form the browser tells where to, but not who did.
  const submits = (target, self, args) => {
    report('submit', when(), stack(), '1', '', '', '');
    try { return apply(target, self, args); } finally { report('submit', when(), '', '', '', '', ''); }
  };
  for (const name of ['submit', 'requestSubmit']) {
    wrap(globalThis.HTMLFormElement && HTMLFormElement.prototype, name, 'value', submits);
  }

  wrap(globalThis, 'fetchLater', 'value', (target, self, args) => {
    const at = when(), place = here(), result = apply(target, self, args);
    try {
      const url = NativeRequest && args[0] instanceof NativeRequest ? requestUrl(args[0]) : absolute(args[0]);
      report('later', at, inWords(place), url, '', '', '');
    } catch { /* no URL */ }
    return result;
  });

  // A service worker begins when it is listened to (``workers.py``), or after a second.
  const NativePromise = Promise, setTimer = globalThis.setTimeout;
  let listenedTo;
  wrap(globalThis.ServiceWorkerContainer && ServiceWorkerContainer.prototype, 'register', 'value', (target, self, args) => {
    listenedTo = listenedTo || construct(NativePromise, [(resolve) => {
      listen(page, secret + ':listening', resolve);
      apply(setTimer, frame, [resolve, 1000]);
      report('register', when(), '', '', '', '', '');
    }]);
    return then(listenedTo, () => apply(target, self, args));
  });

  wrap(globalThis.Worklet && Worklet.prototype, 'addModule', 'value', (target, self, args) => {
    try { report('worklet', when(), '', absolute(args[0]), '', '', ''); } catch { /* no URL */ }
    return apply(target, self, args);
  });

  listen(frame, 'click', (event) => report('click', when(), '', isTrusted(event) ? '1' : '0', '', '', ''), true);
