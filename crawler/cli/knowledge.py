"""What items are judged by: the bundled tables and the lists in force, as one classifier."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from auditor.classify import Classifier, bundled, classifier
from crawler.assets import asset
from crawler.knowledge_facts import ENTITIES, knowledge_facts
from crawler.lists import filter_list, folder, in_force, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def knowledge() -> Classifier:
    """The classifier on everything that is there; loaded once, and again when a list changes.

    Raises:
        ListError: a list in force cannot be read.
    """
    return _loaded(folder(), tuple(knowledge_facts().items()))


@lru_cache(maxsize=1)
def _loaded(_folder: Path, _facts: tuple[tuple[str, str], ...]) -> Classifier:
    lists = in_force()
    database, entities = lists.get("open-cookie-database"), lists.get("third-party-web")
    installed = asset(ENTITIES) if entities is None else None
    text = (
        text_of(entities) if entities is not None else installed.read_text("utf-8") if installed is not None else None
    )
    filters = tuple(filter_list(lists[kind]) for kind in ("easyprivacy", "easylist") if kind in lists)
    if database is None and text is None and not filters:
        return bundled()
    return classifier(
        open_cookie_database=None if database is None else text_of(database), third_party_web=text, filters=filters
    )


def differences(then: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """What evidence is judged by now and was not when it was collected, one line each; empty where nothing differs."""
    return tuple(
        f"{name}: {then.get(name, 'none')} then, {now.get(name, 'none')} now"
        for name in sorted({*then, *now})
        if then.get(name) != now.get(name)
    )
