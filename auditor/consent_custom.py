"""Hand-made consent records, read where they are plain.

JSON flags or lists, at the top or one level below; flags that are objects (``{"analytics": {"consented": true}}``); the
same behind Base64; ``key=yes`` pairs; one word; a list of words. What is not plain says nothing.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from auditor.consent_reading import (
    MAX_ITEMS,
    Reading,
    accepted_list,
    listed,
    loose_flags,
    members,
    parsed,
    texts_of,
    unbase64,
    yes_no,
    yes_or_no,
)
from auditor.consent_words import category_of

_MAX = 4_096
_PAIR = re.compile(r"([\w .-]{1,40}?)\s*[:=]\s*([\w-]{1,20})(?=$|[,;&|\s])")
_ANSWERS = ("consented", "granted", "accepted", "allowed", "enabled", "given", "consent", "status", "value")
"""Members that hold the answer where a purpose is an object."""
_NAMED_BY = ("id", "name", "key", "category", "slug", "purpose")
_LISTS = ("consent", "consents", "accepted", "acceptedCategories", "granted", "allowed")
"""Members that list what was accepted; what is under ``categories`` may be all that is offered."""


def custom(raw: str) -> Reading | None:
    """The record's reading; its ``answered`` is known only where it lists what was accepted. Never raises."""
    raw = raw[:_MAX]
    record = parsed(raw)
    if not isinstance(record, dict | list):
        record = parsed(unbase64(raw)) if raw[:2] in {"ey", "W3", "Wy"} else None  # Base64 of {" and of [
    if isinstance(record, dict):
        return _object(record)
    if isinstance(record, list):
        return listed(texts_of(record))
    return _text(raw)


def names_purposes(raw: str) -> bool:
    """Whether a value under any name is a consent record: an object that answers for two known purposes or more."""
    if not raw.startswith(("{", "%7B", "ey")):
        return False
    reading = custom(unquote(raw) if raw.startswith("%") else raw)
    return reading is not None and len({category_of(key) for key, _ in reading.items}) > 1


def _object(record: dict[str, object]) -> Reading | None:
    values = list(record.values())[:MAX_ITEMS]
    inner = [record, *(value for value in values if isinstance(value, dict)), *map(_by_name, values)]
    known = tuple(item for part in inner for item in (*loose_flags(part), *_answers(part)) if category_of(item[0]))
    if known:
        return Reading(items=known[:MAX_ITEMS])
    lists = (_names(record.get(key)) for key in _LISTS)
    return next((reading for names in lists if (reading := listed(names)) is not None), accepted_list(record))


def _by_name(rows: object) -> dict[str, object]:
    """A list of objects that name a purpose and its answer (``{"id": "analytics", "value": true}``), as one object."""
    found: dict[str, object] = {}
    for row in rows[:MAX_ITEMS] if isinstance(rows, list) else ():
        named = members(row)
        name = next((n for key in _NAMED_BY if isinstance(n := named.get(key), str) and category_of(n)), None)
        answer = next((named[key] for key in _ANSWERS if key in named), None)
        if name is not None and answer is not None:
            found[name] = answer
    return found


def _answers(record: dict[str, object]) -> tuple[tuple[str, bool], ...]:
    """Purposes whose value is an object with the answer in it."""
    nested = {
        key: answer
        for key, value in list(record.items())[:MAX_ITEMS]
        if category_of(key)
        and (answer := next((members(value)[m] for m in _ANSWERS if m in members(value)), None)) is not None
    }
    return loose_flags(nested)


def _names(value: object) -> tuple[str, ...]:
    return texts_of(parsed(value) if isinstance(value, str) else value) if not isinstance(value, dict) else ()


def _text(raw: str) -> Reading | None:
    pairs = tuple((key.strip(), yes_or_no(value)) for key, value in _PAIR.findall(raw)[:MAX_ITEMS])
    known = tuple((key, given) for key, given in pairs if given is not None and category_of(key))
    if known:
        return Reading(items=known)
    return yes_no(raw) or listed(tuple(re.split(r"[,;|+ ]+", raw)[:MAX_ITEMS]))
