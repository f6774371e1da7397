// How a control looks: facts of rendering, read when a banner was found. Uses the eyes' numbers of elements.
(() => {
  if (globalThis.consentLooks) return;

  const parentOf = (e) => e.assignedSlot || e.parentElement || (e.getRootNode() instanceof ShadowRoot ? e.getRootNode().host : null);
  const TRANSPARENT = [0, 0, 0, 0];
  const converted = new Map();
  // Any CSS colour as [red, green, blue, alpha]; what is not written as rgb() goes through a pixel.
  const rgba = (text) => {
    const plain = /^rgba?\(\s*([\d.]+),\s*([\d.]+),\s*([\d.]+)(?:,\s*([\d.]+))?\s*\)$/.exec(text);
    if (plain) return [Number(plain[1]), Number(plain[2]), Number(plain[3]), plain[4] === undefined ? 1 : Number(plain[4])];
    if (!text || text === "transparent") return TRANSPARENT;
    if (!converted.has(text)) {
      const pen = new OffscreenCanvas(1, 1).getContext("2d");
      pen.fillStyle = text;
      pen.fillRect(0, 0, 1, 1);
      const pixel = pen.getImageData(0, 0, 1, 1).data;
      converted.set(text, [pixel[0], pixel[1], pixel[2], pixel[3] / 255]);
    }
    return converted.get(text);
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
  const luminance = (c) => {
    const [r, g, b] = c.map((n) => (n / 255 <= 0.04045 ? n / 255 / 12.92 : ((n / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, two) => {
    const [a, b] = [luminance(one), luminance(two)];
    return Math.round(((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)) * 100) / 100;
  };
  // A gradient counts by its first colour; a picture cannot be told.
  const paint = (style) => {
    if (style.backgroundImage === "none") return rgba(style.backgroundColor);
    const first = /gradient\(.*?((?:rgb|rgba|hsl|oklch|oklab|lab|lch|color|color-mix)\([^()]*\))/.exec(style.backgroundImage);
    return first ? rgba(first[1]) : null;
  };
  // The colour behind an element's text, or null over a picture.
  const surface = (start) => {
    const layers = [];
    for (let e = start; e; e = parentOf(e)) {
      const colour = paint(getComputedStyle(e));
      if (!colour) return null;
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] >= 1) break;
    }
    return layers.reduceRight((below, top) => over(top, below), [255, 255, 255]);
  };
  const area = (e) => { const box = e.getBoundingClientRect(); return box.width * box.height; };
  // The element that carries the control's words, and the one that is painted as it.
  const worded = (e) => {
    let at = e;
    while (at.childElementCount === 1 && at.textContent.trim() === at.firstElementChild.textContent.trim() &&
      at.textContent.trim()) at = at.firstElementChild;
    return at;
  };
  const painted = (e) => {
    for (let at = e; ; at = at.firstElementChild) {
      const colour = paint(getComputedStyle(at));
      if (!colour || colour[3] > 0) return at;
      if (at.childElementCount !== 1 || area(at.firstElementChild) < area(e) * 0.7) return e;
    }
  };
  const bordered = (e) => {
    const style = getComputedStyle(e);
    const side = (name) => parseFloat(style[`border${name}Width`]) >= 1 && style[`border${name}Style`] !== "none" &&
      rgba(style[`border${name}Color`])[3] > 0.1;
    return side("Top") && side("Bottom") && side("Left") && side("Right");
  };
  const opacity = (start) => {
    let all = 1;
    for (let e = start; e && e !== document.body; e = parentOf(e)) all *= Number(getComputedStyle(e).opacity);
    return all;
  };

  const look = (id) => {
    const e = globalThis.consentEyes.element(id);
    if (!e || !e.isConnected) return null;
    const words = worded(e);
    const style = getComputedStyle(words);
    const ground = surface(words);
    const shape = painted(e);
    const own = surface(shape);
    const around = parentOf(shape) ? surface(parentOf(shape)) : null;
    const ink = rgba(style.color);
    const box = e.getBoundingClientRect();
    return {
      element: e.localName,
      box: [box.x, box.y, box.width, box.height].map((n) => Math.round(n * 10) / 10),
      font_px: Math.round(parseFloat(style.fontSize) * 10) / 10 || 0,
      font_weight: Math.round(parseFloat(style.fontWeight)) || 400,
      contrast: ground ? ratio(over([ink[0], ink[1], ink[2], ink[3] * opacity(words)], ground), ground) : null,
      fill: own && around ? ratio(own, around) : null,
      bordered: bordered(e) || bordered(shape),
      underlined: [words, e].some((x) => /underline/.test(getComputedStyle(x).textDecorationLine)),
    };
  };
  globalThis.consentLooks = Object.freeze({ look });
})();
