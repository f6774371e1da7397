// The controls of one frame that may open its consent settings again: by their words, or by the names that consent
// tools give them. Runs in an isolated world beside eyes.js; facts only, words are judged elsewhere.
() => {
  const { idOf, parentOf, shown, walk, nameOf, ariaOf, squeeze } = consentEyes.parts;
  const PRESSABLE = "a,button,summary,input[type=button],input[type=submit],[role=button],[role=link],[onclick],[tabindex]";
  const TOOL = new RegExp("revisit|ot-sdk-(?:show-settings|btn-floating)|optanon-(?:show-settings|toggle-display)|cookiebot(?:widget|\\.renew)|" +
    "cookie[-_ ]?(?:setting|preference|consent|control|widget|manager|icon|badge|button|law|choice|option|modal)|cookiepreference|" +
    "consent[-_ ]?(?:setting|preference|manager|revoke|widget|icon|button|change)|privacy[-_ ]?(?:setting|preference|button|choice|widget|manager)|" +
    "cmplz-manage-consent|osano-cm-widget|iubenda-(?:tp-btn|cs-preferences-link)|tarteaucitron(?:icon|manager|small|root)|openpanel|" +
    "termly-display-preferences|borlabs|usercentrics|uc-(?:privacy-button|open)|uc_ui|axeptio|openaxeptiocookies|didomi|cc-revoke|cc-window-open|" +
    "show-?(?:preferencesmodal|consentmodal)|showpreferences|klaro|orejime|cookiefirst|cookiescript|ch2-(?:open|settings)|ccc-icon|" +
    "moove[-_]gdpr|teconsent|truste|trustarc|qc-cmp2|__tcfapi|displaypreferencemodal|revisitcky|gdpr-?(?:setting|revoke|open)|" +
    "cky-btn|cmp-?(?:open|revoke|setting)|consentmanager|__cmp|hs-cookie|_hsp|showsecondlayer|toggleinfodisplay", "i");
  const found = [];
  const place = (e) => {
    let floats = false;
    for (let a = e, depth = 0; a && depth < 40; a = parentOf(a), depth += 1) {
      const position = getComputedStyle(a).position;
      floats = floats || position === "fixed" || position === "sticky";
      const names = (a.id + " " + (a.getAttribute("class") || "")).slice(0, 400);
      if (a.localName === "footer" || a.getAttribute("role") === "contentinfo") return "footer";
      if (a !== document.body && a !== document.documentElement && /(?:^|[\s_-])(?:site-?)?foot(?:er)?(?:[\s_-]|$)|colophon/i.test(names)) return "footer";
    }
    return floats ? "floating" : "page";
  };
  const marks = (e) => {
    const parts = [e.localName, e.id];
    for (const attribute of [...e.attributes].slice(0, 30)) {
      const { name, value } = attribute;
      if (/^(?:class|onclick|data-[\w-]+)$/.test(name) || (name === "href" && /^(?:#|javascript:)/i.test(value))) parts.push(name + "=" + value.slice(0, 200));
    }
    return parts.join(" ").slice(0, 1500);
  };
  const budget = { nodes: 0, started: performance.now() };
  const complete = walk(document.documentElement, (e) => {
    if (e.localName === "iframe") return false;
    if (getComputedStyle(e).display === "none") return false;
    const pointer = !e.matches(PRESSABLE) && getComputedStyle(e).cursor === "pointer";
    if (!e.matches(PRESSABLE) && !(pointer && TOOL.test(marks(e)))) return true;
    if (!shown(e) || found.length >= 600) return true;
    const link = e.localName === "a" && e.href && /^https?:$/.test(e.protocol || "");
    const leaves = Boolean(link && e.href.split("#")[0] !== location.href.split("#")[0]);
    // A plain link to the document that is open loads it again, and opens nothing.
    const same = Boolean(link && e.href === location.href.split("#")[0] && !e.hasAttribute("onclick"));
    const label = parentOf(e) && e.localName === "a" ? parentOf(e) : null;
    found.push({
      id: idOf(e), text: squeeze(nameOf(e), 160), aria: squeeze(ariaOf(e), 160), tool: TOOL.test(marks(e)) || Boolean(label && label.attributes.length && TOOL.test(label.id)),
      place: place(e), leaves, same, url: link ? e.href.slice(0, 2000) : "", lang: e.closest("[lang]")?.lang || document.documentElement.lang || "",
    });
    return true;
  }, budget);
  return { found, complete };
}
