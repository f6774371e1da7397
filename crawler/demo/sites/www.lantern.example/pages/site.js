// Refusing takes two layers: settings, untick, save. The record is the vendor's own, of no known library.
ConsentBanner.start({
  record: {
    name: "lantern_choice",
    days: 180,
    write: (granted) => JSON.stringify({ statistics: granted.includes("statistics"), marketing: granted.includes("marketing") }),
    read: (text) => Object.entries(JSON.parse(text)).filter((each) => each[1]).map((each) => each[0]),
  },
  words: {
    title: "Your privacy at Lantern Voice",
    text: "We and our partners use cookies to measure visits and to show advertising. You can change what we use in the settings.",
    accept: "Accept all cookies",
    settings: "Cookie settings",
    save: "Save my choices",
  },
  groups: [["statistics", "Statistics"], ["marketing", "Marketing"]],
  forget: /^(_ga|_fbp|pll_language)/,
  apply(granted) {
    if (granted.includes("statistics")) tags.analytics("G-N2U7E4K9PW", 390 * 86400);
    if (granted.includes("marketing")) tags.linkedin("5936142");
  },
});
