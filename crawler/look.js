// Reads a page in a world of our own: what its scripts redefined does not reach it, but elements named like members of
// the document do ("clobbering"), so every member is taken from the prototype.
((what) => {
  'use strict';
  const own = (name) => Object.getOwnPropertyDescriptor(Document.prototype, name).get.call(document);
  const all = (query, root) => root ? DocumentFragment.prototype.querySelectorAll.call(root, query)
    : Document.prototype.querySelectorAll.call(document, query);
  const MAX_NODES = 20000, MAX_TEXT = 4000, MAX_LINKS = 2000, MAX_ROOTS = 200;
  const HIDDEN = /^(?:SCRIPT|STYLE|NOSCRIPT|TEMPLATE|TEXTAREA|OPTION|TITLE)$/i;

  const title = () => String(own('title')).slice(0, 500);

  const words = () => {
    const start = own('body') || own('documentElement');
    if (!start) return '';
    const walker = Document.prototype.createTreeWalker.call(document, start, NodeFilter.SHOW_TEXT);
    let text = '', nodes = 0;
    while (text.length < MAX_TEXT && nodes++ < MAX_NODES && walker.nextNode()) {
      const part = walker.currentNode.data.slice(0, MAX_TEXT).trim(), holder = walker.currentNode.parentNode;
      if (!part || !(holder instanceof Element) || HIDDEN.test(holder.localName)) continue;
      if (Element.prototype.checkVisibility.call(holder, { visibilityProperty: true, opacityProperty: true })) {
        text += (text ? ' ' : '') + part;
      }
    }
    return text.replace(/\s+/g, ' ').slice(0, MAX_TEXT);
  };

  const weight = (field) => field.type === 'password' ? 2 : 1;
  const fields = () => {
    let sum = 0;
    for (const field of all('input:not([type=hidden],[type=submit],[type=button],[type=checkbox],[type=radio],[type=image]),textarea,select')) {
      if (Element.prototype.checkVisibility.call(field)) sum += weight(field);
      if (sum > 9) break;
    }
    return sum;
  };

  const look = () => {
    const text = words(), sparse = text.length < MAX_TEXT, top = own('documentElement');
    const html = Object.getOwnPropertyDescriptor(Element.prototype, 'outerHTML').get;
    return { title: title(), text, markup: sparse && top ? html.call(top).slice(0, 200000) : '',
      fields: fields(), links: all('a[href],area[href]').length };
  };

  // What asks for another method or for a file is no link to a page.
  const leads = (link) => !link.hasAttribute('download') && !/^(?:post|put|patch|delete)$/i.test(
    link.getAttribute('data-method') || link.getAttribute('data-turbo-method') || '');
  const named = (link) => [link.textContent, link.getAttribute('aria-label'), link.title, link.alt,
    (link.querySelector('img[alt]') || {}).alt].map((text) => String(text || '').slice(0, 500).trim()).find(Boolean) || '';

  const links = () => {
    const found = [], roots = [null];
    let looked = 0;
    for (let at = 0; at < roots.length && found.length < MAX_LINKS; at++) {
      for (const link of all('a[href],area[href]', roots[at])) {
        if (found.length >= MAX_LINKS) break;
        if (typeof link.href === 'string' && leads(link)) found.push([link.href.slice(0, 2049), named(link).slice(0, 120)]);
      }
      for (const element of all('*', roots[at])) {
        if (looked++ > MAX_NODES || roots.length > MAX_ROOTS) break;
        if (element.shadowRoot instanceof ShadowRoot) roots.push(element.shadowRoot);
      }
    }
    return found;
  };

  return { look, links, title }[what]();
})
