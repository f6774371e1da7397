// Counts calls of the browser's functions that fingerprinting and session replay are made of, by script. Runs in the
// closure that ``prelude.js`` begins. It tells facts; what they mean is for others to judge. A call that throws is none.

  // Beyond EXACT calls of one function by one document only every STRIDE-th is asked where it comes from, and those until
  // the next are counted as its: a game that draws text in a loop is not slowed down.
  const EXACT = 500, STRIDE = 32, MAX_PENDING = 400, MAX_REPORTS = 400, MAX_FONTS = 1000;
  const FIRST_WAIT_MS = 100, MAX_WAIT_MS = 800, MAX_SCRIPT = 2048;
  const later = setTimeout, charCodeAt = method(String, 'charCodeAt');
  const called = { __proto__: null }, fonts = { __proto__: null };
  let pending = { __proto__: null }, size = 0, since = 0, waiting = false, wait = FIRST_WAIT_MS;
  const overflow = { __proto__: null, count: 0, told: false };
  let reports = 0, fontCount = 0;

  const skipDigits = (text, from) => {
    let at = from;
    for (let code = charCodeAt(text, at); code >= 48 && code <= 57; code = charCodeAt(text, ++at));
    return at;
  };
  const firstLine = (text) => { const end = indexOf(text, '\n'); return end < 0 ? text : slice(text, 0, end); };
  // The first address in a stack that is a script's: up to its ``:line:column``. Without regular expressions, which a
  // page can watch (RegExp.$1). A data: address is the script itself: its beginning will do.
  const scriptIn = (trace) => {
    const plain = indexOf(trace, 'at data:'), named = indexOf(trace, '(data:');
    const data = plain < 0 ? named < 0 ? -1 : named + 1 : named >= 0 && named < plain ? named + 1 : plain + 3;
    for (let found = indexOf(trace, 'http'); found >= 0; found = indexOf(trace, 'http', found + 4)) {
      if (data >= 0 && data < found) break;
      const at = found >= 5 && slice(trace, found - 5, found) === 'blob:' ? found - 5 : found;
      for (let colon = indexOf(trace, ':', found + 8); colon >= 0; colon = indexOf(trace, ':', colon + 1)) {
        const column = skipDigits(trace, colon + 1);
        if (column > colon + 1 && slice(trace, column, column + 1) === ':' && skipDigits(trace, column + 1) > column + 1) {
          return slice(trace, at, colon < at + MAX_SCRIPT ? colon : at + MAX_SCRIPT);
        }
      }
    }
    return data < 0 ? '' : firstLine(slice(trace, data, data + MAX_SCRIPT));
  };
  // Where calls of one function by one script are counted until they are told.
  const slotOf = (api, script) => {
    const key = api + '\x1d' + script;
    if (!pending[key]) {
      if (size >= MAX_PENDING) return overflow;
      pending[key] = { __proto__: null, count: 0, told: false };
      size++;
    }
    return pending[key];
  };
  const add = (slot) => {
    slot.count++;
    if (gone()) { since = when(); flush(); } else if (!waiting) { waiting = true; since = when(); apply(later, frame, [flush, wait]); }
  };
  // Counts a call; gives what is known of the function.
  const count = (api) => {
    const known = called[api] || (called[api] = { __proto__: null, total: 0, script: '', slot: overflow, font: '' });
    const asked = known.total < EXACT || known.total % STRIDE === 0;
    if (asked) known.script = scriptIn(stack(8)) || scriptIn(stack(50));
    known.total++;
    if (asked || known.slot.told) known.slot = slotOf(api, known.script);
    add(known.slot);
    return known;
  };
  const flush = () => {
    waiting = false;
    watch();
    if ((size === 0 && overflow.count === 0) || reports >= MAX_REPORTS) return;
    let entries = '';
    for (const key in pending) {
      entries += (entries && '\x1e') + key + '\x1d' + pending[key].count;
      pending[key].told = true;
    }
    const url = documentUrl(page), missed = overflow.count;
    pending = { __proto__: null };
    size = overflow.count = 0;
    reports++;
    wait = wait * 1.3 < MAX_WAIT_MS ? wait * 1.3 : MAX_WAIT_MS;
    tell('api', since, '', entries, slice(url, 0, 4) === 'http' ? url : home || baseUri(page), missed, '');
  };
  const flushNow = (event) => { if (event.type !== 'click' || isTrusted(event)) flush(); };
  // What was called before a click belongs to the time before it. A document that is opened anew loses its listeners.
  const watch = () => {
    listen(frame, 'click', flushNow, true);
    listen(frame, 'pagehide', flushNow, true);
    listen(page, 'visibilitychange', flushNow, true);
    listen(page, secret + ':flush', flushNow);
    meet();
  };
  watch();

  // Counts successful calls as ``api``, or as what ``api`` makes of (this, arguments), if anything.
  const counted = (owner, name, part, api) => wrap(owner, name, part, (target, self, args) => {
    const result = apply(target, self, args);
    try {
      const label = typeof api === 'string' ? api : api(self, args);
      if (label) count(label);
    } catch { /* the page goes on */ }
    return result;
  });
  const prototypeOf = (name) => { const owner = globalThis[name]; return owner && owner.prototype; };
  const methods = (type, label, names) => {
    for (const name of names) counted(prototypeOf(type), name, 'value', label + '.' + name);
  };
  const getters = (type, label, names) => {
    for (const name of names) counted(prototypeOf(type), name, 'get', label + '.' + name);
  };

  const countFont = (script, font) => {
    const key = script + '\x1d' + font;
    if (fonts[key] || fontCount >= MAX_FONTS) return;
    fonts[key] = true;
    fontCount++;
    add(slotOf('canvas.measureText:fonts', script));
  };
  methods('HTMLCanvasElement', 'canvas', ['toDataURL', 'toBlob']);
  methods('OffscreenCanvas', 'canvas', ['convertToBlob']);
  for (const type of ['CanvasRenderingContext2D', 'OffscreenCanvasRenderingContext2D']) {
    methods(type, 'canvas', ['getImageData', 'fillText', 'strokeText', 'isPointInPath']);
    const font = getter(prototypeOf(type) || {}, 'font');
    wrap(prototypeOf(type), 'measureText', 'value', (target, self, args) => {
      const result = apply(target, self, args);
      try {
        const known = count('canvas.measureText'), used = font(self);
        if (used !== known.font) { known.font = used; countFont(known.script, used); }
      } catch { /* the page goes on */ }
      return result;
    });
  }

  const unmasked = { __proto__: null, 37445: ':UNMASKED_VENDOR_WEBGL', 37446: ':UNMASKED_RENDERER_WEBGL' };
  const watchGl = (type) => {
    counted(prototypeOf(type), 'getParameter', 'value', (_, args) => 'webgl.getParameter' + (unmasked[+args[0]] || ''));
    counted(prototypeOf(type), 'getExtension', 'value', (_, args) =>
      args[0] === 'WEBGL_debug_renderer_info' && 'webgl.getExtension:WEBGL_debug_renderer_info');
    methods(type, 'webgl', ['getSupportedExtensions', 'getShaderPrecisionFormat', 'readPixels']);
  };
  // To look at these two costs more than all the rest: in frames, of which there may be hundreds, only when one is used.
  const glTypes = { __proto__: null, webgl: 'WebGLRenderingContext', webgl2: 'WebGL2RenderingContext',
    'experimental-webgl': 'WebGLRenderingContext' };
  const watchedGl = { __proto__: null };
  const watchGlOnce = (type) => { if (type && !watchedGl[type]) { watchedGl[type] = true; watchGl(type); } };
  if (frame === top) for (const name in glTypes) watchGlOnce(glTypes[name]);
  else for (const type of ['HTMLCanvasElement', 'OffscreenCanvas']) {
    counted(prototypeOf(type), 'getContext', 'value', (_, args) => watchGlOnce(typeof args[0] === 'string' && glTypes[args[0]]));
  }

  methods('BaseAudioContext', 'audio', ['createOscillator', 'createDynamicsCompressor', 'createAnalyser']);
  methods('OfflineAudioContext', 'audio', ['startRendering']);
  methods('AudioBuffer', 'audio', ['getChannelData', 'copyFromChannel']);
  methods('AnalyserNode', 'audio', ['getFloatFrequencyData', 'getByteFrequencyData', 'getFloatTimeDomainData']);

  methods('FontFaceSet', 'fonts', ['check']);
  counted(globalThis, 'queryLocalFonts', 'value', 'fonts.queryLocalFonts');
  // Sizes are asked for all the time; only of elements that carry a font of their own they tell of fonts.
  const styleOf = getter(prototypeOf('HTMLElement'), 'style');
  const propertyOf = method(CSSStyleDeclaration, 'getPropertyValue');
  for (const name of ['offsetWidth', 'offsetHeight']) {
    counted(prototypeOf('HTMLElement'), name, 'get', (self) => propertyOf(styleOf(self), 'font-family') && 'fonts.' + name);
  }

  getters('Navigator', 'navigator', ['plugins', 'mimeTypes', 'hardwareConcurrency', 'deviceMemory', 'languages', 'platform',
    'connection', 'maxTouchPoints', 'webdriver']);
  methods('Navigator', 'navigator', ['getBattery']);
  methods('NavigatorUAData', 'navigator', ['getHighEntropyValues']);
  getters('Screen', 'screen', ['width', 'height', 'availWidth', 'availHeight', 'colorDepth', 'pixelDepth']);
  counted(Intl.DateTimeFormat.prototype, 'resolvedOptions', 'value', 'intl.resolvedOptions');
  methods('RTCPeerConnection', 'webrtc', ['createDataChannel', 'createOffer']);
  methods('SpeechSynthesis', 'speechSynthesis', ['getVoices']);
  methods('MediaDevices', 'mediaDevices', ['enumerateDevices']);
  methods('Permissions', 'permissions', ['query']);

  // Keystrokes: where a listener stands says what it can hear. A field's type is asked and not kept.
  const KEYS = { __proto__: null, keydown: true, keypress: true, keyup: true, input: true, beforeinput: true, change: true };
  const nodeName = getter(Node.prototype, 'nodeName'), bodyOf = getter(Document.prototype, 'body');
  const rootOf = getter(Document.prototype, 'documentElement');
  const inputType = getter(globalThis.HTMLInputElement ? HTMLInputElement.prototype : {}, 'type');
  const TYPED = { __proto__: null, text: 'input', search: 'input', email: 'input', tel: 'input', url: 'input', number: 'input',
    password: 'password' };
  const hasAttribute = method(Element, 'hasAttribute');
  const ownerOf = getter(Node.prototype, 'ownerDocument');
  const placeOf = (target) => {
    if (target === undefined || target === null || target === frame) return 'window';
    if (target === page) return 'document';
    if (target === rootOf(page)) return 'html';
    if (target === bodyOf(page)) return 'body';
    let kind = '';
    try { kind = nodeName(target); } catch { return ''; }
    // Of a frame; a document that no frame shows is nobody's to watch.
    if (kind === '#document') return viewOf(target) ? 'document' : '';
    if (kind === 'HTML' || kind === 'BODY') {
      const owner = ownerOf(target);
      return !viewOf(owner) ? '' : target === rootOf(owner) ? 'html' : target === bodyOf(owner) ? 'body' : '';
    }
    if (kind === 'INPUT') return TYPED[inputType(target)] || '';
    if (kind === 'TEXTAREA' || kind === 'FORM') return kind === 'FORM' ? 'form' : 'textarea';
    return hasAttribute(target, 'contenteditable') ? 'editable' : '';
  };
  const at = (api, target) => { const place = placeOf(target); return place && api + '@' + place; };
  counted(EventTarget.prototype, 'addEventListener', 'value', (self, args) =>
    typeof args[0] === 'string' && KEYS[args[0]] && args[1] && at('addEventListener:' + args[0], self));
  for (const type in KEYS) {
    for (const owner of [globalThis, Document.prototype, HTMLElement.prototype]) {
      counted(owner, 'on' + type, 'set', (self, args) => typeof args[0] === 'function' && at('on' + type, self));
    }
  }

  // The whole DOM: watched, or written out. Options are read without waking a page's getters.
  const whole = (api, target) => { const place = placeOf(target); return (place === 'document' || place === 'html' ||
    place === 'body') && api + '@' + place; };
  const flagged = (options, name) => { const found = own(options, name); return !!(found && found.value); };
  counted(prototypeOf('MutationObserver'), 'observe', 'value', (_, args) => {
    const place = placeOf(args[0]), options = args[1];
    if (!flagged(options, 'subtree')) return '';
    let what = '';
    for (const name in { __proto__: null, attributes: 1, characterData: 1, childList: 1 }) {
      if (flagged(options, name)) what += (what && '+') + name;
    }
    return whole('MutationObserver.observe:' + what, args[0]);
  });
  counted(prototypeOf('XMLSerializer'), 'serializeToString', 'value', (_, args) => whole('XMLSerializer.serializeToString', args[0]));
  for (const name of ['outerHTML', 'innerHTML']) {
    counted(Element.prototype, name, 'get', (self) => whole('Element.' + name, self));
  }
