// Links and buttons of one frame that stand in its footer or are about cookies, privacy or consent.
// Evaluated in a world of our own; the result is plain data: [text, url, location][].
((limit) => {
  const about = /cookie|privacy|priva[ct]|datenschutz|consent|gdpr|rgpd|dsgvo|avg|ccpa|opt.?out|do not (sell|share)|your choices|einwilligung|einstellungen|confidentialit|protection des donn|traceurs|gegevensbescherming|voorkeuren|privacidad|protecci[oó]n de datos|riservatezza|personvern|integritet|tietosuoja|ev[aä]ste|informasjonskaps|prywatno|ciasteczk|soukrom|s[uú]kromi|adatv[eé]d|süti|confiden[tț]ialit|поверител|απόρρητο|zasebnost|privatnost|kolači|slapuk|privatum|privātum|sīkdat|privaatsus|küpsis|preferences|preferenc/i;
  const found = [];
  const fold = (text) => (text || '').slice(0, 600).replace(/\s+/g, ' ').trim().slice(0, 120);
  const height = Math.max(document.documentElement.scrollHeight, innerHeight);
  const inFooter = (element, box) => {
    let floats = false;
    for (let node = element, depth = 0; node && depth < 40; node = node.parentElement || (node.getRootNode() || {}).host, depth++) {
      floats = floats || getComputedStyle(node).position === 'fixed';
      const tag = node.localName, role = node.getAttribute && node.getAttribute('role');
      if (tag === 'footer' || role === 'contentinfo') return true;
      const names = ((node.id || '') + ' ' + (typeof node.className === 'string' ? node.className : '')).slice(0, 500);
      if (tag !== 'body' && tag !== 'html' && /(^|[\s_-])(site-?)?foot(er)?([\s_-]|$)|colophon/i.test(names)) return true;
    }
    return !floats && window === top && height > innerHeight * 1.5 && box.top + scrollY > height - Math.min(600, height * 0.2);
  };
  const visit = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (found.length >= limit) return;
      if (element.shadowRoot) visit(element.shadowRoot);
      if (!element.matches('a[href],button,[role=button],[role=link],input[type=button],input[type=submit],summary')) continue;
      const box = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      if (box.width === 0 || box.height === 0 || style.visibility === 'hidden') continue;
      const text = fold(element.innerText || element.value || element.getAttribute('aria-label') || element.title);
      const url = element.localName === 'a' ? String(element.href).slice(0, 2048) : null;
      const footer = inFooter(element, box);
      if (footer || about.test(text) || about.test(url || '')) found.push([text, url, footer ? 'footer' : 'page']);
    }
  };
  visit(document);
  return found;
})(LIMIT)
