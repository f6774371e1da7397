// vanilla-cookieconsent as its documentation shows it, with a cookie table that leaves Hotjar out.
CookieConsent.run({
  categories: {
    necessary: { enabled: true, readOnly: true },
    analytics: { autoClear: { cookies: [{ name: /^_ga/ }] } },
  },
  onConsent: () => {
    if (!CookieConsent.acceptedCategory("analytics")) return;
    tags.analytics("G-W8D1G5R3ZQ", 390 * 86400);
    tags.hotjar("1759204");
  },
  language: {
    default: "en",
    translations: {
      en: {
        consentModal: {
          title: "We use cookies",
          description: "Silverbirch uses cookies to keep this website running and, if you agree, to see how it is used.",
          acceptAllBtn: "Accept all",
          acceptNecessaryBtn: "Reject all",
          showPreferencesBtn: "Manage preferences",
        },
        preferencesModal: {
          title: "Cookie preferences",
          acceptAllBtn: "Accept all",
          acceptNecessaryBtn: "Reject all",
          savePreferencesBtn: "Save preferences",
          closeIconLabel: "Close",
          sections: [
            {
              title: "Strictly necessary cookies",
              description: "Remember what you chose here.",
              linkedCategory: "necessary",
              cookieTable: {
                headers: { name: "Name", domain: "Service", desc: "Description" },
                body: [{ name: "cc_cookie", domain: "www.silverbirch.example", desc: "Remembers your cookie choice." }],
              },
            },
            {
              title: "Analytics cookies",
              description: "Show us which pages are read.",
              linkedCategory: "analytics",
              cookieTable: {
                headers: { name: "Name", domain: "Service", desc: "Description" },
                body: [
                  { name: "_ga", domain: "Google Analytics", desc: "Tells visitors apart." },
                  { name: "_ga_*", domain: "Google Analytics", desc: "Keeps the state of a session." },
                ],
              },
            },
          ],
        },
      },
    },
  },
});
for (const link of document.querySelectorAll('a[href="#cookie-settings"]')) {
  link.addEventListener("click", (event) => { event.preventDefault(); CookieConsent.showPreferences(); });
}
