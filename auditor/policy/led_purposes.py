"""Purposes that begin a line: set off before "we use cookies to ...", or as items "third-party cookies for ...".

They are categories beside those that labels name: "Authentication: We use cookies to recognise you".
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.model import Category
from auditor.policy.blocks import Block
from auditor.policy.category_drafts import Draft
from auditor.policy.category_purposes import opens_purposes
from auditor.policy.labels import Label
from auditor.policy.purposes import sentence_purpose
from auditor.policy.section import Section
from auditor.policy.sections import UNRANKED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes
    from auditor.policy.view import View

MANY = 2
MAX_LEAD_WORDS = 9
_CLAUSE = re.compile(r"[.,;:(]|$")


def from_led(reading: Reading, scopes: Scopes, taken: Collection[int]) -> Iterator[Draft]:
    """The purposes that begin lines, a category each. ``taken`` are the places of labels."""
    for place, phrase, category in (*_set_off(reading, taken), *_items(reading, taken)):
        label = reading.labels.read(phrase.folded) or Label(category, (category,), None, None, 0, cookie_word=False)
        section = Section(replace(label, category=category), phrase, place, (), "purpose_list")
        quote = next(iter(reading.sentences_at(place))).view.quote()
        yield Draft(
            category, phrase.text.strip(" :*_"), "purpose_list", [quote], scopes.at(place), (category,),
            reading.labels.subtype(phrase.folded), sections=[section],
        )  # fmt: skip


def _set_off(reading: Reading, taken: Collection[int]) -> list[tuple[int, View, Category]]:
    """Leads that tell a purpose, in runs of two or more lines that a purpose or a label of cookies begins."""
    out: list[tuple[int, View, Category]] = []
    run: list[tuple[int, View, Category]] = []
    led = 0
    listing = False
    for place, block in (*reading.document.blocks(), (-1, None)):
        if block is None or (block.kind == "heading" and block.level < UNRANKED):
            out.extend(run if led >= MANY else [])
            run, led, listing = [], 0, block is not None and opens_purposes(reading, place, block)
        elif place in taken:
            led, listing = led + 1, True
        elif opens_purposes(reading, place, block) and block.lead is None:
            listing = True
        elif listing and (found := _purpose_lead(reading, block)):
            run.append((place, *found))
            led += 1
    return out


def _purpose_lead(reading: Reading, block: Block) -> tuple[View, Category] | None:
    """The lead of a line that says what cookies are used for behind it, and the category that the lead speaks for."""
    lead = block.lead
    if lead is None or len(lead.text.split()) > MAX_LEAD_WORDS or reading.mentions_cookies(lead):
        return None
    rest = block.view.folded[len(lead.text) :]
    used = reading.words.cues("cookies_in_use").first(rest)
    if used is None or reading.denials.in_clause(rest, used.end, used.end):
        return None
    label = reading.labels.read(lead.folded)
    category = label.category if label else sentence_purpose(reading, lead.folded)
    return (lead, category) if category not in (None, Category.UNCLASSIFIED) else None


def _items(reading: Reading, taken: Collection[int]) -> Iterator[tuple[int, View, Category]]:
    """Items such as "third-party cookies for the display of videos", beside another item that begins with cookies."""
    begun = {place for place, block in reading.document.blocks() if block.kind == "item" and _begins(reading, block)}
    for place in begun - set(taken):
        beside = any(at in begun for at in (place - 1, place + 1))
        opening = reading.opening(place)
        used = reading.words.cues("use").first(opening) if opening.rstrip().endswith(":") else None
        block = reading.document.elements[place]
        if used is None or not beside or not isinstance(block, Block) or place in reading.denials.places:
            continue
        head = block.view.part(0, next(_CLAUSE.finditer(block.view.text)).start())
        if category := _item_purpose(reading, head):
            yield place, head, category


def _begins(reading: Reading, block: Block) -> bool:
    """Does a block begin with cookies, which no label says which?"""
    found = reading.labels.cookie.first(block.view.folded)
    return found is not None and found.start == 0


def _item_purpose(reading: Reading, head: View) -> Category | None:
    """The category of what stands behind "cookies", whose they are, and "for"."""
    cookie = reading.labels.cookie.first(head.folded)
    rest = head.folded[cookie.end :] if cookie else ""
    preposition = reading.words.cues("purpose_preposition").first(rest)
    if preposition is None or reading.labels.read(head.folded) is not None:
        return None
    between = rest[: preposition.start].strip()
    if between and not reading.labels.is_of_others(f"cookies {between}"):
        return None
    purpose = rest[preposition.end :]
    embeds = reading.words.cues("embeds").first(rest) is not None
    return sentence_purpose(reading, purpose) or (Category.FUNCTIONAL if embeds else None)
