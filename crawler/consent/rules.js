// The side of the rule driver that lives in the isolated world: carries messages, notes what the rules press and
// refuses to press what is known to be the other side.
(() => {
  if (globalThis.consentRules) return;
  const click = HTMLElement.prototype.click;
  const forbidden = new Set();
  const texts = new Set();
  const pressed = [];
  const refused = [];
  let stopped = false;

  const text = (e) => (e.innerText || e.value || e.getAttribute("aria-label") || e.localName || "").replace(/\s+/g, " ").trim().slice(0, 120);
  const barred = (e) => {
    if (texts.has(text(e).toLowerCase())) return true;
    for (const one of forbidden) if (one === e || one.contains(e) || (e.contains(one) && e.childElementCount < 3)) return true;
    return false;
  };
  HTMLElement.prototype.click = function press() {
    if (stopped || barred(this)) {
      refused.push(text(this));
      return;
    }
    if (pressed.length < 60) pressed.push(text(this));
    click.call(this);
  };

  globalThis.autoconsentSendMessage = (message) => {
    if (message.type !== "report") globalThis.consentTell(JSON.stringify(message));
    return Promise.resolve();
  };
  const receive = (message) => { globalThis.autoconsentReceiveMessage?.(message)?.catch?.(() => {}); };
  globalThis.consentRules = Object.freeze({
    init: (config, rules) => receive({ type: "initResp", config, rules }),
    evaluated: (id, result) => receive({ type: "evalResp", id, result }),
    forbid: (ids) => { for (const id of ids) { const e = globalThis.consentEyes.element(id); if (e) { forbidden.add(e); texts.add(text(e).toLowerCase()); } } },
    ask: (type) => receive({ type }),
    stop: () => { stopped = true; return { pressed, refused }; },
  });
})();
