"""How long a banner may still come: until which age of a page it is worth watching.

Late banners come from a script. A page without any script is done at once. Where a script, a hidden element or a
resource's URL speaks of consent, the page is watched until it is 10.5 s old; where no script that was loaded has a word
of it in any language, until it is 4 s old, or 7.5 s where frames or scripts that could not be read are there.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from playwright.async_api import Page

from crawler.consent.wording import subject_words

if TYPE_CHECKING:
    from crawler.consent.worlds import Worlds

Scripts = Mapping[str, Callable[[], Awaitable[str | None]]]
"""How to get the text of each script by its URL; ``None`` where the browser keeps it no longer."""
ScriptsIn = Callable[[Page, str], Scripts | None]
"""The scripts that the document of a page's frame has loaded; ``None`` where nobody heard of them."""

EXPECTING_MS = 10_500.0
ORDINARY_MS = 7_500.0
SILENT_MS = 4_000.0
SCRIPTLESS_MS = 500.0
MAX_SECONDS = 10.0
MIN_SECONDS = 0.6
AGAIN_SECONDS = 1.5
MAX_SCRIPTS = 40
MAX_CHARACTERS = 4_000_000
_WORDS = (
    "cookies|cookie[-_ ]?(?:banner|consent|notice|bar|wall|popup|modal|law|settings|policy|message|info)|consent|gdpr|"
    "dsgvo|rgpd|ccpa|cmp[./-]|privacy[-_]?(?:banner|manager|center)"
)

_FACTS = r"""(words) => {
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


@cache
def _words() -> str:
    return "|".join((_WORDS, *(re.escape(word) for word in subject_words())))


def pause_seconds(waited: float) -> float:
    """How long to pause between two looks after ``waited`` seconds: a banner that comes late comes rarely."""
    return min(0.3 + waited / 10, 0.8)


async def limit_ms(worlds: Worlds, scripts_in: ScriptsIn, *, named: bool) -> float:
    """The age in milliseconds until which the page is worth watching. ``named``: a rule has recognised a CMP.

    ``scripts_in`` gives the scripts as they were answered. The browser is not asked for them: before it tells what a
    page loaded it loads all style sheets anew that it was not to keep.
    """
    top = await worlds.top()
    facts = await top.call(_FACTS, _words())
    if named or facts["expecting"]:
        return EXPECTING_MS
    if not facts["scripts"] and not facts["frames"]:
        return SCRIPTLESS_MS
    spoken = await _spoken(scripts_in(worlds.page, top.frame))
    if spoken:
        return EXPECTING_MS
    return ORDINARY_MS if spoken is None or facts["frames"] else SILENT_MS


async def _spoken(scripts: Scripts | None) -> bool | None:
    """Whether a loaded script speaks of consent; ``None`` where not all of them could be read."""
    if scripts is None:
        return None
    texts = await asyncio.gather(*(read() for read in list(scripts.values())[:MAX_SCRIPTS]))
    known = [text for text in texts if text is not None]
    consent = re.compile(_words(), re.IGNORECASE)
    if any(consent.search(text[:MAX_CHARACTERS]) for text in known):
        return True
    whole = len(known) == len(scripts) and all(len(text) <= MAX_CHARACTERS for text in known)
    return False if whole else None
