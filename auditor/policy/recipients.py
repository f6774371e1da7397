"""Third parties that a privacy policy names outside its parts about cookies: processors, hosts, payment providers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import TRACKING
from auditor.policy.frames import Statement
from auditor.policy.purposes import purposes
from auditor.policy.service_entries import example, is_general, is_other
from auditor.policy.service_names import find_services

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import Category, DeclaredService
    from auditor.policy.blocks import Block
    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes
    from auditor.policy.service_names import Mention

CONFIDENCE = 0.7


def recipients(reading: Reading, scopes: Scopes) -> Iterator[DeclaredService]:
    """Each known service that is said to get or to handle data; with a category only where a list tells it."""
    if reading.kind != "privacy_policy":
        return
    listing = _listing_places(reading)
    for sentence in reading.document.sentences:
        if sentence.place in reading.cookie_places or reading.denials.hypothetical(sentence):
            continue
        folded = sentence.view.folded
        told = sentence.place in listing or reading.words.cues("recipient").first(folded) is not None
        said = Statement(reading.words, folded)
        kept = any(said.denied(verb) for verb in said.spans("share"))
        told = told and not kept and reading.words.cues("not_recipient").first(folded) is None
        mentions = find_services(sentence.view) if told else []
        for mention in mentions:
            denied = reading.denials.reaches(sentence, mention.start, mention.end)
            if is_other(reading, mention) and not is_general(mention, mentions) and not denied:
                category = _measures(reading, folded, mention) if sentence.place in listing else None
                yield example(mention, category, None, scopes.at(sentence.place), sentence.view, CONFIDENCE)


def _measures(reading: Reading, folded: str, mention: Mention) -> Category | None:
    """The usual category of a tracker, where its entry in a list speaks of that purpose ("Matomo: web analytics")."""
    usual = mention.service.category
    rest = folded[: mention.start] + folded[mention.end :]
    return usual if usual in TRACKING and purposes(reading, rest)[usual] else None


def _listing_places(reading: Reading) -> frozenset[int]:
    """The items below a heading or an introduction such as "Services that we use"."""
    places = set()
    listing = False
    for place, block in reading.document.blocks():
        if block.kind != "item":
            listing = reading.words.cues("recipient_list").first(block.view.folded) is not None
            listing = listing or _excepts(reading, block)
        elif listing:
            places.add(place)
    return frozenset(places)


def _excepts(reading: Reading, block: Block) -> bool:
    """Does a line open the list of those who alone get data ("We share no data except with:")?"""
    folded = block.view.folded
    if not folded.rstrip().endswith(":"):
        return False
    said = Statement(reading.words, folded)
    kept = any(said.denied(verb) for verb in said.spans("share"))
    return kept and any(reading.words.cues(name).first(folded) is not None for name in ("reservation", "exception"))
