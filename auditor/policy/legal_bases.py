"""Lists of the legal basis of each category ("Legal basis": "Analytics cookies: consent")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import Category, Claim
from auditor.policy.plain import colon_lead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.blocks import Block
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.labels import Label
    from auditor.policy.scopes import Scopes
    from auditor.policy.view import View

MAX_BASIS = 90
CONFIDENCE = 0.8
_EVERYDAY = (Category.STRICTLY_NECESSARY, Category.UNCLASSIFIED)


def legal_bases(reading: Reading, categories: Categories, scopes: Scopes) -> Iterator[Claim]:
    """A claim for each line below a heading about legal bases that gives one for a category of cookies.

    Consent is asked for beforehand; what rests on a legitimate interest is set without. The necessary category is left
    out: neither says anything of it.
    """
    for place, block in reading.document.blocks():
        if block.kind == "heading" or not _below_bases(reading, place):
            continue
        label, rest = _labelled(reading, place, block)
        if label is None or rest is None or label.category in _EVERYDAY:
            continue
        if kind := _basis(reading, rest):
            declared = next((c for c in categories.declared if c.canonical is label.category), None)
            yield Claim(
                id="", type=kind, subject_kind="category", subject_value=label.category.value, strength="absolute",
                tests=("cookies_before_consent",), scope_ids=declared.scope_ids if declared else scopes.web,
                evidence=(block.view.quote(),), confidence=CONFIDENCE,
            )  # fmt: skip


def _below_bases(reading: Reading, place: int) -> bool:
    """Does the heading right above a line, or the introduction of its list, speak of legal bases?"""
    cues = reading.words.cues("concepts", "legal_basis")
    above = [heading.view.folded for heading in reading.headings(place)[:1]]
    return any(cues.first(folded) is not None for folded in (*above, reading.opening(place)))


def _labelled(reading: Reading, place: int, block: Block) -> tuple[Label | None, View | None]:
    """The category that a line begins with, and what stands behind the colon."""
    lead = colon_lead(block.view)
    label = reading.labels.read(lead.folded) if lead is not None else None
    if lead is None or label is None or label.residue:
        return None, None
    about = label.cookie_word or any(reading.mentions_cookies(heading.view) for heading in reading.headings(place)[:1])
    return (label, block.view.part(len(lead.text) + 1, len(block.view.text))) if about else (None, None)


def _basis(reading: Reading, rest: View) -> str | None:
    """The kind of claim that a basis makes; none where it names both, denies or goes on at length."""
    if len(rest.text) > MAX_BASIS:
        return None
    consent, legitimate, denied = (
        reading.words.cues("concepts", name).first(rest.folded) is not None
        for name in ("consent", "legitimate", "negation")
    )
    if consent is legitimate or denied:
        return None
    return "consent_before_setting" if consent else "set_without_consent"
