"""The form of consent settings in a page's own content, such as a page of cookie settings has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.consent_words import names_purpose
from auditor.model import Wanted
from crawler.consent.labels import Side
from crawler.consent.seen import read_group
from crawler.consent.wording import fold, languages
from crawler.consent.worlds import WorldError

if TYPE_CHECKING:
    from crawler.consent.seen import Seen
    from crawler.consent.worlds import Worlds

MAX_WIDER = 3
"""So many parts around the switches are looked at: each of them may have controls of its own, "Details" say."""

_PURPOSES = frozenset({"topic", "optional"})


async def settings_form(worlds: Worlds, wanted: Wanted) -> Seen | None:
    """Switches about cookies with a way to save them, or a control for the wanted choice beside them.

    What is told around the switches says what they are about, not what the rest of the page tells.
    """
    sides = (Side.SAVE, Side.ACCEPT if wanted is Wanted.ACCEPT else Side.REJECT)
    try:
        top = await worlds.top()
        for wider in range(MAX_WIDER + 1):
            raw = await top.call("(wider) => consentEyes.form(wider)", wider)
            seen = read_group(top, raw) if raw else None
            if seen is None or seen.facts["password"] or not (wider or _is_about_consent(seen)):
                return None
            if seen.has(*sides):
                return seen
    except WorldError:
        return None
    return None


def _is_about_consent(seen: Seen) -> bool:
    return bool(seen.facts["topical"]) or any(toggle.essential for toggle in seen.toggles)


def purposes_of(form: Seen) -> Seen:
    """The form without the switches whose labels name neither a purpose nor cookies: a page has others too."""
    return replace(
        form, toggles=tuple(t for t in form.toggles if t.essential or _names_purpose(t.label, form.language))
    )


def _names_purpose(label: str, language: str) -> bool:
    concepts, _ = languages()[language].concepts(fold(label))
    return bool(concepts & _PURPOSES) or names_purpose(label)
