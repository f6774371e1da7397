"""Whether something on a page is a consent banner.

A banner is something that speaks of cookies (or unmistakably of consent to tracking) and offers a choice about it. A
login, a newsletter, an age gate or a chat window is not, also when its small print mentions cookies.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.consent_words import names_purpose
from crawler.consent.labels import Side
from crawler.consent.prices import names_price
from crawler.consent.seen import CHOOSING
from crawler.consent.wording import fold, foreign, languages

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.consent.seen import Seen

_CONSENT = re.compile(r"cookie|consent|gdpr|dsgvo|rgpd|cmp", re.IGNORECASE)


_WHOLE = {Side.ACCEPT: 0.5, Side.REJECT: 0.4}
"""The strength of a bare yes and a bare no, without any word that is not understood."""


def _is_named(seen: Seen) -> bool:
    """Whether the markup says what it is: by its names, or by being a known consent tool's."""
    return bool(seen.facts["tool"]) or _CONSENT.search(str(seen.facts["hints"])) is not None


def topics(seen: Seen) -> tuple[int, int]:
    """How often a candidate's words touch consent: (unmistakable words, supporting words)."""
    folded = fold(seen.text)
    strong = max(languages()[code].count(folded, "topic") for code in (seen.language, "en"))
    weak = max(languages()[code].count(folded, "weak") for code in (seen.language, "en"))
    return strong, weak


def _other_subject(seen: Seen) -> bool:
    folded = fold(seen.text)
    for code in {seen.language, "en"}:
        language = languages()[code]
        if language.count(folded, "age") and not _names_cookies(seen):
            return True
        if language.count(folded, "newsletter") and int(seen.facts["text_inputs"]) > 0:
            return True
    return bool(seen.facts["password"]) or (int(seen.facts["text_inputs"]) > 0 and not _both_sides(seen))


def _names_cookies(seen: Seen) -> bool:
    return any("topic" in b.reading.concepts for b in seen.having(Side.ACCEPT, Side.REJECT)) or _both_sides(seen)


def _both_sides(seen: Seen) -> bool:
    sides = {b.side for b in seen.having(Side.ACCEPT, Side.REJECT) if b.reading.strength >= 0.7}
    return len(sides) == 2 or (sides == {Side.REJECT} and seen.has(Side.ACKNOWLEDGE))


def is_banner(seen: Seen) -> bool:
    """Whether a candidate is a consent banner (first layer or any other)."""
    if seen.kind == "lone" or _other_subject(seen) or (not seen.facts["on_screen"] and seen.kind == "frame"):
        return False
    strong, weak = topics(seen)
    if strong == 0 and not _unmistakable(seen, weak):
        return False
    if seen.kind == "inline":
        return _inline_banner(seen)
    if seen.kind == "frame" and not _frame_banner(seen):
        return False
    return _offers(seen) and _about_consent(seen)


def _unmistakable(seen: Seen, weak: int) -> bool:
    """A banner that never says "cookie": it speaks of personal data, and both sides or settings are offered."""
    if weak and _is_named(seen) and seen.length < 3000:
        return seen.has(Side.ACCEPT, Side.REJECT, Side.SAVE) or (seen.has(Side.SETTINGS) and seen.has(Side.ACKNOWLEDGE))
    if _both_sides(seen):
        return weak >= (1 if seen.has(Side.SETTINGS) else 2)
    return weak >= 3 and seen.has(Side.SAVE, Side.ACCEPT) and seen.has(Side.SETTINGS, Side.SAVE, Side.REJECT)


