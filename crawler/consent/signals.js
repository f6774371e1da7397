// Asks the consent interfaces of a page what they say. Runs in the page's own world, where any function may have been
// replaced: it uses language constructs only, answers within a second and returns one flat string of JSON parts that it
// builds itself. Everything it returns is the page's claim.
async () => {
  let out = "";
  const quote = (text) => {
    let safe = "";
    const source = "" + text;
    for (let i = 0; i < source.length && i < 8000; i += 1) {
      const c = source[i];
      safe += c === '"' || c === "\\" ? "\\" + c : c < " " ? " " : c;
    }
    return '"' + safe + '"';
  };
  const say = (kind, raw) => { out += (out ? "," : "") + "[" + quote(kind) + "," + raw + "]"; };
  const flags = (object) => {
    let parts = "";
    let count = 0;
    for (const key in object) {
      count += 1;
      if (count > 300) break;
      let value = object[key];
      if (value && typeof value === "object" && "enabled" in value) value = value.enabled;
      if (value === "granted" || value === "yes") value = true;
      if (value === "denied" || value === "no") value = false;
      if (value === true || value === false) parts += (parts ? "," : "") + quote(key) + ":" + (value ? "true" : "false");
    }
    return "{" + parts + "}";
  };
  const list = (items) => {
    let parts = "";
    for (let i = 0; items && i < items.length && i < 300; i += 1) parts += (parts ? "," : "") + quote(items[i]);
    return "[" + parts + "]";
  };
  const attempt = (work) => { try { work(); } catch { /* the page's own mistake */ } };

  attempt(() => {
    if (typeof window.__tcfapi !== "function") return;
    window.__tcfapi("addEventListener", 2, (data, ok) => {
      if (!ok || !data) return;
      if (data.tcString && data.gdprApplies !== false) say("tcf", '{"string":' + quote(data.tcString) + ',"status":' + quote(data.eventStatus) + "}");
      attempt(() => window.__tcfapi("removeEventListener", 2, () => {}, data.listenerId));
    });
  });
  attempt(() => {
    if (typeof window.__gpp !== "function") return;
    window.__gpp("ping", (data) => { if (data && data.gppString) say("gpp", '{"string":' + quote(data.gppString) + "}"); });
  });
  attempt(() => {
    const c = window.Cookiebot && window.Cookiebot.consent;
    if (c && window.Cookiebot.hasResponse) say("cookiebot", '{"flags":' + flags({ preferences: c.preferences, statistics: c.statistics, marketing: c.marketing }) + "}");
  });
  attempt(() => {
    const cc = window.CookieConsent;
    if (!cc || typeof cc.getUserPreferences !== "function" || !cc.validConsent()) return;
    const p = cc.getUserPreferences();
    say("cc_cookie", '{"granted":' + list(p.acceptedCategories) + ',"denied":' + list(p.rejectedCategories) + "}");
  });
  attempt(() => {
    if (!window.klaro || typeof window.klaro.getManager !== "function") return;
    const m = window.klaro.getManager();
    const locked = [];
    const services = (m.config && m.config.services) || [];
    for (let i = 0; i < services.length && i < 300; i += 1) if (services[i].required) locked[locked.length] = services[i].name;
    if (m.confirmed) say("klaro", '{"flags":' + flags(m.consents) + ',"locked":' + list(locked) + "}");
  });
  attempt(() => {
    const t = window.tarteaucitron;
    const locked = [];
    for (const key in t && t.services) if (locked.length < 300 && t.services[key].needConsent === false) locked[locked.length] = key;
    if (t && t.state) say("tarteaucitron", '{"flags":' + flags(t.state) + ',"locked":' + list(locked) + "}");
  });
  attempt(() => {
    const d = window.Didomi;
    if (d && typeof d.getCurrentUserStatus === "function" && d.getCurrentUserStatus().updated) say("didomi", '{"flags":' + flags(d.getCurrentUserStatus().purposes) + "}");
  });
  attempt(() => {
    if (typeof window.getCkyConsent !== "function") return;
    const c = window.getCkyConsent();
    if (c.isUserActionCompleted) say("cookieyes", '{"flags":' + flags(c.categories) + "}");
  });
  attempt(() => {
    if (window.OneTrust && typeof window.OneTrust.IsAlertBoxClosed === "function" && window.OneTrust.IsAlertBoxClosed()) {
      say("onetrust", '{"groups":' + quote(window.OnetrustActiveGroups) + "}");
    }
  });
  attempt(() => {
    const c = window.Termly && typeof window.Termly.getConsentState === "function" && window.Termly.getConsentState();
    if (c) say("termly", '{"flags":' + flags(c) + "}");
  });
  attempt(() => {
    const services = window.UC_UI && typeof window.UC_UI.getServicesBaseInfo === "function" && window.UC_UI.areAllConsentsAccepted !== undefined &&
      window.UC_UI.getServicesBaseInfo();
    const answer = {};
    let answered = window.localStorage.uc_user_interaction === "true";
    for (let i = 0; services && i < services.length && i < 300; i += 1) {
      const s = services[i];
      const past = s.consent.history || [];
      for (let j = 0; j < past.length && j < 300; j += 1) if (past[j].type !== "implicit" && past[j].action !== "onInitialPageLoad") answered = true;
      answer[(s.isEssential ? "essential" : s.categorySlug) + "/" + s.name] = s.consent.status;
    }
    if (services && answered) say("usercentrics", '{"flags":' + flags(answer) + "}");
  });
  attempt(() => {
    const o = window.Osano && window.Osano.cm;
    if (o && typeof o.getConsent === "function" && o.storageAvailable !== false) {
      const c = o.getConsent();
      const answer = {};
      for (const key in c) answer[key] = c[key] === "ACCEPT" ? true : c[key] === "DENY" ? false : c[key];
      if (flags(answer) !== "{}") say("osano_cm", '{"flags":' + flags(answer) + "}");
    }
  });
  attempt(() => {
    const c = window._iub && window._iub.cs && window._iub.cs.consent;
    if (c && c.purposes) say("iubenda", '{"raw":' + quote('{"purposes":' + flags(c.purposes) + "}") + "}");
    else if (c && (c.consent === true || c.consent === false)) say("iubenda", '{"raw":' + quote('{"consent":' + c.consent + "}") + "}");
  });
  attempt(() => {
    const c = window.CookieFirst && window.CookieFirst.consent;
    if (c && typeof c === "object") say("cookiefirst", '{"flags":' + flags(c) + "}");
  });
  attempt(() => {
    const m = window.orejime && window.orejime.internals && window.orejime.internals.manager;
    if (m && m.confirmed) say("orejime", '{"flags":' + flags(m.consents) + "}");
  });
  attempt(() => {
    const c = window.cookiehub;
    if (!c || typeof c.hasAnswered !== "function" || !c.hasAnswered()) return;
    const answer = { preferences: c.hasConsented("preferences"), analytics: c.hasConsented("analytics"), marketing: c.hasConsented("marketing") };
    say("cookiehub", '{"flags":' + flags(answer) + "}");
  });
  attempt(() => {
    const s = window.CookieScript && window.CookieScript.instance && window.CookieScript.instance.currentState();
    if (s && s.action) say("cookie_script", '{"granted":' + list(s.categories) + ',"denied":[]}');
  });
  attempt(() => {
    const c = window.CookieInformation;
    if (!c || typeof c.getConsentGivenFor !== "function" || !document.cookie.includes("CookieInformationConsent")) return;
    const answer = { functional: c.getConsentGivenFor("cookie_cat_functional"), statistic: c.getConsentGivenFor("cookie_cat_statistic"), marketing: c.getConsentGivenFor("cookie_cat_marketing") };
    say("cookie_information", '{"flags":' + flags(answer) + "}");
  });
  attempt(() => {
    if (typeof window.cmplz_has_consent !== "function" || !/cmplz_(?:banner-status|consent_status)|cmplz_[a-z]+=(?:allow|deny)/.test(document.cookie)) return;
    const answer = { preferences: window.cmplz_has_consent("preferences"), statistics: window.cmplz_has_consent("statistics"), marketing: window.cmplz_has_consent("marketing") };
    say("complianz_api", '{"flags":' + flags(answer) + "}");
  });
  await (async () => {
    try {
      const u = window.__ucCmp;
      if (!u || typeof u.getConsentDetails !== "function") return;
      const d = await u.getConsentDetails();
      const answer = {};
      for (const id in d.services) {
        const s = d.services[id];
        if (s.consent) answer[(s.essential ? "essential" : s.category) + "/" + s.name] = s.consent.given;
      }
      if (d.consent && d.consent.type !== "IMPLICIT" && flags(answer) !== "{}") say("usercentrics", '{"flags":' + flags(answer) + "}");
    } catch { /* the page's own mistake */ }
  })();
  attempt(() => {
    const entries = window.google_tag_data && window.google_tag_data.ics && window.google_tag_data.ics.entries;
    const answer = {};
    const names = ["ad_storage", "analytics_storage", "ad_user_data", "ad_personalization", "functionality_storage", "personalization_storage"];
    let updated = false;
    let regional = false;
    for (let i = 0; entries && i < names.length; i += 1) {
      const e = entries[names[i]];
      if (!e) continue;
      if (e.update !== undefined) updated = true;
      answer[names[i]] = e.update !== undefined ? e.update : e.default;
    }
    if (entries) say("consent_mode", '{"flags":' + flags(answer) + ',"updated":' + updated + "}");
    if (entries) return;
    const layer = window.dataLayer;
    for (let i = 0; layer && i < layer.length && i < 2000; i += 1) {
      const entry = layer[i];
      if (!entry || entry[0] !== "consent" || typeof entry[2] !== "object") continue;
      // A default for certain regions may or may not be meant for this visitor: nobody can tell from here.
      if (entry[1] === "default" && entry[2].region) regional = true;
      for (let j = 0; j < names.length; j += 1) if (entry[2][names[j]]) answer[names[j]] = entry[2][names[j]];
      if (entry[1] === "update") updated = true;
    }
    if (flags(answer) !== "{}" && (updated || !regional)) say("consent_mode", '{"flags":' + flags(answer) + ',"updated":' + updated + "}");
  });
  await new Promise((done) => { setTimeout(done, 30); });
  return "[" + out + "]";
}
