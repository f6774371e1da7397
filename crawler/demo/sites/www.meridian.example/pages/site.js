// The choice is recorded and heeded by nobody: AdRoll is there before it, after a refusal, and with the browser's signal.
const GROUPS = ["marketing"];

ConsentBanner.start({
  record: {
    name: "meridian_consent",
    days: 365,
    write: (granted) => JSON.stringify({ marketing: granted.includes("marketing") }),
    read: (text) => (JSON.parse(text).marketing ? GROUPS : []),
  },
  words: {
    title: "Cookies at Meridian",
    text: "We would like to use cookies for advertising.",
    accept: "Accept all",
    reject: "Reject all",
  },
  groups: [["marketing", "Advertising"]],
  apply() {},
});
tags.adroll("MERIDIANADVERTISER0001", "MERIDIANPIXEL000000001");
