"""What the eyes report, as records: candidates with their controls and switches, read in their language."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from auditor.consent_words import claims_legitimate_interest, names_tracking
from auditor.model import BannerSwitch
from crawler.consent.labels import Reading, Side, only_adds_names, read_label, read_switch
from crawler.consent.wording import fold, guess_language, languages

if TYPE_CHECKING:
    from crawler.consent.worlds import World

_CLOSE = re.compile(r"close|dismiss|hide|fermer|schlie|cerrar|chiudi|zamkn|sluit", re.IGNORECASE)
BEHIND = 2
MAX_SWITCHES = 100
MAX_LABEL = 120
_STEPS = re.compile(r"[/?&=]")
Signature = tuple[str, tuple[str, ...], int]
"""What tells one state of a banner from another: frame, labels of the controls, number of switches."""
CHOOSING = frozenset({Side.ACCEPT, Side.REJECT, Side.SAVE, Side.OPT_OUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A control of a banner; ``kind``: button, link, pointer or weak.

    ``leaves``: a link to another document, unless it is one of the site's own that makes a choice. ``url`` is where a
    link leads.
    """

    id: int
    text: str
    reading: Reading
    kind: str
    leaves: bool
    url: str
    disabled: bool
    box: tuple[float, float, float, float]

    @property
    def side(self) -> Side:
        """What pressing it does."""
        return self.reading.side


@dataclass(frozen=True, slots=True, kw_only=True)
class Toggle:
    """A switch, checkbox or radio of a banner; ``on`` None where its state cannot be read.

    ``in_sight``: the part of the page that it stands in is shown, if not always the input itself.
    """

    id: int
    kind: str
    group: str
    on: bool | None
    disabled: bool
    visible: bool
    in_sight: bool
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


def read_button(raw: dict[str, Any], language: str) -> Button:
    """Turn one raw control of ``eyes.js`` into a record; a bare cross says what its hidden label says."""
    text, aria = str(raw["text"]), str(raw["aria"])
    reading = read_label(text or aria, language)
    other = read_label(aria, language)
    cross = fold(text) == "x"
    if (cross and other.side in {Side.ACCEPT, Side.REJECT}) or (reading.side in CHOOSING and other.side is Side.PAY):
        reading = other
    elif text and aria and reading.side in CHOOSING:
        named = other.side is Side.DOUBT and only_adds_names(text, aria, language)
        if other.side in CHOOSING | {Side.DOUBT} and other.side is not reading.side and not named:
            reading = Reading(side=Side.DOUBT, strength=0.0, concepts=reading.concepts, language=language)
    if text and reading.side is Side.UNKNOWN and aria:
        reading = other
    drawn = (not text and not aria) or ((raw["icon"] or cross) and reading.concepts == {"reject"})
    if drawn and _CLOSE.search(str(raw["hints"])):
        # An icon that closes, by its markup; its one hidden word ("discard", say) may be a translator's slip.
        reading = Reading(side=Side.DISMISS, strength=0.5, concepts=frozenset({"close"}), language=language)
    return Button(
        id=int(raw["id"]),
        text=(text or aria)[:120],
        reading=reading,
        kind=str(raw["kind"]),
        leaves=bool(raw["leaves"]) and not (raw["own"] and reading.side in CHOOSING and reading.strength >= 0.8),
        url=str(raw["url"]),
        disabled=bool(raw["disabled"]),
        box=_box(raw["box"]),
    )


def _toggle(raw: dict[str, Any], language: str) -> Toggle:
    label = str(raw["label"])
    kind = {"option": "radio", "range": "check"}.get(str(raw["kind"]), str(raw["kind"]))
    start = " ".join(label.split()[:7])
    reading = read_switch(start[:100], language, radio=kind == "radio")
    necessary = "necessary" in reading.concepts and "optional" not in reading.concepts
    return Toggle(
        id=int(raw["id"]),
        kind=kind,
        group=str(raw["group"]),
        on=raw["on"] if isinstance(raw["on"], bool) else None,
        disabled=bool(raw["disabled"]),
        visible=bool(raw["visible"]),
        in_sight=bool(raw["in_sight"]),
        label=label,
        essential=necessary and not names_tracking(start),
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
    buttons = [read_button(c, language) for c in raw["controls"]]
    buttons = [b for b in buttons if b.id not in switches or (b.side in CHOOSING and b.text)]
    named = {b.id for b in buttons}
    buttons = _with_answers(buttons, {int(c["id"]): str(c["goes"]) for c in raw["controls"]})
    buttons += [b for b in (read_button(c, language) for c in raw["weak"]) if b.reading.strength >= 0.7]
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
        toggles=_toggles([t for t in raw["toggles"] if int(t["id"]) not in named], language, str(raw["text"])),
        facts=raw,
    )


def _with_answers(buttons: list[Button], goes: dict[int, str]) -> list[Button]:
    """Links of the site's own whose addresses differ in their end only, one with a yes and one with a no: the answers.

    Other links to documents are no choice unless their words are clear by themselves.
    """
    stems = {b.id: tuple(_STEPS.split(goes[b.id])[:-1]) for b in buttons}
    yes = {stems[b.id] for b in buttons if b.side in {Side.ACCEPT, Side.ACKNOWLEDGE}}
    no = {stems[b.id] for b in buttons if b.side is Side.REJECT}
    asked = {stem for stem in yes & no if len(stem) > 1}
    sides = {Side.ACCEPT, Side.ACKNOWLEDGE, Side.REJECT}
    return [replace(b, leaves=False) if b.side in sides and stems[b.id] in asked else b for b in buttons]


def _toggles(raw: list[dict[str, Any]], language: str, text: str) -> tuple[Toggle, ...]:
    """The switches; menus count where their options choose, sliders where the text names the necessary end first."""
    read = [(t, _toggle(t, language)) for t in raw]
    choosing = {t["group"] for t, toggle in read if toggle.side in {Side.ACCEPT, Side.REJECT}}
    kept = [(t, toggle) for t, toggle in read if t["kind"] != "option" or t["group"] in choosing]
    ascending = languages()[language].ascending(fold(text[:3000]))
    return tuple(replace(x, on=None) if t["kind"] == "range" and not ascending else x for t, x in kept)


def switches_of(seen: Seen, layer: int) -> tuple[BannerSwitch, ...]:
    """The switches of a layer as records; those that are not in sight on the first one are of a layer behind it."""
    return tuple(
        BannerSwitch(
            label=t.label[:MAX_LABEL],
            kind=t.kind,
            layer=layer if t.in_sight else max(layer, BEHIND),
            on=t.on,
            locked=t.disabled,
            essential=t.essential,
        )
        for t in seen.toggles[:MAX_SWITCHES]
    )


def pre_ticked(seen: Seen) -> int:
    """How many non-essential switches are on, or locked on; a radio button that accepts counts as one."""
    on = [t for t in seen.toggles if t.on and not t.essential and (t.kind == "check" or t.side is Side.ACCEPT)]
    return sum(1 for t in on if not claims_legitimate_interest(t.label))


def signature(seen: Seen) -> Signature:
    """What tells one state of a banner from another."""
    return (seen.world.frame, tuple(b.text for b in seen.buttons), len(seen.toggles))
