// Google Analytics runs before any choice; its cookies are removed again a moment later.
function forgetVisitor() {
  if (document.cookie.includes("pinewood_cookies=statistics")) return;
  for (const name of ["_ga", "_ga_K4V9A6X2HT"]) {
    document.cookie = name + "=; Domain=pinewood.example; Path=/; Max-Age=0";
  }
}

if (!document.cookie.includes("pinewood_cookies=")) {
  tags.analytics("G-K4V9A6X2HT", 390 * 86400);
  const watch = setInterval(() => {
    if (!document.cookie.includes("_ga_K4V9A6X2HT=")) return;
    clearInterval(watch);
    setTimeout(forgetVisitor, 120);
  }, 20);
}

ConsentBanner.start({
  record: {
    name: "pinewood_cookies",
    days: 180,
    write: (granted) => (granted.length ? "statistics" : "none"),
    read: (text) => (text === "statistics" ? ["statistics"] : []),
  },
  words: {
    title: "Cookies at Pinewood Calls",
    text: "May we use cookies to count visits? You can refuse and still use everything here.",
    accept: "Allow cookies",
    reject: "Refuse cookies",
  },
  groups: [["statistics", "Statistics"]],
  forget: /^(_ga|_fbp|pll_language)/,
  apply(granted) {
    if (granted.includes("statistics")) tags.analytics("G-K4V9A6X2HT", 390 * 86400);
  },
});
