// Writes what the Google tag writes, in the same shapes, and reports a page view. Our own few lines.
(function () {
  "use strict";
  const id = new URL(document.currentScript.src).searchParams.get("id");
  const stream = id.replace(/^G-/, "");
  const now = Math.floor(Date.now() / 1000);
  const lifetime = window._gtag_cookie_expires || 63072000;

  function read(name) {
    const found = document.cookie.split("; ").find((each) => each.startsWith(name + "="));
    return found ? found.slice(name.length + 1) : "";
  }

  // The widest domain that the browser accepts, as the Google tag finds it with cookie_domain "auto".
  function write(name, value) {
    const labels = location.hostname.split(".");
    for (let width = 2; width <= labels.length && read(name) !== value; width += 1) {
      document.cookie = name + "=" + value + "; Domain=" + labels.slice(-width).join(".") +
        "; Path=/; Max-Age=" + lifetime + "; SameSite=Lax";
    }
  }

  const random = crypto.getRandomValues(new Uint32Array(1))[0] % 2147483647;
  const before = read("_ga");
  const client = before ? before.split(".").slice(2).join(".") : random + "." + now;
  write("_ga", "GA1.1." + client);
  const views = Number((read("_ga_" + stream).match(/\$j(\d+)/) || [0, 0])[1]) + 1;
  write("_ga_" + stream, "GS2.1.s" + now + "$o1$g" + (views > 1 ? 1 : 0) + "$t" + now + "$j" + views + "$l0$h0");

  const report = new URLSearchParams({ v: "2", tid: id, cid: client, sid: String(now), en: "page_view", dl: location.href, dt: document.title });
  fetch("https://www.google-analytics.com/g/collect?" + report, { method: "POST", mode: "no-cors", keepalive: true });
})();
