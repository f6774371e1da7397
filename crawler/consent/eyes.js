// What a visitor could see and press, as plain facts. Runs in an isolated world: the page shares the document with it
// but none of its objects, so nothing here is visible to the page and nothing that the page redefines matters here.
// Judging words is not done here; only whether a text touches the subject of consent at all.
(() => {
  if (globalThis.consentEyes) return;

  const MAX_NODES = 60000;
  const MAX_MS = 1500;
  const MAX_CONTROLS = 80;
  const MAX_TOGGLES = 400;
  const SKIPPED = new Set(["script", "style", "template", "noscript", "head", "svg", "video", "audio", "canvas", "object"]);
  const HOSTS = new Set(["article", "aside", "blockquote", "body", "div", "footer", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "main", "nav", "p", "section", "span"]);
  const HINT = /cookie|consent|gdpr|ccpa|dsgvo|rgpd|lgpd|privacy|(?:^|[^a-z])cmp(?:[^a-z]|$)|onetrust|didomi|usercentrics/i;
  const REAL = "button,a,input[type=button],input[type=submit],input[type=image],input[type=reset],summary," +
    "[role=button],[role=link],[role=menuitem],[onclick]";
  const TOGGLE = "input[type=checkbox],input[type=radio],input[type=range],option,[role=switch],[role=checkbox],[role=menuitemcheckbox]," +
    "[role=radio],[aria-pressed]";
  const TOGGLE_CLASS = /(?:^|[^a-z])(?:toggle|switch|slider|checkbox)(?:[^a-z]|$)/i;

  const elements = [];
  const known = new WeakMap();
  const closedRoots = new WeakMap();
  let topic = null;
  let consentTools = "";

  const idOf = (element) => {
    if (!known.has(element)) {
      known.set(element, elements.length);
      elements.push(new WeakRef(element));
    }
    return known.get(element);
  };
  const element = (id) => elements[id]?.deref() ?? null;
  const rootOf = (e) => e.shadowRoot || closedRoots.get(e) || null;
  const parentOf = (e) => {
    if (e.assignedSlot) return e.assignedSlot;
    if (e.parentElement) return e.parentElement;
    const root = e.getRootNode();
    return root instanceof ShadowRoot ? root.host : null;
  };
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("ı", "i");
  const squeeze = (text, limit) => text.replace(/\s+/g, " ").trim().slice(0, limit);

  const shown = (e) => {
    if (!e.isConnected || !e.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    const box = e.getBoundingClientRect();
    return box.width >= 3 && box.height >= 3;
  };
  const boxOf = (e) => {
    const box = e.getBoundingClientRect();
    return [box.x, box.y, box.width, box.height].map((n) => Math.round(n * 10) / 10);
  };
  const onScreen = (e) => {
    const box = e.getBoundingClientRect();
    const w = Math.min(box.right, innerWidth) - Math.max(box.left, 0);
    const h = Math.min(box.bottom, innerHeight) - Math.max(box.top, 0);
    return w >= 4 && h >= 4;
  };

  // All elements below `start` in the composed tree, shadow roots included, until the budget is spent.
  const walk = (start, visit, budget) => {
    const stack = [start];
    while (stack.length) {
      const e = stack.pop();
      if (++budget.nodes > MAX_NODES) return false;
      if ((budget.nodes & 127) === 0 && performance.now() - budget.started > MAX_MS) return false;
      if (SKIPPED.has(e.localName)) continue;
      if (visit(e) === false) continue;
      for (let c = e.lastElementChild; c; c = c.previousElementSibling) stack.push(c);
      const root = rootOf(e);
      if (root) for (let c = root.lastElementChild; c; c = c.previousElementSibling) stack.push(c);
    }
    return true;
  };

  // The visible text of an element through shadow roots; bounded.
  const textOf = (start, limit) => {
    const parts = [];
    let length = 0;
    let nodes = 0;
    const stack = [start];
    while (stack.length && length < limit && nodes < 6000) {
      const node = stack.pop();
      nodes += 1;
      if (node.nodeType === 3) {
        const text = node.data;
        if (text.trim()) { parts.push(text); length += text.length; }
        continue;
      }
      if (node.nodeType === 1) {
        if (SKIPPED.has(node.localName)) continue;
        if (node !== start && !node.checkVisibility({ visibilityProperty: true }) && node.localName !== "slot") continue;
        if (node.localName === "br" || node.localName === "p" || node.localName === "div") parts.push(" ");
      } else if (node.nodeType !== 11) continue;
      let children = node.nodeType === 1 && rootOf(node) ? rootOf(node).childNodes : node.childNodes;
      if (node.localName === "slot") {
        const given = node.assignedNodes();
        if (given.length) children = given;
      }
      for (let i = children.length - 1; i >= 0; i -= 1) stack.push(children[i]);
    }
    return squeeze(parts.join(" "), limit);
  };

  const labelled = (e) => {
    const names = (e.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean).slice(0, 4);
    const root = e.getRootNode();
    return names.map((n) => root.getElementById?.(n)?.textContent || "").join(" ");
  };
  const ariaOf = (e) => squeeze(e.getAttribute("aria-label") || labelled(e) || e.getAttribute("title") || "", 160);
  const nameOf = (e) => {
    let text = e.localName === "input" ? e.value || e.alt || "" : textOf(e, 240);
    if (!text) text = squeeze(e.querySelector?.("img[alt]")?.getAttribute("alt") || "", 160);
    if (!text) text = squeeze(e.querySelector?.("svg title")?.textContent || "", 160);
    return squeeze(text, 240);
  };
  const hintsOf = (e) => squeeze([e.localName, e.id, e.getAttribute("class") || "", e.getAttribute("name") || ""].join(" "), 200);
  const dialogLike = (e) => (e.localName === "dialog" && e.open) || e.getAttribute("aria-modal") === "true" ||
    /^(?:alert)?dialog$/.test(e.getAttribute("role") || "");

  const overlay = (e, style) => {
    if (dialogLike(e) || style.position === "fixed" || style.position === "sticky") return true;
    if (style.position === "absolute" && Number(style.zIndex) >= 10) return true;
    if (e.hasAttribute("popover") && e.matches(":popover-open")) return true;
    return HINT.test(e.id) || HINT.test(e.getAttribute("class") || "") || HINT.test(e.localName);
  };

  const stateOf = (e) => {
    if (e.type === "range") return Number(e.value) > Number(e.min || 0);
    if (e.localName === "input") return e.checked;
    if (e.localName === "option") return e.selected;
    for (const name of ["aria-checked", "aria-pressed", "data-checked", "checked"]) {
      const value = e.getAttribute(name);
      if (value === "true" || value === "") return true;
      if (value === "false") return false;
    }
    const state = (e.getAttribute("data-state") || e.getAttribute("data-status") || "").toLowerCase();
    if (/^(?:on|checked|true|active|enabled|1)$/.test(state)) return true;
    if (/^(?:off|unchecked|false|inactive|disabled|0)$/.test(state)) return false;
    const inner = e.querySelector?.("input[type=checkbox]");
    if (inner) return inner.checked;
    const words = (e.getAttribute("class") || "").toLowerCase().split(/[\s]+/);
    if (words.some((w) => /(?:^|-|_)(?:off|inactive|unchecked|disabled)$/.test(w))) return false;
    if (words.some((w) => /(?:^|-|_)(?:on|active|checked|enabled|selected)$/.test(w))) return true;
    return TOGGLE_CLASS.test(e.getAttribute("class") || "") ? "class" : null;
  };
  // A switch may be drawn by what stands around it; one in a part that is not shown at all is not in sight.
  const inSight = (e) => shown(e) || parentOf(e)?.checkVisibility?.({ visibilityProperty: true }) !== false;
  const toggleLabel = (e) => {
    if (e.localName === "option") return squeeze(e.label || e.textContent, 200);
    let text = ariaOf(e);
    if (e.labels?.length) text = [...e.labels].map((l) => textOf(l, 160) || squeeze(l.textContent, 160)).join(" ") + " " + text;
    let row = e;
    for (let i = 0; i < 5 && squeeze(text, 200).length < 2; i += 1) {
      row = parentOf(row);
      if (!row || row === document.body) break;
      text = textOf(row, 200);
    }
    return squeeze(text, 200);
  };
  const disabledOf = (e) => e.disabled === true || e.getAttribute("aria-disabled") === "true" ||
    e.hasAttribute("readonly") || e.matches("fieldset:disabled *") ||
    (e.localName !== "input" && /(?:^|[\s_-])(?:disabled|locked|readonly)(?:$|[\s_-])/i.test(e.getAttribute("class") || ""));

  const kindOf = (e) => {
    if (e.localName === "option") return "option";
    if (e.type === "range") return "range";
    return e.type === "radio" || e.getAttribute("role") === "radio" ? "radio" : "check";
  };
  const groupOf = (e) => {
    if (e.localName === "option") return e.closest("select") ? `select ${idOf(e.closest("select"))}` : "";
    return e.type === "radio" ? squeeze(e.name || "", 80) : "";
  };
  const toggleFacts = (e) => {
    const state = stateOf(e);
    return {
      id: idOf(e), kind: kindOf(e), group: groupOf(e), on: state === true ? true : state === "class" ? false : state,
      by_class: state === "class", disabled: disabledOf(e), label: toggleLabel(e), visible: e.type !== "range" && shown(e), in_sight: inSight(e),
    };
  };
  const colour = (e) => {
    let background = "";
    for (let a = e, i = 0; a && i < 8; a = parentOf(a), i += 1) {
      background = getComputedStyle(a).backgroundColor;
      if (!/rgba\(.*, 0\)|transparent/.test(background)) break;
    }
    return background;
  };
  const controlFacts = (e, kind) => {
    const style = getComputedStyle(e);
    const link = e.localName === "a" && e.href && /^https?:/.test(e.protocol || "");
    return {
      id: idOf(e), kind, tag: e.localName, icon: e.localName !== "input" && !textOf(e, 4), text: nameOf(e), aria: ariaOf(e), box: boxOf(e),
      leaves: Boolean(link && e.href.split("#")[0] !== location.href.split("#")[0]),
      url: link ? e.href.slice(0, 2000) : "", own: !link || e.host === location.host, goes: link && e.host === location.host ? e.pathname + e.search : "", disabled: disabledOf(e),
      size: parseFloat(style.fontSize) || 0, colour: style.color, background: colour(e), hints: hintsOf(e),
    };
  };

  // `wide`: layers that hold switches count whatever they speak of.
  const newScan = (wide) => ({ wide, overlays: new Set(), clickables: [], leaves: [], toggles: [], facts: new Map(), hosts: 0,
    budget: { nodes: 0, started: performance.now() } });

  // A switch that is only drawn: no role, no input, no words; its class says what it is.
  const bareSwitch = (e, style) => TOGGLE_CLASS.test(e.getAttribute("class") || "") && e.textContent.trim().length <= 2 &&
    !e.querySelector(TOGGLE) && !e.closest("label") && !parentOf(e)?.querySelector(TOGGLE) && e.offsetWidth <= 120 && e.offsetHeight <= 60 &&
    (style.cursor === "pointer" || e.matches(REAL)) && shown(e);

  // A backdrop or box that reacts to clicks itself and holds controls of its own is none of them.
  const wrapper = (e) => e.localName !== "a" && e.localName !== "button" && e.localName !== "summary" &&
    e.querySelector("button,a[href],input,[role=button]") !== null;

  const examine = (scan, e) => {
    if (!rootOf(e) && (e.localName.includes("-") || (HOSTS.has(e.localName) && !e.firstElementChild && !e.textContent.trim()))) {
      scan.hosts += 1;
    }
    if (e.matches(TOGGLE)) {
      if (e.localName === "option" && !(e.closest("select") && shown(e.closest("select")))) return true;
      scan.toggles.push(e);
      if (!/^(?:input|option)$/.test(e.localName) && shown(e)) scan.clickables.push([e, "button"]);
      return true;
    }
    if (e.localName === "iframe") return false;
    const style = getComputedStyle(e);
    if (style.display === "none") return e.querySelector(TOGGLE) !== null;
    if (overlay(e, style)) scan.overlays.add(e);
    if (bareSwitch(e, style)) {
      scan.toggles.push(e);
      return false;
    }
    if (e.matches(REAL) || /(?:-|^)(?:button|btn)$/.test(e.localName)) {
      if (shown(e) && !wrapper(e)) scan.clickables.push([e, e.localName === "a" ? "link" : "button"]);
    } else if (style.cursor === "pointer" || e.hasAttribute("tabindex")) {
      const parent = parentOf(e);
      const first = !parent || getComputedStyle(parent).cursor !== "pointer" || e.hasAttribute("tabindex");
      if (first && e.localName !== "label" && !e.querySelector(REAL + "," + TOGGLE) && shown(e)) scan.clickables.push([e, "pointer"]);
    } else if (!e.firstElementChild && /^(?:div|span|b|strong|li)$/.test(e.localName) && e.textContent.trim() &&
      e.textContent.length < 40 && shown(e)) {
      scan.leaves.push(e);
    }
    return true;
  };

  const factsOf = (scan, e) => {
    if (!scan.facts.has(e)) {
      const text = textOf(e, 12000);
      const page = !dialogLike(e) && text.length > 2500 && e.querySelector("main,[role=main],article,nav") !== null;
      scan.facts.set(e, { text, topical: topic.test(fold(text)), page });
    }
    return scan.facts.get(e);
  };
  const inside = (outer, inner) => {
    for (let a = inner; a; a = parentOf(a)) if (a === outer) return true;
    return false;
  };
  const holdsSwitches = (scan, a) => scan.toggles.some((e) => inside(a, e));
  const containerOf = (scan, start) => {
    const chain = [];
    for (let a = parentOf(start); a; a = parentOf(a)) chain.push(a);
    let best = null;
    for (const a of chain) {
      if (a === document.body || a === document.documentElement) break;
      if (scan.overlays.has(a) && (factsOf(scan, a).topical || (scan.wide && (dialogLike(a) || holdsSwitches(scan, a)))) && !factsOf(scan, a).page) best = a;
    }
    if (best) return [best, "overlay"];
    if (window.parent !== window) return [document.body, "frame"];
    for (const a of chain.slice(0, 9)) {
      if (a === document.body || a === document.documentElement) break;
      const facts = factsOf(scan, a);
      if (facts.text.length > 1800) break;
      if (facts.topical && facts.text.length >= 50 && a.getBoundingClientRect().height > 20) return [a, "inline"];
    }
    return [null, ""];
  };

  const within = (e, selector) => {
    for (let a = e; a; a = parentOf(a)) if (a.matches?.(selector)) return true;
    return false;
  };
  const groupFacts = (scan, e, kind) => {
    const style = getComputedStyle(e);
    const facts = factsOf(scan, e);
    let depth = 0;
    for (let a = e; a && a !== document.body; a = parentOf(a)) depth += 1;
    const inputs = [...e.querySelectorAll("input,textarea,select")];
    return {
      id: idOf(e), kind, tag: e.localName, dialog: dialogLike(e),
      hints: [parentOf(e), e, e.firstElementChild].filter((x) => x && x !== document.body).map(hintsOf).join(" "), position: style.position,
      z: Number(style.zIndex) || 0, box: boxOf(e), text: facts.text.slice(0, 4000), length: facts.text.length,
      password: inputs.some((i) => i.type === "password"), on_screen: onScreen(e), depth,
      selects: inputs.filter((i) => i.localName === "select" && shown(i)).length,
      text_inputs: inputs.filter((i) => /^(?:text|email|tel|number|date|url|textarea)$/.test(i.type) && shown(i)).length,
      tool: Boolean(consentTools) && within(e, consentTools), in_content: within(e, "main,article,[role=main],footer,nav,table"),
      lang: squeeze(e.closest("[lang]")?.lang || document.documentElement.lang || "", 20),
      controls: [], weak: [], toggles: [],
    };
  };

  const collect = (scan) => {
    const groups = new Map();
    const groupFor = (e, make) => {
      const [container, kind] = containerOf(scan, e);
      if (!container || (kind === "overlay" && !anyOnScreen(container))) return null;
      if (!groups.has(container) && make) groups.set(container, groupFacts(scan, container, kind));
      return groups.get(container) ?? null;
    };
    let lone = 0;
    for (const [e, kind] of scan.clickables) {
      let group = groupFor(e, true);
      // A control on its own, in a footer say, whose words are about consent.
      if (!group && lone < 20 && e.textContent.length < 120 && parentOf(e) && topic.test(fold(e.textContent))) {
        lone += 1;
        group = groupFacts(scan, e, "lone");
        groups.set(e, group);
      }
      if (group && group.controls.length < MAX_CONTROLS) group.controls.push(controlFacts(e, kind));
    }
    for (const e of scan.leaves) {
      const group = groupFor(e, true);
      if (group && group.weak.length < 20 && !within(parentOf(e), REAL + ",label,p,h1,h2,h3")) group.weak.push(controlFacts(e, "weak"));
    }
    for (const e of scan.toggles.slice(0, MAX_TOGGLES)) {
      const group = groupFor(e, false);
      if (group) group.toggles.push(toggleFacts(e));
    }
    return [...groups.values()].filter((g) => g.controls.length + g.weak.length > 0);
  };
  // A fixed container of no height may hold the whole banner: its contents decide.
  const anyOnScreen = (e) => {
    if (onScreen(e)) return true;
    const root = rootOf(e);
    const inside = [...e.children, ...(root ? root.children : [])].slice(0, 40);
    return inside.some((c) => onScreen(c) || [...c.children].slice(0, 20).some((d) => onScreen(d)));
  };

  // ``known``: the number of the answer that the asker still holds; nothing is told again that has not changed.
  let answer = "";
  let telling = 0;
  const scanPage = (known, wide) => {
    const scan = newScan(wide);
    if (!document.documentElement || !document.body) return { groups: [], hosts: 0, nodes: 0, truncated: false, age: performance.now() };
    const complete = walk(document.documentElement, (e) => examine(scan, e), scan.budget);
    const found = collect(scan);
    const text = JSON.stringify(found);
    if (text !== answer) { answer = text; telling += 1; }
    const groups = known === telling ? null : found;
    return {
      groups, telling, hosts: scan.hosts, nodes: scan.budget.nodes, truncated: !complete, age: performance.now(),
      ready: document.readyState !== "loading", took: performance.now() - scan.budget.started,
      lang: squeeze(document.documentElement.lang || "", 20),
    };
  };

  // A form of settings in the page's own content: the smallest part that holds its switches and something to press;
  // `wider` counts the parts around it that hold more to press.
  const settingsForm = (wider) => {
    const scan = newScan(false);
    if (!document.body || !walk(document.documentElement, (e) => examine(scan, e), scan.budget)) return null;
    const switches = scan.toggles.filter((e) => (shown(e) || e.labels?.length) && !within(e, "nav,header"));
    const pressable = scan.clickables.filter(([e]) => !scan.toggles.includes(e));
    if (!switches.length) return null;
    let part = parentOf(switches[0]);
    while (part && !switches.every((e) => inside(part, e))) part = parentOf(part);
    for (let held = 0, grown = -1; part; part = parentOf(part)) {
      const holds = pressable.filter(([e]) => inside(part, e)).length;
      if (holds > held) [held, grown] = [holds, grown + 1];
      if (grown === wider) break;
    }
    if (!part) return null;
    const group = { ...groupFacts(scan, part, "form"), topical: factsOf(scan, part).topical };
    for (const [e, kind] of pressable) if (inside(part, e) && group.controls.length < MAX_CONTROLS) group.controls.push(controlFacts(e, kind));
    for (const e of switches.slice(0, MAX_TOGGLES)) group.toggles.push(toggleFacts(e));
    return group;
  };

  const told = (e) => { for (const type of ["input", "change"]) e.dispatchEvent(new Event(type, { bubbles: true, composed: true })); };
  const synthetic = (e) => {
    if (e.localName === "option" && e.closest("select")) {
      e.closest("select").value = e.value;
      return told(e.closest("select"));
    }
    if (e.type === "range") {
      e.value = stateOf(e) ? e.min || "0" : e.max || "100";
      return told(e);
    }
    const box = e.getBoundingClientRect();
    const at = { bubbles: true, cancelable: true, composed: true, view: window, button: 0,
      clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 };
    for (const [kind, type] of [[PointerEvent, "pointerdown"], [MouseEvent, "mousedown"], [PointerEvent, "pointerup"], [MouseEvent, "mouseup"]]) {
      e.dispatchEvent(new kind(type, at));
    }
    HTMLElement.prototype.click.call(e);
  };

  // While a place is clicked, nothing but the element that is meant may hear of it: pages move their buttons.
  const HEARD = ["pointerdown", "mousedown", "pointerup", "mouseup", "click", "auxclick", "touchstart", "touchend"];
  let guarded = null;
  const meant = (e, target) => inside(e, target) || e.control === target || (closedRoots.has(target) && inside(target, e)) ||
    (e.localName === "label" && e.control && inside(e.control, target));
  const guard = (event) => {
    const target = event.composedPath()[0];
    if (!guarded || !(target instanceof Element) || meant(guarded, target)) return;
    event.stopImmediatePropagation();
    event.preventDefault();
  };
  const only = (id) => {
    guarded = id === null ? null : element(id);
    for (const kind of HEARD) {
      removeEventListener(kind, guard, true);
      if (guarded) addEventListener(kind, guard, true);
    }
  };

  // Share of the viewport that the page does not get the pointer at: a modal, its backdrop or a large fixed layer.
  // What is on top at a point, inside the shadow roots as well.
  const topmost = (x, y) => {
    let e = document.elementFromPoint(x, y);
    for (let depth = 0; depth < 20 && e; depth += 1) {
      const inner = rootOf(e)?.elementFromPoint(x, y);
      if (!inner || inner === e) break;
      e = inner;
    }
    return e;
  };

  const covering = () => {
    let covered = 0;
    let points = 0;
    const large = (e) => {
      const style = getComputedStyle(e);
      const box = e.getBoundingClientRect();
      if (e.localName === "dialog" && e.matches(":modal")) return true;
      return (style.position === "fixed" || style.position === "absolute") && style.pointerEvents !== "none" &&
        box.width * box.height >= innerWidth * innerHeight * 0.6;
    };
    for (let i = 1; i <= 6; i += 1) {
      for (let j = 1; j <= 5; j += 1) {
        points += 1;
        for (let a = topmost((innerWidth * i) / 7, (innerHeight * j) / 6); a && a !== document.body; a = parentOf(a)) {
          if (large(a)) { covered += 1; break; }
        }
      }
    }
    const locked = [document.documentElement, document.body].some((e) => e && /hidden|clip/.test(getComputedStyle(e).overflowY));
    return { share: Math.round((covered / points) * 1000) / 1000, viewport: [innerWidth, innerHeight],
      locked: locked && document.documentElement.scrollHeight > innerHeight * 1.1 };
  };

  globalThis.consentEyes = Object.freeze({
    about: (words, tools) => { consentTools = tools; topic = new RegExp("(?<![\\p{Script=Latin}\\p{Script=Greek}\\p{Script=Cyrillic}\\p{N}])(?:" + words + ")", "u"); },
    scan: scanPage,
    form: settingsForm,
    element,
    parts: Object.freeze({ idOf, parentOf, shown, walk, nameOf, ariaOf, squeeze }),
    covering,
    only,
    shown: (id) => { const e = element(id); return Boolean(e && shown(e)); },
    state: (id) => { const e = element(id); return e && e.isConnected ? toggleFacts(e) : null; },
    press: (id) => { const e = element(id); if (!e || !e.isConnected) return false; synthetic(e); return true; },
    adopt: (node) => { const root = node.getRootNode(); if (root instanceof ShadowRoot) closedRoots.set(root.host, root); },
    covers: (id, hit) => {
      const e = element(id);
      for (let a = hit; a; a = a.nodeType === 1 ? parentOf(a) : a.parentElement) if (a === e) return true;
      return Boolean(e && e.contains(hit));
    },
    labelFor: (id) => {
      const e = element(id);
      const label = e?.labels?.[0] ?? e?.closest?.("label") ?? null;
      return label && shown(label) ? idOf(label) : null;
    },
    frame: (e) => {
      let over = false;
      for (let a = e; a; a = parentOf(a)) {
        const style = getComputedStyle(a);
        if (dialogLike(a) || style.position === "fixed" || style.position === "sticky" || (style.position === "absolute" && Number(style.zIndex) >= 10)) over = true;
      }
      return { shown: shown(e) && onScreen(e), overlay: over, hints: hintsOf(e) + " " + squeeze(e.title || "", 80), box: boxOf(e) };
    },
  });
})();
