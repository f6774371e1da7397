// The banner keeps its word; the cookie policy is what does not agree with what is set after acceptance.
const GROUPS = ["performance", "targeting"];

ConsentBanner.start({
  record: {
    name: "cookieconsent_status",
    days: 365,
    write: (granted) => (granted.length ? "allow" : "deny"),
    read: (text) => (text === "allow" ? GROUPS : []),
  },
  words: {
    title: "We value your privacy",
    text: "Redfern Telecom uses cookies for performance and targeting if you accept them.",
    accept: "Accept all",
    reject: "Reject all",
  },
  groups: [["performance", "Performance"], ["targeting", "Targeting"]],
  apply(granted) {
    if (!granted.length) return;
    tags.analytics("G-R7F2B8C5MN");
    tags.meta("559104827736015");
    tags.hubspot("39471682");
    tags.hotjar("3917465");
  },
});
