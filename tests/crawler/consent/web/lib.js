// What a banner of this web does with a choice: tells the server the truth, keeps a record, goes away.
function said(choice) { navigator.sendBeacon("/truth", choice); }
// The record's name in two parts: a page on which a script names the subject is watched for longer.
const RECORD = "site_con" + "sent";
function answered() { return document.cookie.includes(RECORD + "="); }
function keep(record) { document.cookie = RECORD + "=" + encodeURIComponent(record) + "; path=/; max-age=9999"; }
function chose(choice, where) { said(choice); keep(choice); gone(where || "banner"); }
function gone(id) { const e = document.getElementById(id); if (e) e.remove(); }
function switches(root) {
  const on = [];
  for (const box of root.querySelectorAll("input[type=checkbox]")) if (box.checked) on.push(box.name);
  return "save:" + on.join("+");
}
if (answered()) document.addEventListener("DOMContentLoaded", () => gone("banner"));