def _about_consent(seen: Seen) -> bool:
    """Whether vague controls (yes, no, OK) are about cookies: named at once, twice or in the markup."""
    clear = [b for b in seen.having(Side.ACCEPT, Side.REJECT, Side.SAVE, Side.OPT_OUT) if b.reading.strength >= 0.7]
    if clear or _is_named(seen):
        return True
    if any("other" in b.reading.concepts or b.side is Side.PAY for b in seen.buttons) or names_price(seen.text):
        return False  # an offer of cookies, say
    sided = seen.having(Side.ACCEPT, Side.REJECT)
    if sided and all(b.reading.strength < _WHOLE[b.side] for b in sided):
        return False  # "Yes, add cookies": every one of them says something else besides
    language = languages()[seen.language]
    sentences = [s for s in re.split(r"[.!?]\s", seen.text) if len(s) > 15]
    return bool(language.count(fold(sentences[0]), "topic")) or language.mentions(fold(seen.text), "topic") >= 2


def _offers(seen: Seen) -> bool:
    if (seen.has(Side.DOUBT) or _unread(seen)) and not seen.facts["in_content"]:
        return True
    if any(b.reading.strength >= 0.5 or b.kind != "link" for b in seen.having(Side.ACCEPT, Side.REJECT, Side.SAVE)):
        return True
    if seen.has(Side.ACKNOWLEDGE):
        return seen.length < 1500
    if seen.has(Side.SETTINGS) and seen.kind == "overlay" and not seen.facts["in_content"]:
        return 60 <= seen.length < 1500
    return seen.length < 1500 and (seen.has(Side.OPT_OUT) or _closes(seen))


def _unread(seen: Seen) -> bool:
    """Something that is a consent banner by its name or place and has controls in words that are not known."""
    unknown = any(b.text for b in seen.having(Side.UNKNOWN) if b.kind in {"button", "link"})
    if seen.length > 1500:
        return False
    if seen.kind == "overlay" and seen.length >= 40 and _only_pictures(seen):
        return True
    return unknown and ((seen.length >= 40 and _is_named(seen)) or (seen.kind == "overlay" and foreign(seen.text)))


def _only_pictures(seen: Seen) -> bool:
    """Controls without any words, beside a text that speaks of cookies and of what they are for."""
    silent = [b for b in seen.buttons if not b.text and b.side is Side.UNKNOWN]
    return len(silent) >= 2 and topics(seen)[1] > 0


def _closes(seen: Seen) -> bool:
    return seen.has(Side.DISMISS) and seen.length < 600 and not seen.facts["in_content"]


def _frame_banner(seen: Seen) -> bool:
    owner = seen.world.owner or {}
    return bool(owner.get("shown")) and (bool(owner.get("overlay")) or (_both_sides(seen) and seen.length < 1500))


def _inline_banner(seen: Seen) -> bool:
    if seen.facts["in_content"]:
        return False
    accept = [b for b in seen.having(Side.ACCEPT) if b.reading.strength >= 0.7]
    if accept and seen.has(Side.REJECT, Side.SETTINGS):
        return True
    edge = int(seen.facts["depth"]) <= 3
    return edge and seen.length < 900 and (bool(accept) or seen.has(Side.ACKNOWLEDGE))


def is_layer(seen: Seen) -> bool:
    """Whether something that opened when settings were asked for is these settings.

    It has a way to save and a switch for a purpose, or a control for all on both sides; other dialogs may open at the
    same moment.
    """
    if seen.kind not in {"overlay", "frame"} or seen.facts["password"] or int(seen.facts["text_inputs"]) > 0:
        return False
    purposes = any(t.essential or names_purpose(t.label) for t in seen.toggles)
    if purposes and seen.has(Side.SAVE, Side.REJECT, Side.ACCEPT):
        return True
    return all(any("all" in b.reading.concepts for b in seen.having(side)) for side in (Side.ACCEPT, Side.REJECT))


def banners(candidates: Iterable[Seen], layers: Iterable[Seen] = ()) -> list[Seen]:
    """The consent banners among candidates, the one to answer first in front: dialogs, topmost, most to choose.

    ``layers`` are candidates that count as banners, being layers of one.
    """
    known = list(layers)
    found = [seen for seen in candidates if seen in known or is_banner(seen)]
    return sorted(
        found,
        key=lambda s: (
            s.kind == "inline",
            -int(s.dialog),
            -s.z,
            -len({b.side for b in s.buttons} & CHOOSING),
            s.length,
        ),
    )
