// Writes _fbp and calls the Meta Pixel, as fbevents.js does. Our own few lines.
(function () {
  "use strict";
  const labels = location.hostname.split(".");
  function read(name) {
    const found = document.cookie.split("; ").find((each) => each.startsWith(name + "="));
    return found ? found.slice(name.length + 1) : "";
  }
  function write(name, value, seconds) {
    for (let width = 2; width <= labels.length && read(name) !== value; width += 1) {
      document.cookie = name + "=" + value + "; Domain=" + labels.slice(-width).join(".") +
        "; Path=/; Max-Age=" + seconds + "; SameSite=Lax";
    }
  }
  const random = String(crypto.getRandomValues(new BigUint64Array(1))[0] % 1000000000000000000n);
  const browser = read("_fbp") || "fb.1." + Date.now() + "." + random;
  write("_fbp", browser, 7776000);
  new Image().src = "https://www.facebook.com/tr/?id=" + window._fbq_id + "&ev=PageView&dl=" +
    encodeURIComponent(location.href) + "&if=false&ts=" + Date.now() + "&fbp=" + browser;
})();
