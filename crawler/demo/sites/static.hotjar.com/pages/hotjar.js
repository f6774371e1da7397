// Writes Hotjar's two first-party cookies (base64 JSON) and reports the visit. Our own few lines.
(function () {
  "use strict";
  const site = document.currentScript.src.match(/hotjar-(\d+)/)[1];
  const labels = location.hostname.split(".");
  function read(name) {
    const found = document.cookie.split("; ").find((each) => each.startsWith(name + "="));
    return found ? found.slice(name.length + 1) : "";
  }
  function write(name, value, seconds) {
    for (let width = 2; width <= labels.length && read(name) !== value; width += 1) {
      document.cookie = name + "=" + value + "; Domain=" + labels.slice(-width).join(".") +
        "; Path=/; Max-Age=" + seconds + "; SameSite=None; Secure";
    }
  }
  const user = read("_hjSessionUser_" + site) ||
    btoa(JSON.stringify({ id: crypto.randomUUID(), created: Date.now(), existing: false }));
  const session = read("_hjSession_" + site) ||
    btoa(JSON.stringify({ id: crypto.randomUUID(), c: Date.now(), s: 0, r: 0, sb: 0, sr: 0, se: 0, fs: 1 }));
  write("_hjSessionUser_" + site, user, 31536000);
  write("_hjSession_" + site, session, 1800);
  addEventListener("pagehide", () => navigator.sendBeacon("https://content.hotjar.io/?site_id=" + site + "&gzip=0", session), { once: true });
  fetch("https://vc.hotjar.io/sessions/" + site + "?s=0.25&r=" + Math.random(), { method: "POST", mode: "no-cors", keepalive: true });
})();
