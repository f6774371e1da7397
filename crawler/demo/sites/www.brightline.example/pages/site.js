// Nothing but the session cookie before a choice; afterwards exactly what the cookie policy lists.
const GROUPS = ["functional", "analytics", "marketing"];

ConsentBanner.start({
  record: {
    name: "cookieconsent_status",
    days: 365,
    write: (granted) => (granted.length ? "allow" : "deny"),
    read: (text) => (text === "allow" ? GROUPS : []),
  },
  words: {
    title: "Cookies on this website",
    text: "We would like to use cookies for language, statistics and advertising. They are set only if you agree.",
    accept: "Accept all",
    reject: "Reject all",
  },
  groups: [["functional", "Language"], ["analytics", "Statistics"], ["marketing", "Advertising"]],
  forget: /^(_ga|_fbp|pll_language)/,
  apply(granted) {
    if (granted.includes("functional")) {
      document.cookie = "pll_language=en; Max-Age=31536000; Path=/; SameSite=Lax; Secure";
    }
    if (granted.includes("analytics")) tags.analytics("G-B5M8L3J6SA", 390 * 86400);
    if (granted.includes("marketing")) tags.meta("402917365518204");
  },
});
