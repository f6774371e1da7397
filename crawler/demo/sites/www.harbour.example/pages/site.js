// A banner over the whole page that can only be accepted.
const GROUPS = ["analytics"];

ConsentBanner.start({
  record: {
    name: "cookieconsent_status",
    days: 365,
    write: (granted) => (granted.length ? "allow" : "deny"),
    read: (text) => (text === "allow" ? GROUPS : []),
  },
  words: {
    title: "This website uses cookies",
    text: "We use cookies to measure how our website is used. Accept them to close this message.",
    accept: "Accept cookies",
  },
  wall: true,
  groups: [["analytics", "Statistics"]],
  apply(granted) {
    if (granted.length) tags.analytics("G-J1S6Q3L8YD", 390 * 86400);
  },
});
