"""What the eyes report, as records; and whether it is a consent banner.

A banner is something that speaks of cookies (or unmistakably of consent to tracking) and offers a choice about it. A
login, a newsletter, an age gate or a chat window is not, also when its small print mentions cookies.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from auditor.model import BannerSwitch
from crawler.consent.wording import (
    Reading,
    Side,
    fold,
    foreign,
    guess_language,
    languages,
    only_adds_names,
    read_label,
    read_switch,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.consent.worlds import World

_CLOSE = re.compile(r"close|dismiss|fermer|schlie|cerrar|chiudi|zamkn|sluit", re.IGNORECASE)
_CONSENT = re.compile(r"cookie|consent|gdpr|dsgvo|rgpd|cmp", re.IGNORECASE)
MAX_SWITCHES = 100
MAX_LABEL = 120
CHOOSING = frozenset({Side.ACCEPT, Side.REJECT, Side.SAVE, Side.OPT_OUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A control of a banner; ``kind``: button, link, pointer or weak.

    ``leaves``: a link to another document, unless it is one of the site's own that makes a choice.
    """

    id: int
    text: str
    reading: Reading
    kind: str
    leaves: bool
    disabled: bool
    box: tuple[float, float, float, float]

    @property
    def side(self) -> Side:
        """What pressing it does."""
        return self.reading.side


