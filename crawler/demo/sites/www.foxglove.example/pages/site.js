// Nothing tracks here, but what is written down is wrong: consent before any choice, and after a refusal; and the TC
// string claims a legitimate interest in profiles. The refusal is a faint link.
const GROUPS = ["C0002", "C0004"];
const TC_STRING = "CP1R2oAP1R2oAAHABBENBQEgAAAAADAAABpYAAAAAAAA";

function record(groups, count) {
  return "isGpcEnabled=0&interactionCount=" + count + "&groups=C0001:1," + GROUPS.map((each) => each + ":" + Number(groups.includes(each))).join(",");
}

if (!document.cookie.includes("OptanonConsent=")) {
  document.cookie = "OptanonConsent=" + encodeURIComponent(record(GROUPS, 0)) + "; Max-Age=31536000; Path=/; SameSite=Lax; Secure";
}
window.__tcfapi = (command, version, callback) => {
  const waiting = decodeURIComponent(document.cookie).includes("interactionCount=0");
  if (command === "addEventListener" && waiting) callback({ tcString: TC_STRING, gdprApplies: true, eventStatus: "cmpuishown", listenerId: 1 }, true);
};

ConsentBanner.start({
  record: {
    name: "OptanonConsent",
    days: 365,
    write: (granted) => record(granted.length ? granted : ["C0004"], 1),
    read: (text) => (text.includes("interactionCount=0") ? null : GROUPS.filter((each) => text.includes(each + ":1"))),
  },
  words: {
    title: "Cookies at Foxglove",
    text: "We and our partners would like to use cookies for statistics and advertising.",
    accept: "Accept all",
    reject: "Reject all",
  },
  faint: true,
  groups: [["C0002", "Statistics"], ["C0004", "Advertising"]],
  apply() {},
});
