"""How long a banner may still come: until which age of a page it is worth watching.

Late banners come from a script. A page without any script is done at once; where a script, a hidden element or a
resource's URL speaks of consent, the page is watched until it is 10.5 s old; elsewhere until it is 7.5 s old.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.consent.worlds import Worlds

EXPECTING_MS = 10_500.0
ORDINARY_MS = 7_500.0
SCRIPTLESS_MS = 500.0
MAX_SECONDS = 10.0
MIN_SECONDS = 0.6

_FACTS = r"""() => {
  const words = "cookie[-_ ]?(?:banner|consent|notice|bar|wall|popup|modal|law|settings|policy)|consent|gdpr|dsgvo|" +
    "rgpd|ccpa|cmp[./-]|privacy[-_]?(?:banner|manager|center)";
  const consent = new RegExp(words, "i");
  let budget = 600000;
  let scripts = 0;
  let expecting = false;
  for (const s of document.scripts) {
    if (s.type && !/javascript|module|^$/.test(s.type)) continue;
    scripts += 1;
    const text = s.src || s.textContent.slice(0, budget);
    budget -= text.length;
    if (consent.test(text)) expecting = true;
    if (budget <= 0) break;
  }
  for (const e of document.querySelectorAll("[id],[class],iframe,template")) {
    if (expecting || (budget -= 60) <= 0) break;
    if (consent.test([e.id, e.getAttribute("class"), e.src].join(" "))) expecting = true;
  }
  return { scripts, frames: document.querySelectorAll("iframe").length, expecting };
}"""


async def limit_ms(worlds: Worlds, *, named: bool) -> float:
    """The age in milliseconds until which the page is worth watching. ``named``: a rule has recognised a CMP."""
    facts = await (await worlds.top()).call(_FACTS)
    if named or facts["expecting"]:
        return EXPECTING_MS
    return ORDINARY_MS if facts["scripts"] or facts["frames"] else SCRIPTLESS_MS
