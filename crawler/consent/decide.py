"""What to press next, from what was seen: pure functions, no browser.

The rule of this module: a doubtful button is never pressed. A refusal is a button that says so, or everything
unticked and saved. That there is no refusal is only said of a banner of which every control was understood.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from auditor.model import Wanted
from crawler.consent.labels import Side
from crawler.consent.wording import TURNING, fold, languages

if TYPE_CHECKING:
    from crawler.consent.seen import Button, Seen, Toggle

MAX_CONTROL = 40
"""Letters of a sentence that may be but a control's label."""
CLEAR = 0.3
"""Strength from which a label is clear enough to be pressed in a banner."""


_NEGATIONS = frozenset({"negation", "no", "reject", "without"})
_YES_OR_NO = (False, True)


class Act(StrEnum):
    """What to do. ``none``: everything is understood and nothing of the wanted kind is there.

    ``leave``: everything is understood, and the settings are on another page, where ``button`` leads.
    """

    PRESS = "press"
    OPEN = "open"
    LEAVE = "leave"
    NONE = "none"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: press ``button`` after ``toggles`` were brought to ``to`` and the buttons ``also`` were pressed."""

    act: Act
    button: Button | None = None
    toggles: tuple[Toggle, ...] = ()
    to: bool = False
    also: tuple[Button, ...] = ()
    method: str = "heuristic"
    reason: str = ""


@dataclass(slots=True, kw_only=True)
class Memory:
    """What has been done on the way: the layer reached, whether all switches were turned off, and labels of controls.

    ``opened`` were used to open another layer, ``answered`` were pressed while the banner stayed, ``confirmed`` are
    those of them that show themselves as chosen since.
    """

    layer: int = 1
    unticked: bool = False
    opened: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    confirmed: set[str] = field(default_factory=set)


def decide(seen: Seen, wanted: Wanted, memory: Memory) -> Step:
    """The next step towards the wanted choice on this banner."""
    side = Side.ACCEPT if wanted is Wanted.ACCEPT else Side.REJECT
    direct = [b for b in seen.having(side) if b.reading.strength >= CLEAR]
    if direct:
        return _conclude(seen, direct[0], wanted, memory) or _each(seen, direct, memory) or _press(direct[0])
    return _accept(seen, memory) if wanted is Wanted.ACCEPT else _reject(seen, memory)


def _press(button: Button, method: str = "heuristic") -> Step:
    return Step(act=Act.PRESS, button=button, method=method)


def _conclude(seen: Seen, pressed: Button, wanted: Wanted, memory: Memory) -> Step | None:
    """After "all" was pressed and the layer stayed: save it, where switches or the button show that it was heard."""
    if pressed.text not in memory.answered:
        return None
    saving = seen.having(Side.SAVE) or (seen.having(Side.DISMISS) if memory.layer > 1 else ())
    if not saving:
        return None
    if free_toggles(seen):
        return _bring(seen, saving[0], to=wanted is Wanted.ACCEPT)
    return _press(saving[0]) if pressed.text in memory.confirmed else None


def _each(seen: Seen, direct: list[Button], memory: Memory) -> Step | None:
    """Per-service buttons without one for all: press each, then save."""
    saving = seen.having(Side.SAVE)
    opposite = Side.ACCEPT if direct[0].side is Side.REJECT else Side.REJECT
    single = not any("all" in b.reading.concepts for b in direct)
    if memory.layer == 1 or not single or not saving or not 2 <= len(direct) <= len(seen.having(opposite)):
        return None
    return Step(act=Act.PRESS, button=saving[0], also=tuple(direct), method="each")


def _accept(seen: Seen, memory: Memory) -> Step:
    acknowledge = seen.having(Side.ACKNOWLEDGE)
    saving = seen.having(Side.SAVE) or acknowledge
    if saving and free_toggles(seen):
        return _bring(seen, saving[0], to=True)
    if acknowledge:
        return _press(acknowledge[0], "acknowledge" if memory.layer == 1 else "heuristic")
    choices = seen.has(Side.REJECT, Side.SETTINGS, Side.OPT_OUT)
    if memory.layer == 1 and seen.has(Side.DISMISS) and not choices and _clear(seen):
        return _press(seen.having(Side.DISMISS)[0], "acknowledge")
    return _deeper(seen, memory, (Side.SETTINGS,)) or _nothing(seen)


def _reject(seen: Seen, memory: Memory) -> Step:
    return _untick(seen, memory) or _refuse_otherwise(seen, memory) or _nothing(seen)


def _untick(seen: Seen, memory: Memory) -> Step | None:
    """Everything off and saved; or closed, where the way to save shows up below ("Accept selected")."""
    saving = seen.having(Side.SAVE)
    closing = seen.having(Side.DISMISS) if memory.layer > 1 else ()
    if not saving and not seen.has(Side.ACCEPT):
        saving = seen.having(Side.ACKNOWLEDGE) or closing
    if saving and free_toggles(seen):
        return _bring(seen, saving[0], to=False)
    if saving and memory.unticked and not seen.toggles:
        return _press(saving[0], "toggles")
    if closing and any(t.on and not t.essential for t in free_toggles(seen)):
        return _bring(seen, closing[0], to=False)
    return None


def _refuse_otherwise(seen: Seen, memory: Memory) -> Step | None:
    deeper = _deeper(seen, memory, (Side.SETTINGS,))
    if deeper is None and not seen.has(Side.OPT_OUT) and not closing_refuses(seen):
        deeper = _deeper(seen, memory, (Side.INFORM,))
    if deeper is not None:
        return deeper
    if seen.has(Side.OPT_OUT):
        return _press(seen.having(Side.OPT_OUT)[0], "opt_out")
    if seen.has(Side.DISMISS) and closing_refuses(seen):
        return _press(seen.having(Side.DISMISS)[0], "close_refuses")
    return None


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
        others = [t for t in radios if t.group == group and t.side is not wanted]
        if to and not options and len(others) == 2 and sum(t.side is Side.REJECT for t in others) == 1:
            options = [t for t in others if t.side is not Side.REJECT]  # the other one refuses
        if len(options) != 1 and to:
            options = _for_all([t for t in radios if t.group == group], seen.language)
        if len(options) != 1:
            options = _negated([t for t in radios if t.group == group], seen.language, negated=not to)
        if len(options) != 1:
            return Step(act=Act.UNREADABLE, reason=f"radio buttons {group!r} are not understood")
        chosen.extend(options)
    switches = [t for t in free_toggles(seen) if t.kind != "radio" and (to or not t.essential)]
    strange = next((t for t in switches if t.on is None or t.side in {Side.REJECT, Side.OPT_OUT}), None)
    if strange is not None:
        return Step(act=Act.UNREADABLE, reason=f"the switch {strange.label[:60]!r} is not understood")
    change = [t for t in switches if t.on is not to] + [t for t in chosen if not t.on]
    return Step(act=Act.PRESS, button=button, toggles=tuple(change), to=to, method="toggles")


def _for_all(options: list[Toggle], language: str) -> list[Toggle]:
    """The options that say "all" and nothing that turns it around: "All cookies" beside "Necessary cookies only"."""
    read = [(t, languages()[language].concepts(fold(t.label))) for t in options]
    return [t for t, (found, strange) in read if "all" in found and not found & set(TURNING) and not strange]


def _negated(pair: list[Toggle], language: str, *, negated: bool) -> list[Toggle]:
    """Of two options that say the same, one with a negation, the one with it or the one without; none otherwise."""
    told = {t.id: bool(languages()[language].concepts(fold(t.label))[0] & _NEGATIONS) for t in pair}
    if len(pair) != len(_YES_OR_NO) or sorted(told.values()) != sorted(_YES_OR_NO):
        return []
    return [t for t in pair if told[t.id] is negated]


def _deeper(seen: Seen, memory: Memory, sides: tuple[Side, ...]) -> Step | None:
    for button in seen.having(*sides):
        if button.text not in memory.opened and (button.side is Side.SETTINGS or button.kind != "weak"):
            return Step(act=Act.OPEN, button=button, method="inform" if button.side is Side.INFORM else "heuristic")
    return None


def _clear(seen: Seen, *holding: Side) -> bool:
    """Whether every control is understood; links to other documents are texts to read, unless they hold a choice.

    ``holding``: the sides of links that may be there all the same, as what they lead to is looked at.
    """
    if int(seen.facts["selects"]) > 0:
        return False
    for button in seen.buttons:
        if button.kind == "weak":
            continue
        if button.leaves:
            if button.side in {Side.SETTINGS, Side.REJECT, Side.OPT_OUT, Side.DOUBT} - {*holding}:
                return False
        elif button.side in {Side.UNKNOWN, Side.DOUBT} or button.disabled:
            return False
    return True


def _nothing(seen: Seen) -> Step:
    unused = seen.having(Side.SAVE)  # saving what? Its switches were not seen
    closing = seen.has(Side.DISMISS) and _closing_means(seen)
    complete = not free_toggles(seen) and not unused and not closing
    if _clear(seen) and complete:
        return Step(act=Act.NONE)
    doubtful = [b.text for b in seen.buttons if b.side in {Side.UNKNOWN, Side.DOUBT} or b.leaves]
    doubtful = doubtful or [b.text for b in unused]
    reason = f"not understood: {', '.join(doubtful)[:200] or 'switches without a save'}"
    way = _way_to_settings(seen) if complete else None
    return Step(act=Act.LEAVE if way is not None else Act.UNREADABLE, button=way, reason=reason)


def _way_to_settings(seen: Seen) -> Button | None:
    """The link to a page of settings on a banner of which all else is understood, so that nothing there chooses."""
    ways = [b for b in seen.buttons if b.leaves and b.side is Side.SETTINGS and b.kind != "weak" and not b.disabled]
    ways = [b for b in ways if b.reading.strength >= CLEAR]
    ways.sort(key=lambda b: -b.reading.strength)
    return ways[0] if ways and _clear(seen, Side.SETTINGS) else None


def closing_refuses(seen: Seen) -> bool:
    """Whether the banner's own words say that closing it means refusing (usual in Italy)."""
    language = languages()[seen.language]
    for sentence in seen.text.replace("!", ".").split("."):
        found, _ = language.concepts(fold(sentence[:400]))
        if "close" not in found:
            continue
        if ("without" in found and found & {"accept", "consent", "topic"}) or "reject" in found:
            return "accept" not in found or "without" in found
        if "necessary" in found and "only" in found and "optional" not in found:
            return "accept" not in found
    return False


def _closing_means(seen: Seen) -> bool:
    """Whether the words say something of closing that is not understood: it may be the refusal."""
    language = languages()[seen.language]
    for sentence in seen.text.replace("!", ".").split("."):
        found, _ = language.concepts(fold(sentence[:400]))
        if "close" in found and len(sentence) > MAX_CONTROL and not found & {"accept", "consent", "proceed"}:
            return True
    return False
