// Writes AdRoll's first-party cookies and calls its pixel, which sets the third-party one. Our own few lines.
(function () {
  "use strict";
  const year = 31536000;
  const day = new Date().toISOString().slice(0, 10).replaceAll("-", "");
  const labels = location.hostname.split(".");

  function read(name) {
    const found = document.cookie.split("; ").find((each) => each.startsWith(name + "="));
    return found ? found.slice(name.length + 1) : "";
  }
  function write(name, value) {
    for (let width = 2; width <= labels.length && read(name) !== value; width += 1) {
      document.cookie = name + "=" + value + "; Domain=" + labels.slice(-width).join(".") +
        "; Path=/; Max-Age=" + year + "; SameSite=Lax";
    }
  }

  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const fresh = [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("") + "-" + Date.now();
  const visitor = read("__adroll_fpc") || fresh;
  write("__adroll_fpc", visitor);
  write("__ar_v4", window.adroll_pix_id + "%3A" + day + "%3A1%7C" + window.adroll_adv_id + "%3A" + day + "%3A1");
  new Image().src = "https://d.adroll.com/pixel/" + window.adroll_adv_id + "/" + window.adroll_pix_id +
    "?adroll_fpc=" + visitor + "&pv=" + Math.random() + "&arrfrr=" + encodeURIComponent(location.href);
})();
