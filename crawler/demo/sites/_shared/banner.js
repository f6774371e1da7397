// The consent banner that several demo vendors share. One object, one call per page:
//   ConsentBanner.start({record, words, groups, apply})
// record: {name, days, write(granted) -> text, read(text) -> granted}; granted is a list of group ids.
// words: {title, text, accept, reject, settings, save}; a missing reject or settings button is not drawn.
// groups: [[id, label], ...]; apply(granted) runs on every page once a choice is known.
// forget: an expression for the names of cookies that go when everything is refused. wall: the banner covers the page;
// faint: the refusal is a faint text link.
window.ConsentBanner = (function () {
  "use strict";
  let options;
  let box;

  function stored() {
    const found = document.cookie.split("; ").find((each) => each.startsWith(options.record.name + "="));
    return found ? options.record.read(decodeURIComponent(found.slice(options.record.name.length + 1))) : null;
  }

  function decide(granted) {
    const record = options.record;
    document.cookie = record.name + "=" + encodeURIComponent(record.write(granted)) +
      "; Max-Age=" + record.days * 86400 + "; Path=/; SameSite=Lax; Secure";
    box.remove();
    if (!granted.length && options.forget) forget(options.forget);
    options.apply(granted);
  }

  function forget(names) {
    const domain = location.hostname.replace(/^www\./, "");
    for (const each of document.cookie.split("; ")) {
      const name = each.split("=")[0];
      if (!names.test(name)) continue;
      for (const where of ["", "; Domain=" + domain]) document.cookie = name + "=; Max-Age=0; Path=/" + where;
    }
  }

  function button(text, action, plain) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = plain ? "button plain" : "button";
    made.textContent = text;
    made.addEventListener("click", action);
    return made;
  }

  function refusal(made) {
    if (options.faint) made.className = "faint";
    return made;
  }

  function choices(buttons) {
    const row = document.createElement("div");
    row.className = "consent-choices";
    row.append(...buttons.filter(Boolean));
    return row;
  }

  function all() {
    return options.groups.map((each) => each[0]);
  }

  function secondLayer() {
    const words = options.words;
    const switches = document.createElement("fieldset");
    for (const [id, label] of options.groups) {
      const line = document.createElement("label");
      line.innerHTML = '<input type="checkbox" checked>';
      line.firstChild.value = id;
      line.append(label);
      switches.append(line);
    }
    const save = () => decide([...switches.querySelectorAll("input:checked")].map((each) => each.value));
    box.querySelector(".consent-choices").replaceWith(switches, choices([button(words.save, save)]));
  }

  function show() {
    const words = options.words;
    box = document.createElement("section");
    box.className = options.wall ? "consent wall" : "consent";
    box.id = "cookie-banner";
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-label", words.title);
    box.innerHTML = "<h2></h2><p></p>";
    box.querySelector("h2").textContent = words.title;
    box.querySelector("p").textContent = words.text;
    box.append(choices([
      button(words.accept, () => decide(all())),
      words.reject && refusal(button(words.reject, () => decide([]))),
      words.settings && button(words.settings, secondLayer, true),
    ]));
    document.body.append(box);
  }

  function start(given) {
    options = given;
    for (const link of document.querySelectorAll('a[href="#cookie-settings"]')) {
      link.addEventListener("click", (event) => { event.preventDefault(); show(); });
    }
    const granted = stored();
    if (granted === null) show(); else options.apply(granted);
  }

  return { start };
})();
