"""The before-and-after matrix of a site: categories down, moments of consent across, counts in the cells."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from auditor.model import Category, Phase, Scenario
from db.site.text import word

Row = dict[str, Any]
CATEGORIES = (
    Category.TARGETING.value,
    Category.PERFORMANCE.value,
    Category.FUNCTIONAL.value,
    Category.UNCLASSIFIED.value,
    "unknown",
    Category.STRICTLY_NECESSARY.value,
)
_RARE = (Category.UNCLASSIFIED.value, "unknown")
COLUMNS = (
    (Scenario.NO_CHOICE, Phase.BEFORE_CHOICE, "Before any choice"),
    (Scenario.REJECT_ALL, Phase.AFTER_REJECT, "After refusing"),
    (Scenario.ACCEPT_ALL, Phase.AFTER_ACCEPT, "After accepting"),
    (Scenario.WITHDRAW, Phase.AFTER_WITHDRAWAL, "After withdrawing"),
    (Scenario.GPC, Phase.BEFORE_CHOICE, "With Global Privacy Control"),
)
_CHOICES = {
    "no_banner": "no banner found",
    "no_accept": "no way to accept found",
    "no_reject": "no way to refuse found",
    "no_control": "no control to withdraw found",
    "failed": "the choice failed",
}


def matrix(site: Row, *, items: str, run: int | None, vendor: str) -> Row:
    """Columns with what is to be known about their visits, and rows of cells with counts and a link to the items.

    ``site`` is a row of `db.site.vendors.vendor_sites`, ``items`` the address of the question of that name. A cell of a
    visit that brought no evidence says so: it has no counts rather than zeros. No rows when nothing was seen at all.
    """
    visits = {visit["scenario"]: visit for visit in site["visits"]}
    columns = [
        {"scenario": scenario, "phase": phase, "label": label, **_state(visits[scenario], phase)}
        for scenario, phase, label in COLUMNS
        if scenario in visits
    ]
    of = f"{items}?{urlencode({'run_id': run, 'vendor_id': vendor, 'site': site['url']})}"
    counts = {(row["category"], row["scenario"], row["phase"]): row for row in site["counts"]}
    shown = [category for category in CATEGORIES if category not in _RARE or any(key[0] == category for key in counts)]
    lines = [
        {
            "category": category,
            "label": word(category),
            "cells": [
                _cell(
                    counts,
                    category,
                    column,
                    f"{of}&category={category}&scenario={column['scenario']}&phase={column['phase']}",
                )
                for column in columns
            ],
        }
        for category in shown
    ]
    return {"columns": columns, "rows": lines if any(column["seen"] for column in columns) else []}


def _state(visit: Row, phase: Phase) -> Row:
    """Whether the visit saw this phase, and what a reader must know about it."""
    if visit["outcome"] != "ok":
        return {"seen": False, "note": f"not seen: {word(visit['outcome'])}"}
    if phase is Phase.BEFORE_CHOICE:
        return {"seen": True, "note": None}
    if visit["choice"] != "done":
        return {"seen": False, "note": f"not seen: {_CHOICES.get(visit['choice'], word(visit['choice']))}"}
    return {"seen": True, "note": None if visit["proven"] else "the choice was not proven"}


def _cell(counts: dict[tuple[str, str, str], Row], category: str, column: Row, link: str) -> Row:
    found = counts.get((category, column["scenario"], column["phase"]))
    total = 0 if found is None else found["cookies"] + found["storage"] + found["hosts"]
    return {
        "seen": column["seen"],
        "label": column["label"],
        "total": total,
        "counts": found,
        "link": link,
        "flag": found is not None and column["phase"] is not Phase.AFTER_ACCEPT and found["needing_consent"] > 0,
    }
