"""What items are judged by: the bundled tables and the lists in force, as one classifier and as facts to be stored."""

from __future__ import annotations

import hashlib
from functools import cache

from auditor.classify import Classifier, bundled, classifier
from auditor.domains import suffix_list_date
from auditor.facts import read_table
from crawler.assets import asset
from crawler.lists import filter_list, in_force, kind_of, text_of

_ENTITIES = "third-party-web/dist/entities.json"
_BUNDLED = ("known_cookies.json", "known_hosts.json", "services.json", "name_families.json")


@cache
def knowledge() -> Classifier:
    """The classifier on everything that is there, loaded once.

    Raises:
        ListError: a list in force cannot be read.
    """
    lists = in_force()
    database, entities = lists.get("open-cookie-database"), lists.get("third-party-web")
    installed = asset(_ENTITIES) if entities is None else None
    text = (
        text_of(entities) if entities is not None else installed.read_text("utf-8") if installed is not None else None
    )
    filters = tuple(filter_list(lists[kind]) for kind in ("easyprivacy", "easylist") if kind in lists)
    if database is None and text is None and not filters:
        return bundled()
    return classifier(
        open_cookie_database=None if database is None else text_of(database), third_party_web=text, filters=filters
    )


def knowledge_facts() -> dict[str, str]:
    """Names of the tables and lists in force, with the SHA-256 or the date of each: what a run records."""
    facts = {f"bundled {name}": str(read_table(name)["date"]) for name in _BUNDLED}
    facts["Public Suffix List"] = suffix_list_date()
    facts |= {kind_of(kind).name: f"sha256 {listed.sha256}" for kind, listed in in_force().items()}
    installed = asset(_ENTITIES)
    if "third-party-web" not in facts and installed is not None:
        facts["third-party-web"] = f"sha256 {_digest(installed.read_bytes())}"
    return facts


def differences(then: dict[str, str], now: dict[str, str]) -> tuple[str, ...]:
    """What evidence is judged by now and was not when it was collected, one line each; empty where nothing differs."""
    return tuple(
        f"{name}: {then.get(name, 'none')} then, {now.get(name, 'none')} now"
        for name in sorted({*then, *now})
        if then.get(name) != now.get(name)
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
