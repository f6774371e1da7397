// Writes HubSpot's four first-party cookies and calls its tracking pixel. Our own few lines.
(function () {
  "use strict";
  const portal = document.currentScript.src.match(/\/(\d+)\.js/)[1];
  const labels = location.hostname.split(".");
  const halfYear = 15552000;
  const now = Date.now();
  function read(name) {
    const found = document.cookie.split("; ").find((each) => each.startsWith(name + "="));
    return found ? found.slice(name.length + 1) : "";
  }
  function write(name, value, seconds) {
    for (let width = 2; width <= labels.length && read(name) !== value; width += 1) {
      document.cookie = name + "=" + value + "; Domain=" + labels.slice(-width).join(".") + "; Path=/" +
        (seconds ? "; Max-Age=" + seconds : "") + "; SameSite=Lax; Secure";
    }
  }
  const hash = String(portal * 7919 % 100000000);
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const visitor = read("hubspotutk") || [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");
  write("__hstc", read("__hstc") || [hash, visitor, now, now, now, 1].join("."), halfYear);
  write("hubspotutk", visitor, halfYear);
  write("__hssrc", "1", 0);
  write("__hssc", [hash, 1, now].join("."), 1800);
  new Image().src = "https://track.hubspot.com/__ptq.gif?k=1&sd=1280x720&v=1.1&a=" + portal + "&vi=" + visitor +
    "&pu=" + encodeURIComponent(location.href) + "&t=" + encodeURIComponent(document.title) + "&cts=" + now;
})();
