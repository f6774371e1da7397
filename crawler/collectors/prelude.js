// What all hooks of a page share. One closure is made of this file and the hooks that follow it (see ``tap.py``); it
// runs before any script of every frame and reports to the binding, which is removed from the page at once. Everything
// used later is taken now, since a page may redefine it. Fields are joined by a control character and not by JSON:
// pages define toJSON on the prototypes of String and Array.
  const send = globalThis[binding];
  if (typeof send !== 'function') return;
  delete globalThis[binding];

  const { apply, getOwnPropertyDescriptor, getPrototypeOf, setPrototypeOf, defineProperty, deleteProperty, construct } =
    Reflect;
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
  const dispatch = method(EventTarget, 'dispatchEvent'), listen = method(EventTarget, 'addEventListener');
  const documentUrl = getter(Document.prototype, 'URL'), baseUri = getter(Node.prototype, 'baseURI');
  const viewOf = getter(Document.prototype, 'defaultView');
  const href = getter(URL.prototype, 'href'), isTrusted = (event) => event.isTrusted === true;
  const requestUrl = NativeRequest ? getter(NativeRequest.prototype, 'url') : () => undefined;
  const requestKeepalive = NativeRequest ? getter(NativeRequest.prototype, 'keepalive') : () => undefined;
  const clock = performance, timeOrigin = performance.timeOrigin, page = document, frame = window;
  const originOf = getter(globalThis, 'origin');
  // A document without an address of its own (srcdoc, about:blank) is told by the one that made it.
  const home = slice(documentUrl(page), 0, 6) === 'about:' ? baseUri(page) : '';
  const seen = { __proto__: null };
  const MOST_REPORTS = 5000, told = { __proto__: null };
  // Writing is asynchronous in the browser but reading waits for it: a page that writes without end is not slowed down.
  let readBacks = 60;

  // A descriptor that no property which a page gives to all objects gets into.
  const own = (owner, name) => {
    const found = getOwnPropertyDescriptor(owner, name);
    if (found) setPrototypeOf(found, null);
    return found;
  };
  const plain = (value) => ({ __proto__: null, configurable: true, enumerable: true, writable: true, value });
  // Remembering where one stands is cheap, putting it into words is not: that is done for what is reported only. What
  // the page set on Error is put back as it was.
  const here = (most = 30) => {
    const limit = own(NativeError, 'stackTraceLimit');
    try {
      defineProperty(NativeError, 'stackTraceLimit', plain(most));
      return new NativeError('');
    } catch { return undefined; } finally {
      if (limit) defineProperty(NativeError, 'stackTraceLimit', limit); else deleteProperty(NativeError, 'stackTraceLimit');
    }
  };
  const inWords = (place) => {
    const prepare = own(NativeError, 'prepareStackTrace');
    try {
      if (prepare) defineProperty(NativeError, 'prepareStackTrace', plain(undefined));
      return slice('' + place.stack, 0, 6000);
    } catch { return ''; } finally {
      if (prepare) defineProperty(NativeError, 'prepareStackTrace', prepare);
    }
  };
  const stack = (most = 30) => inWords(here(most));
  const when = () => timeOrigin + performanceNow(clock);
  // What a page wrote may hold the character that joins the fields.
  const without = (text, what, by) => {
    let out = '';
    for (let at = indexOf(text, what); at >= 0; at = indexOf(text, what)) {
      out += slice(text, 0, at) + by;
      text = slice(text, at + 1);
    }
    return out + text;
  };
  const field = (text) => '\x1f' + without(without('' + text, '\x10', '\x10e'), '\x1f', '\x10f');
  // A frame that is taken away is heard no more, but its functions go on working for whoever kept them: then the document
  // around it tells what they do.
  let around;
  const gone = () => !viewOf(page);
  const tell = (kind, at, trace, a, b, c, d) => {
    try {
      if (around && gone()) around(kind, at, trace, a, b, c, d);
      else send(kind + '\x1f' + at + '\x1f' + (home || documentUrl(page)) + '\x1f' + originOf(frame) + field(trace) +
        field(a) + field(b) + field(c) + field(d));
    } catch { /* the page is going away */ }
  };
  // A page that writes without end is not listened to without end; that it was not is told.
  const report = (kind, at, trace, a, b, c, d) => {
    const count = told[kind] = (told[kind] || 0) + 1;
    if (count <= MOST_REPORTS) tell(kind, at, trace, a, b, c, d);
    else if (count === MOST_REPORTS + 1) tell('unheard', at, '', kind, '' + MOST_REPORTS, '', '');
  };

  // A hook is a proxy of the browser's own function, and may not be told from it: its text is the function's
  // (``natives``, one for all frames that can reach each other), it cannot become its own prototype, and an error that
  // the function throws has no frame of ours.
  let natives = new WeakMap();
  // Pages compare the functions of their frames: scripts that can reach each other keep one list of hooks. They find it
  // through an event whose name only they know.
  const detail = getter(CustomEvent.prototype, 'detail'), documentOf = getter(globalThis, 'document');
  for (const other of [parent, top, opener]) {
    try {
      if (other && other !== frame) {
        dispatch(documentOf(other), new CustomEvent(secret, {
          detail: (theirs, tellThere) => { natives = theirs; around = around || tellThere; },
        }));
      }
    } catch { /* of another origin: the page cannot reach it either */ }
  }
  const meet = () => listen(page, secret, answer), answer = (event) => detail(event)(natives, tell);
  meet();
  const lookUp = method(WeakMap, 'get'), enter = method(WeakMap, 'set');
  const capture = NativeError.captureStackTrace, NativeTypeError = TypeError;
  const hideFrom = (error, trap) => {
    try { if (typeof error === 'object' && error !== null) capture(error, trap); } catch { /* no stack, no frame */ }
  };
  const reaches = (from, proxy) => {
    for (let depth = 0; from !== null && depth < 1000; from = getPrototypeOf(from), depth++) {
      if (from === proxy) return true;
    }
    return false;
  };
  const disguise = (native, trap) => {
    const changePrototype = (target, prototype) => {
      if (!reaches(prototype, proxy)) return setPrototypeOf(target, prototype);
      if (indexOf(stack(4), 'at Reflect.setPrototypeOf') >= 0) return false;
      const error = new NativeTypeError('Cyclic __proto__ value');
      hideFrom(error, changePrototype);
      throw error;
    };
    const proxy = new NativeProxy(native, { __proto__: null, apply: trap, setPrototypeOf: changePrototype });
    enter(natives, proxy, native);
    return proxy;
  };
  const wrap = (owner, name, part, around) => {
    if (!owner) return;
    const found = getOwnPropertyDescriptor(owner, name);
    if (!found || typeof found[part] !== 'function') return;
    const trap = (target, self, args) => {
      try { return around(target, self, args); } catch (error) { hideFrom(error, trap); throw error; }
    };
    found[part] = disguise(found[part], trap);
    defineProperty(owner, name, found);
  };

  const textOf = (target, self) => {
    try { return apply(target, lookUp(natives, self) || self, []); } catch (error) {
      try {
        if (!own(NativeError, 'prepareStackTrace')) error.stack = withoutSecond(error.stack, self);
      } catch { /* it stays as it is */ }
      throw error;
    }
  };
  // Here the browser's own frame stands above ours, so that ours is cut out of the text. The browser names the object
  // that has no text by its prototype's class.
  const withoutSecond = (trace, self) => {
    const first = indexOf(trace, '\n'), second = indexOf(trace, '\n', first + 1), third = indexOf(trace, '\n', second + 1);
    if (first < 0 || second < 0) return trace;
    const ofHook = typeof self === 'object' && self !== null && lookUp(natives, getPrototypeOf(self));
    const top = ofHook ? '\n    at Function.toString (<anonymous>)' : slice(trace, first, second);
    return slice(trace, 0, first) + top + (third < 0 ? '' : slice(trace, third));
  };
  defineProperty(Function.prototype, 'toString', {
    __proto__: null,
    ...getOwnPropertyDescriptor(Function.prototype, 'toString'),
    value: disguise(Function.prototype.toString, textOf),
  });

