/* The text of a policy page as HTML: closed parts opened, tabs shown in turn, lists scrolled in, open shadow roots in
   place of their hosts. Runs in the page, changes nothing outside it, and ends by itself. */
async ({ limit, clicks, pause, steps }) => {
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const outside = 'nav, header, footer, form, [role="menu"], [role="menubar"], [role="navigation"], [aria-haspopup]';
  const reach = (root, selector, found = []) => {
    found.push(...root.querySelectorAll(selector));
    for (const host of root.querySelectorAll('*')) if (host.shadowRoot) reach(host.shadowRoot, selector, found);
    return found;
  };
  const staysHere = (element) => {
    const link = element.closest('a[href]');
    return !link || (link.getAttribute('href') || '').startsWith('#');
  };
  const press = async (element) => {
    if (element.closest(outside) || !staysHere(element)) return false;
    try { element.click(); } catch { return false; }
    await wait(pause);
    return true;
  };

  for (let step = 0, height = -1; step < steps && height !== document.documentElement.scrollHeight; step++) {
    height = document.documentElement.scrollHeight;
    window.scrollTo(0, height);
    await wait(pause * 2);
  }
  for (const part of reach(document, 'details:not([open])')) part.open = true;
  let left = clicks;
  for (const button of reach(document, '[aria-expanded="false"]')) if (left > 0 && (await press(button))) left--;
  const panels = [];
  for (const tab of reach(document, '[role="tab"]')) {
    if (left <= 0 || !(await press(tab))) continue;
    left--;
    const id = tab.getAttribute('aria-controls');
    const root = tab.getRootNode();
    const panel = (id && root.getElementById && root.getElementById(id)) || root.querySelector('[role="tabpanel"]');
    if (panel) panels.push([panel, panel.innerText, null]);
    if (panel) panels[panels.length - 1][2] = write(panel);
  }

  function write(top) {
    const dropped = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'SVG', 'IFRAME', 'OBJECT', 'LINK', 'META']);
    const empty = new Set(['AREA', 'BASE', 'BR', 'COL', 'EMBED', 'HR', 'IMG', 'INPUT', 'SOURCE', 'TRACK', 'WBR']);
    const kept = ['colspan', 'rowspan', 'type', 'role'];
    const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
    const pieces = [];
    let length = 0;
    const put = (text) => { pieces.push(text); length += text.length; };
    const waiting = [top];
    while (waiting.length && length < limit) {
      const node = waiting.pop();
      if (typeof node === 'string') { put(node); continue; }
      if (node.nodeType === Node.TEXT_NODE) { put(escaped(node.data)); continue; }
      if (node.nodeType !== Node.ELEMENT_NODE || dropped.has(node.tagName.toUpperCase())) continue;
      const name = node.tagName.toLowerCase();
      const marks = kept.filter((mark) => node.hasAttribute(mark));
      const given = marks.map((mark) => ` ${mark}="${escaped(node.getAttribute(mark))}"`);
      if (name === 'a' && node.hasAttribute('href')) given.push(` href="${escaped(String(node.href))}"`);
      put(`<${name}${given.join('')}>`);
      if (empty.has(node.tagName.toUpperCase())) continue;
      waiting.push(`</${name}>`);
      const slotted = name === 'slot' ? node.assignedNodes({ flatten: true }) : [];
      const inner = node.shadowRoot ? node.shadowRoot.childNodes : slotted.length ? slotted : node.childNodes;
      for (let at = inner.length - 1; at >= 0; at--) waiting.push(inner[at]);
    }
    return pieces.join('');
  }

  const body = document.body ? write(document.body) : '';
  const shown = document.body ? document.body.innerText : '';
  const more = panels.filter(([panel, text]) => text && !shown.includes(text) && panel.innerText !== text);
  const title = document.title.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return `<!doctype html><html><head><title>${title}</title></head>${body}${more.map((one) => one[2]).join('')}</html>`;
};
