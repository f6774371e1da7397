"""What a consent record says, and the small readings that the records of many CMPs share."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, replace

from auditor.consent_words import NON_ESSENTIAL, category_of
from auditor.model import Category

MAX_ITEMS = 500
"""Entries of a record that are read."""

MAX_KEY = 200
"""Characters of a key that are read."""

_YES = frozenset(
    {
        "yes",
        "true",
        "1",
        "allow",
        "allowed",
        "accept",
        "accepted",
        "granted",
        "on",
        "all",
        "agree",
        "agreed",
        "ja",
        "oui",
        "si",
    }
)
_NO = frozenset(
    {
        "no",
        "false",
        "0",
        "deny",
        "denied",
        "reject",
        "rejected",
        "refused",
        "declined",
        "decline",
        "off",
        "none",
        "revoked",
        "optout",
        "necessary",
        "essential",
        "nee",
        "nein",
        "non",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A record as read: keys with what it says of each, categories that it names by id, and the rest of ``Decoded``."""

    items: tuple[tuple[str, bool], ...] = ()
    granted: tuple[Category, ...] = ()
    denied: tuple[Category, ...] = ()
    answered: bool | None = None
    legitimate_interests: tuple[int, ...] = ()
    listed: bool = False


def listed(names: tuple[str, ...]) -> Reading | None:
    """A list that names accepted categories and nothing else."""
    return replace(only(names), listed=True) if names and all(map(category_of, names)) else None


def only(accepted: tuple[str, ...], offered: tuple[str, ...] | None = None) -> Reading:
    """A list of what was accepted; what else was ``offered``, where the record says that, was refused.

    Where it does not, all that needs consent was refused if nothing of it, and nothing of unknown meaning, is listed.
    """
    refused = tuple(key for key in offered or () if key not in accepted)
    items = tuple((key, True) for key in accepted) + tuple((key, False) for key in refused)
    nothing = offered is None and all(category_of(key) is Category.STRICTLY_NECESSARY for key in accepted)
    return Reading(items=items, denied=NON_ESSENTIAL if nothing else (), answered=True)


def everything(*, given: bool, answered: bool | None) -> Reading:
    """The same answer for everything that needs consent."""
    if given:
        return Reading(granted=NON_ESSENTIAL, answered=answered)
    return Reading(denied=NON_ESSENTIAL, answered=answered)


def by_ids(items: tuple[tuple[str, bool], ...], ids: dict[str, Category], *, answered: bool | None) -> Reading:
    """Entries whose keys are a CMP's own ids; keys that are not among the ids stay items only."""
    return Reading(
        items=items,
        granted=tuple({ids[key] for key, given in items if given and key in ids}),
        denied=tuple({ids[key] for key, given in items if not given and key in ids}),
        answered=answered,
    )


def flags_of(record: object) -> tuple[tuple[str, bool], ...]:
    """The entries of an object whose values are true or false."""
    entries = list(members(record).items())[:MAX_ITEMS]
    return tuple((key[:MAX_KEY], value) for key, value in entries if isinstance(value, bool))


def accepted_list(record: object) -> Reading | None:
    """JSON object with the list ``categories`` of what was accepted, and perhaps ``services`` by offered category.

    vanilla-cookieconsent writes it after a choice only; Cookie-Script writes the list as a string.
    """
    accepted = members(record).get("categories")
    if isinstance(accepted, str):
        accepted = parsed(accepted)
    if not isinstance(accepted, list) or not all(isinstance(name, str) for name in accepted):
        return None  # a list of objects says more than what was accepted
    services = members(record).get("services")
    return only(texts_of(accepted), texts_of(services) if isinstance(services, dict) else None)


def yes_no(raw: str) -> Reading | None:
    """One word for yes or no, about everything that needs consent."""
    given = yes_or_no(raw)
    if given is None:
        return None
    return replace(everything(given=given, answered=True), items=(("", given),))


def loose_flags(record: dict[str, object]) -> tuple[tuple[str, bool], ...]:
    """Entries whose values are true, false, 1, 0 or one word for yes or no."""
    found = []
    for key, value in list(record.items())[:MAX_ITEMS]:
        given = value if isinstance(value, bool) else yes_or_no(str(value)) if isinstance(value, str | int) else None
        if given is not None:
            found.append((key[:MAX_KEY], given))
    return tuple(found)


def texts_of(names: object) -> tuple[str, ...]:
    """The texts of a list, or the keys of an object; nothing of anything else."""
    if not isinstance(names, list | tuple | dict):
        return ()
    return tuple(name for name in list(names)[:MAX_ITEMS] if isinstance(name, str) and len(name) <= MAX_KEY)


def yes_or_no(word: str) -> bool | None:
    """What one word answers; None where it is neither yes nor no."""
    folded = word.strip().strip("\"'").casefold()
    if folded in _YES:
        return True
    return False if folded in _NO else None


def unbase64(text: str) -> str:
    """The text behind Base64, with or without padding; empty where there is none."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""


def members(value: object) -> dict[str, object]:
    """The members of a JSON object; none of anything else."""
    return value if isinstance(value, dict) else {}


def parsed(text: str) -> object:
    """Parsed JSON; None where it is none, or nested too deeply."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
