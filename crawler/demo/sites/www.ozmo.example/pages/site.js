// The banner offers a refusal, and the trackers are loaded whatever was chosen.
const GROUPS = ["analytics", "marketing"];

ConsentBanner.start({
  record: {
    name: "cookieconsent_status",
    days: 365,
    write: (granted) => (granted.length ? "allow" : "deny"),
    read: (text) => (text === "allow" ? GROUPS : []),
  },
  words: {
    title: "Wij gebruiken cookies",
    text: "OZMO gebruikt functionele, analytische en tracking cookies. Kies of u cookies voor statistieken en advertenties toestaat.",
    accept: "Alles accepteren",
    reject: "Alles weigeren",
  },
  groups: [["analytics", "Analytisch"], ["marketing", "Marketing"]],
  apply(granted) {
    tags.analytics("G-Q6ZP0R2VDK");
    tags.meta("718245903364120");
  },
});