@dataclass(frozen=True, slots=True, kw_only=True)
class Toggle:
    """A switch, checkbox or radio of a banner; ``on`` None where its state cannot be read."""

    id: int
    kind: str
    group: str
    on: bool | None
    disabled: bool
    visible: bool
    label: str
    essential: bool
    side: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A candidate as seen in one frame: its words, its controls and what kind of thing it is."""

    world: World
    id: int
    kind: str
    dialog: bool
    z: int
    box: tuple[float, float, float, float]
    text: str
    length: int
    language: str
    buttons: tuple[Button, ...]
    toggles: tuple[Toggle, ...]
    facts: dict[str, Any]

    def having(self, *sides: Side) -> tuple[Button, ...]:
        """The usable controls of these sides, clearest first; texts that merely look pressable come last."""
        found = [b for b in self.buttons if b.side in sides and not b.disabled and not b.leaves]
        order = {"button": 0, "link": 1, "pointer": 2, "weak": 3}
        return tuple(sorted(found, key=lambda b: (b.kind == "weak", -b.reading.strength, order.get(b.kind, 3))))

    def has(self, *sides: Side) -> bool:
        """Whether there is such a control."""
        return bool(self.having(*sides))


def _box(raw: list[float]) -> tuple[float, float, float, float]:
    x, y, w, h = (float(n) for n in raw)
    return (x, y, w, h)


def _button(raw: dict[str, Any], language: str) -> Button:
    text, aria = str(raw["text"]), str(raw["aria"])
    reading = read_label(text or aria, language)
    if text and aria and reading.side in CHOOSING:
        other = read_label(aria, language)
        named = other.side is Side.DOUBT and only_adds_names(text, aria, language)
        if other.side in CHOOSING | {Side.DOUBT} and other.side is not reading.side and not named:
            reading = Reading(side=Side.DOUBT, strength=0.0, concepts=reading.concepts, language=language)
    if text and reading.side is Side.UNKNOWN and aria:
        reading = read_label(aria, language)
    if not text and not aria and _CLOSE.search(str(raw["hints"])):
        reading = Reading(side=Side.DISMISS, strength=0.5, concepts=frozenset({"close"}), language=language)
    return Button(
        id=int(raw["id"]),
        text=(text or aria)[:120],
        reading=reading,
        kind=str(raw["kind"]),
        leaves=bool(raw["leaves"]) and not (raw["own"] and reading.side in CHOOSING and reading.strength >= 0.8),
        disabled=bool(raw["disabled"]),
        box=_box(raw["box"]),
    )


def _toggle(raw: dict[str, Any], language: str) -> Toggle:
    label = str(raw["label"])
    start = " ".join(label.split()[:7])
    reading = read_switch(start[:100], language, radio=raw["kind"] == "radio")
    essential = "necessary" in reading.concepts and "optional" not in reading.concepts
    return Toggle(
        id=int(raw["id"]),
        kind=str(raw["kind"]),
        group=str(raw["group"]),
        on=raw["on"] if isinstance(raw["on"], bool) else None,
        disabled=bool(raw["disabled"]),
        visible=bool(raw["visible"]),
        label=label,
        essential=essential,
        side=reading.side,
    )


@lru_cache(maxsize=256)
def _language(text: str, labels: tuple[str, ...], hint: str) -> str:
    return guess_language(text, labels, hint)


def read_group(world: World, raw: dict[str, Any]) -> Seen:
    """Turn one raw group of ``eyes.js`` into a record."""
    labels = tuple(str(c["text"] or c["aria"])[:120] for c in raw["controls"])
    language = _language(str(raw["text"]), labels, str(raw["lang"]))
    switches = {int(t["id"]) for t in raw["toggles"]}
    buttons = [_button(c, language) for c in raw["controls"]]
    buttons = [b for b in buttons if b.id not in switches or (b.side in CHOOSING and b.text)]
    named = {b.id for b in buttons}
    buttons += [b for b in (_button(c, language) for c in raw["weak"]) if b.reading.strength >= 0.7]
    return Seen(
        world=world,
        id=int(raw["id"]),
        kind=str(raw["kind"]),
        dialog=bool(raw["dialog"]),
        z=int(raw["z"]),
        box=_box(raw["box"]),
        text=str(raw["text"]),
        length=int(raw["length"]),
        language=language,
        buttons=tuple(buttons),
        toggles=tuple(_toggle(t, language) for t in raw["toggles"] if int(t["id"]) not in named),
        facts=raw,
    )


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
    if weak and _CONSENT.search(str(seen.facts["hints"])) and seen.length < 3000:
        return seen.has(Side.ACCEPT, Side.REJECT, Side.SAVE) or (seen.has(Side.SETTINGS) and seen.has(Side.ACKNOWLEDGE))
    if _both_sides(seen):
        return weak >= (1 if seen.has(Side.SETTINGS) else 2)
    return weak >= 3 and seen.has(Side.SAVE, Side.ACCEPT) and seen.has(Side.SETTINGS, Side.SAVE, Side.REJECT)


def _about_consent(seen: Seen) -> bool:
    """Whether vague controls (yes, no, OK) are about cookies: named at once, twice or in the markup."""
    clear = [b for b in seen.having(Side.ACCEPT, Side.REJECT, Side.SAVE, Side.OPT_OUT) if b.reading.strength >= 0.7]
    if clear or _CONSENT.search(str(seen.facts["hints"])):
        return True
    language = languages()[seen.language]
    sentences = [s for s in re.split(r"[.!?]\s", seen.text) if len(s) > 15]
    return bool(language.count(fold(sentences[0]), "topic")) or language.mentions(fold(seen.text), "topic") >= 2


def _offers(seen: Seen) -> bool:
    if (seen.has(Side.DOUBT) or _unread(seen)) and not seen.facts["in_content"]:
        return True
    if seen.has(Side.ACCEPT, Side.REJECT, Side.SAVE):
        return any(b.reading.strength >= 0.5 or b.kind != "link" for b in seen.having(*CHOOSING))
    if seen.has(Side.ACKNOWLEDGE):
        return seen.length < 1500
    return seen.length < 1500 and (seen.has(Side.OPT_OUT) or _closes(seen))


def _unread(seen: Seen) -> bool:
    """Something that is a consent banner by its name or place and has controls in words that are not known."""
    unknown = any(b.text for b in seen.having(Side.UNKNOWN) if b.kind in {"button", "link"})
    if not unknown or seen.length > 1500:
        return False
    named = seen.length >= 40 and bool(_CONSENT.search(str(seen.facts["hints"])))
    return named or (seen.kind == "overlay" and foreign(seen.text))


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


def banners(candidates: Iterable[Seen]) -> list[Seen]:
    """The consent banners among candidates, the one to answer first in front: dialogs, topmost, most to choose."""
    found = [seen for seen in candidates if is_banner(seen)]
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


def switches_of(seen: Seen, layer: int) -> tuple[BannerSwitch, ...]:
    """The switches of a layer as records."""
    return tuple(
        BannerSwitch(
            label=t.label[:MAX_LABEL], kind=t.kind, layer=layer, on=t.on, locked=t.disabled, essential=t.essential
        )
        for t in seen.toggles[:MAX_SWITCHES]
    )


def pre_ticked(seen: Seen) -> int:
    """How many non-essential switches are on, or locked on; a radio button that accepts counts as one."""
    return sum(1 for t in seen.toggles if t.on and not t.essential and (t.kind == "check" or t.side is Side.ACCEPT))
