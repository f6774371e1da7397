"""What to press next, from what was seen: pure functions, no browser.

The rule of this module: a doubtful button is never pressed. A refusal is a button that says so, or everything
unticked and saved. That there is no refusal is only said of a banner of which every control was understood.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from auditor.model import Wanted
from crawler.consent.wording import Side, fold, languages

if TYPE_CHECKING:
    from crawler.consent.seen import Button, Seen, Toggle


class Act(StrEnum):
    """What to do."""

    PRESS = "press"
    TOGGLE = "toggle"
    OPEN = "open"
    NONE = "none"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: the act, the button to press (after ``toggles`` were brought to ``to``), the method's name."""

    act: Act
    button: Button | None = None
    toggles: tuple[Toggle, ...] = ()
    to: bool = False
    method: str = "heuristic"
    reason: str = ""


def decide(seen: Seen, wanted: Wanted, *, layer: int, opened: frozenset[str]) -> Step:
    """The next step towards the wanted choice on this banner. ``opened``: labels of settings controls used already."""
    if wanted is Wanted.ACCEPT:
        return _accept(seen, layer=layer, opened=opened)
    return _reject(seen, layer=layer, opened=opened)


def _accept(seen: Seen, *, layer: int, opened: frozenset[str]) -> Step:
    accept = [b for b in seen.having(Side.ACCEPT) if b.reading.strength >= 0.3]
    if accept:
        return Step(act=Act.PRESS, button=accept[0])
    saving = seen.having(Side.SAVE) or (seen.having(Side.ACKNOWLEDGE) if free_toggles(seen) else ())
    if saving and free_toggles(seen):
        return _bring(seen, saving[0], to=True)
    acknowledge = seen.having(Side.ACKNOWLEDGE)
    if acknowledge:
        alone = not seen.has(Side.REJECT, Side.SETTINGS, Side.SAVE)
        return Step(act=Act.PRESS, button=acknowledge[0], method="acknowledge" if alone and layer == 1 else "heuristic")
    if (
        layer == 1
        and seen.has(Side.DISMISS)
        and not seen.has(Side.REJECT, Side.SETTINGS, Side.OPT_OUT)
        and _clear(seen)
    ):
        return Step(act=Act.PRESS, button=seen.having(Side.DISMISS)[0], method="acknowledge")
    return _deeper(seen, opened=opened) or _nothing(seen)


def _reject(seen: Seen, *, layer: int, opened: frozenset[str]) -> Step:
    reject = [b for b in seen.having(Side.REJECT) if b.reading.strength >= 0.3]
    if reject:
        return Step(act=Act.PRESS, button=reject[0])
    saving = seen.having(Side.SAVE)
    if not saving and not seen.has(Side.ACCEPT):
        saving = seen.having(Side.ACKNOWLEDGE) or (seen.having(Side.DISMISS) if layer > 1 else ())
    if saving and free_toggles(seen):
        return _bring(seen, saving[0], to=False)
    deeper = _deeper(seen, opened=opened)
    if deeper is not None:
        return deeper
    if seen.has(Side.OPT_OUT):
        return Step(act=Act.PRESS, button=seen.having(Side.OPT_OUT)[0], method="opt_out")
    if seen.has(Side.DISMISS) and closing_refuses(seen):
        return Step(act=Act.PRESS, button=seen.having(Side.DISMISS)[0], method="close_refuses")
    return _nothing(seen)


def free_toggles(seen: Seen) -> tuple[Toggle, ...]:
    """The switches that a visitor can change."""
    return tuple(t for t in seen.toggles if not t.disabled)


def _bring(seen: Seen, button: Button, *, to: bool) -> Step:
    """Bring all switches to one position and save; unreadable where one of them is not understood."""
    radios = [t for t in free_toggles(seen) if t.kind == "radio"]
    chosen: list[Toggle] = []
    wanted = Side.ACCEPT if to else Side.REJECT
    for group in sorted({t.group for t in radios}):
        options = [t for t in radios if t.group == group and t.side is wanted]
        if len(options) != 1:
            return Step(act=Act.UNREADABLE, reason=f"radio buttons {group!r} are not understood")
        chosen.extend(options)
    switches = [t for t in free_toggles(seen) if t.kind != "radio"]
    strange = next((t for t in switches if t.on is None or t.side in {Side.REJECT, Side.OPT_OUT}), None)
    if strange is not None:
        return Step(act=Act.UNREADABLE, reason=f"the switch {strange.label[:60]!r} is not understood")
    change = [t for t in switches if t.on is not to] + [t for t in chosen if not t.on]
    return Step(act=Act.TOGGLE, button=button, toggles=tuple(change), to=to, method="toggles")


def _deeper(seen: Seen, *, opened: frozenset[str]) -> Step | None:
    for button in seen.having(Side.SETTINGS):
        if button.text not in opened:
            return Step(act=Act.OPEN, button=button)
    for button in seen.having(Side.INFORM):
        if button.text not in opened and button.kind != "weak":
            return Step(act=Act.OPEN, button=button, reason="inform")
    return None


def _clear(seen: Seen) -> bool:
    """Whether every control is understood; links to other documents are texts to read, unless they hold settings."""
    for button in seen.buttons:
        if button.kind == "weak":
            continue
        if button.leaves:
            if button.side in {Side.SETTINGS, Side.REJECT, Side.OPT_OUT, Side.DOUBT}:
                return False
        elif button.side in {Side.UNKNOWN, Side.DOUBT} or button.disabled:
            return False
    return True


def _nothing(seen: Seen) -> Step:
    if _clear(seen) and not free_toggles(seen):
        return Step(act=Act.NONE)
    doubtful = [b.text for b in seen.buttons if b.side in {Side.UNKNOWN, Side.DOUBT} or b.leaves]
    return Step(act=Act.UNREADABLE, reason=f"not understood: {', '.join(doubtful)[:200] or 'switches without a save'}")


def closing_refuses(seen: Seen) -> bool:
    """Whether the banner's own words say that closing it means refusing (usual in Italy)."""
    language = languages()[seen.language]
    for sentence in seen.text.replace("!", ".").split("."):
        found, _ = language.concepts(fold(sentence))
        if "close" in found and (("without" in found and found & {"accept", "consent", "topic"}) or "reject" in found):
            return "accept" not in found or "without" in found
    return False
