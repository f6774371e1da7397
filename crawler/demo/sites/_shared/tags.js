// Loads trackers the way their own snippets do. Each function takes the customer's id with the tracker; analytics also
// how many seconds its cookies may live, instead of two years.
window.tags = (function () {
  "use strict";
  function load(source) {
    const script = document.createElement("script");
    script.async = true;
    script.src = source;
    document.head.append(script);
  }
  return {
    analytics: (id, expires) => {
      window._gtag_cookie_expires = expires;
      load("https://www.googletagmanager.com/gtag/js?id=" + id);
    },
    meta: (id) => { window._fbq_id = id; load("https://connect.facebook.net/en_US/fbevents.js"); },
    hotjar: (id) => load("https://static.hotjar.com/c/hotjar-" + id + ".js?sv=6"),
    hubspot: (id) => load("https://js.hs-scripts.com/" + id + ".js"),
    linkedin: (id) => { window._linkedin_partner_id = id; load("https://snap.licdn.com/li.lms-analytics/insight.min.js"); },
    adroll: (advertiser, pixel) => {
      window.adroll_adv_id = advertiser;
      window.adroll_pix_id = pixel;
      load("https://s.adroll.com/j/" + advertiser + "/roundtrip.js");
    },
  };
})();
