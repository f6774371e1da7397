"""Names of cookies in a row behind a colon ("Examples: ab_sid, theme. Up to 12 months.")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.policy.cells import looks_like_cookie
from auditor.policy.durations import NOT_STATED, find_durations, lasts_session, read_duration

if TYPE_CHECKING:
    from auditor.model import Duration
    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading

MAX_TELLING = 100
_NAME = r"[A-Za-z_][\w.*\-]{0,59}[\w*]"
_ITEM = rf"{_NAME}(?:\s\([^()]{{1,40}}\))?"
_ROW = re.compile(rf":\s+(?P<row>{_ITEM}(?:,\s+{_ITEM}){{1,30}})\s*(?:\.|;|$)")
_EACH = re.compile(rf"(?P<name>{_NAME})(?:\s\((?P<told>[^()]{{1,40}})\))?")
_OUTRIGHT = re.compile(r"\w_\w|^_\w")
_PLAIN = re.compile(r"[a-z][a-z0-9]*")


def names_in_row(reading: Reading, sentence: Sentence) -> list[tuple[str, Duration]]:
    """(name, lifetime) of each name in a row, one of which at least is outright and none of which is a common name.

    A lifetime stands behind the name in parentheses, or in the next short sentence for all of them.
    """
    out: list[tuple[str, Duration]] = []
    for found in _ROW.finditer(sentence.view.text):
        row = [(each["name"], each["told"]) for each in _EACH.finditer(found["row"])]
        if _are_names([name for name, _ in row]):
            after = _told_after(reading, sentence)
            out.extend((name, _read(told) if told else after) for name, told in row)
    return out


def _are_names(names: list[str]) -> bool:
    outright = [name for name in names if _OUTRIGHT.search(name)]
    return bool(outright) and all(looks_like_cookie(name) or _PLAIN.fullmatch(name) for name in names)


def _told_after(reading: Reading, sentence: Sentence) -> Duration:
    """The lifetime that the next sentence of the block gives."""
    beside = [one for one in reading.sentences_at(sentence.place) if one.view.start > sentence.view.start]
    following = beside[0].view if beside and len(beside[0].view.text) <= MAX_TELLING else None
    if following is None or not (find_durations(following.folded) or lasts_session(following.folded)):
        return NOT_STATED
    return _read(following.text)


def _read(text: str) -> Duration:
    told = read_duration(text)
    return NOT_STATED if told.kind == "unknown" else told
