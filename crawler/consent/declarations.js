// Reads what a CMP declares about cookies and services out of its own objects. Runs in the page's own world, where any
// function may have been replaced: language constructs only, bounded, and one flat string of JSON that is built here.
// Rows: [cmp, "cookie"|"service", name, host, label, lifetime, purpose, provider, match, type]
async () => {
  let out = "";
  let rows = 0;
  const quote = (text) => {
    let safe = "";
    const source = text === null || text === undefined ? "" : "" + text;
    for (let i = 0; i < source.length && i < 600; i += 1) {
      const c = source[i];
      safe += c === '"' || c === "\\" ? "\\" + c : c < " " ? " " : c;
    }
    return '"' + safe + '"';
  };
  const row = (cmp, kind, name, host, label, lifetime, purpose, provider, match, type) => {
    if (!name || rows >= 2000) return;
    rows += 1;
    out += (out ? "," : "") + "[" + quote(cmp) + "," + quote(kind) + "," + quote(name) + "," + quote(host) + "," + quote(label) + "," +
      quote(lifetime) + "," + quote(purpose) + "," + quote(provider) + "," + quote(match || "exact") + "," + quote(type) + "]";
  };
  const attempt = async (work) => { try { await work(); } catch { /* not there, or not what it seems */ } };
  const each = (list, work) => { for (let i = 0; list && i < list.length && i < 1000; i += 1) work(list[i]); };
  const pattern = (cmp, cookie, label, provider) => {
    let given = cookie;
    let host = "";
    if (given && typeof given === "object" && !(given instanceof RegExp)) {
      host = typeof given[2] === "string" ? given[2] : given.domain || "";
      given = given[0] || given.pattern || given.name;
    }
    if (given instanceof RegExp) row(cmp, "cookie", given.source, host, label, "", "", provider, "regex");
    else if (typeof given === "string") row(cmp, "cookie", given, host, label, "", "", provider, "exact");
  };

  await attempt(() => {
    if (!window.OneTrust || typeof window.OneTrust.GetDomainData !== "function") return;
    each(window.OneTrust.GetDomainData().Groups, (g) => {
      const cookie = (c, provider) => row("OneTrust", "cookie", c.Name, c.Host, g.GroupName, c.IsSession ? "session" : c.Length + " days", c.description, provider, "exact");
      each(g.FirstPartyCookies, (c) => cookie(c, ""));
      each(g.Hosts, (h) => {
        row("OneTrust", "service", h.DisplayName || h.HostName, h.HostName, g.GroupName);
        each(h.Cookies, (c) => cookie(c, h.DisplayName || h.HostName));
      });
    });
  });
  await attempt(() => {
    const d = window.CookieConsentDialog;
    const tables = ["Necessary", "Preference", "Statistics", "Advertising", "Unclassified"];
    for (let i = 0; d && i < tables.length; i += 1) {
      each(d["cookieTable" + tables[i]], (c) => row("Cookiebot", "cookie", c[0], c[1], tables[i], c[3], c[2], c[1], "exact", c[4]));
    }
  });
  const usercentrics = (services) => each(services, (s) => {
    row("Usercentrics", "service", s.name, "", s.categorySlug, "", s.description);
    each(s.deviceStorage && s.deviceStorage.disclosures, (c) => row("Usercentrics", "cookie", c.identifier || c.name, c.domain, s.categorySlug, c.maxAgeSeconds + " seconds", c.description, s.name, "exact"));
  });
  await attempt(() => { if (window.UC_UI) usercentrics(window.UC_UI.getServicesBaseInfo()); });
  // What is full comes as a promise, and is fetched where it is not there yet: not waited for beyond a second.
  await attempt(async () => {
    const full = window.UC_UI && typeof window.UC_UI.getServicesFullInfo === "function" && window.UC_UI.getServicesFullInfo();
    if (full) usercentrics(await Promise.race([full, new Promise((late) => setTimeout(late, 1000))]));
  });
  await attempt(async () => {
    if (!window.__ucCmp || typeof window.__ucCmp.getConsentDetails !== "function") return;
    const details = await window.__ucCmp.getConsentDetails();
    for (const id in details.services) row("Usercentrics", "service", details.services[id].name, "", details.services[id].category);
  });
  await attempt(() => {
    const d = window.Didomi;
    if (!d || typeof d.getRequiredVendors !== "function") return;
    each(d.getRequiredVendors(), (v) => row("Didomi", "service", v.name, "", "", "", ""));
  });
  await attempt(() => {
    const config = window.klaroConfig || (window.klaro && typeof window.klaro.getManager === "function" && window.klaro.getManager().config);
    each(config && (config.services || config.apps), (s) => {
      const label = s.required ? "necessary" : s.purposes && s.purposes[0];
      row("Klaro", "service", s.title || s.name, "", label);
      each(s.cookies, (c) => pattern("Klaro", c, label, s.title || s.name));
    });
  });
  await attempt(() => {
    const cc = window.CookieConsent;
    if (!cc || typeof cc.getConfig !== "function") return;
    const categories = cc.getConfig("categories");
    for (const name in categories) {
      each(categories[name].autoClear && categories[name].autoClear.cookies, (c) => pattern("vanilla-cookieconsent", c.name, name, ""));
      for (const service in categories[name].services) row("vanilla-cookieconsent", "service", categories[name].services[service].label || service, "", name);
    }
    const language = cc.getConfig("language");
    const texts = language && language.translations && language.translations[language.default];
    each(texts && texts.preferencesModal && texts.preferencesModal.sections, (s) => {
      each(s.cookieTable && s.cookieTable.body, (c) => row("vanilla-cookieconsent", "cookie", c.name, c.domain, s.linkedCategory, c.expiration || c.expires || c.duration, c.desc || c.description, "", "exact"));
    });
  });
  await attempt(() => {
    const t = window.tarteaucitron;
    if (!t || !t.job) return;
    each(t.job, (key) => {
      const s = t.services[key];
      if (!s) return;
      row("tarteaucitron", "service", s.name, "", s.type);
      each(s.cookies, (c) => row("tarteaucitron", "cookie", c, "", s.type, "", "", s.name, "exact"));
    });
  });
  await attempt(() => {
    // Version 2 lists services by group, as names or as objects by id; version 3 by id, each with its group.
    const config = window.borlabsCookieConfig;
    const service = (id, s, group) => row("Borlabs Cookie", "service", (s && s.name) || id, "", group);
    for (const group in config && config.cookies) {
      const listed = config.cookies[group];
      if (Array.isArray(listed)) each(listed, (id) => service(id, null, group));
      else for (const id in listed) service(id, listed[id], group);
    }
    for (const id in config && config.services) {
      const s = config.services[id];
      service(id, s, s && (s.serviceGroupId || s.serviceGroup || s.group));
    }
  });
  await attempt(() => {
    const walk = (purposes) => each(purposes, (p) => {
      each(p.cookies, (c) => pattern("Orejime", c, p.isMandatory ? "necessary" : p.id, p.title));
      walk(p.purposes);
    });
    if (window.orejimeConfig) walk(window.orejimeConfig.purposes);
  });
  return "[" + out + "]";
}
