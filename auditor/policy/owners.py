"""The vendor under the names that a list of services could take for somebody else's: its own, and its products'."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from auditor.facts import service_facts
from auditor.matching import owner_words
from auditor.policy.hosts import brand
from auditor.policy.service_names import find_services, known_services
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading

OPENING = 3000
MANY = 3
MIN_NAME = 4  # "Air" begins too many names to be the name of a family
_NAME = r"[A-ZÀ-Þ0-9][\w&.'\-]*"
_NAMES = re.compile(rf"(?:{_NAME},?\s+){{0,3}}{_NAME}")
_NEXT = re.compile(rf"\s*({_NAME})")
_PRODUCTS = re.compile(rf"(?<!\w)[Tt]he ({_NAME}) (?:Products|Services|Sites|Platform|Apps|Companies)(?!\w)")


def read_owners(reading: Reading) -> frozenset[str]:
    """The vendor's names, folded and without spaces: by the caller, by the title, as it calls itself, by its host.

    What the caller knows and what the policy says outright stands for the vendor's products, too.
    """
    named = {reading.vendor} if reading.vendor else set()
    named |= {*_called(reading), *_introduced(reading)}
    title = next((block.view for _, block in reading.document.blocks() if block.kind == "heading"), None)
    titled = {_plain(mention.service.name) for mention in find_services(title)} if title else set()
    hosts = {brand(mention.host) for mention in reading.own_hosts[:1]}
    return frozenset({_plain(name) for name in named} | titled | hosts | _family(named))


def _called(reading: Reading) -> set[str]:
    """What the vendor calls itself in its opening (``"Example", "we" or "us"``; ``At Example, we``)."""
    selves = "|".join(re.escape(fold(word)) for word in reading.words.values("self"))
    opening = fold(reading.document.origin.text[:OPENING])
    found = re.findall(rf"\"([\w .&\-]{{2,40}}),?\",? (?:\w{{1,4}} )?\"(?:{selves})[\",]", opening)
    ats = "|".join(re.escape(fold(word)) for word in reading.words.values("self_at"))
    found += re.findall(rf"(?<!\w)(?:{ats}) ([\w.&\-]{{2,40}}), (?:{selves})\s", opening)
    return set(found)


def _introduced(reading: Reading) -> Iterator[str]:
    """Whose the policy is by its opening: "Acme and its affiliates", "when you use Acme", "the Acme Products"."""
    for sentence in reading.document.sentences:
        if sentence.view.start > OPENING:
            break
        yield from _with_affiliates(reading, sentence)
        if reading.words.cues("about_policy").first(sentence.view.folded) is not None:
            yield from _used_by_you(reading, sentence)
    text = reading.document.origin.text
    opening = set(_PRODUCTS.findall(text[:OPENING]))
    yield from (name for name, count in Counter(_PRODUCTS.findall(text)).items() if count >= MANY and name in opening)


def _with_affiliates(reading: Reading, sentence: Sentence) -> Iterator[str]:
    """The name that a sentence begins with, where its affiliates are next to it."""
    found = reading.words.cues("affiliates").first(sentence.view.folded)
    name = sentence.view.text[: found.start].strip(" ,(") if found else ""
    if _NAMES.fullmatch(name):
        yield owner_words(name)


def _used_by_you(reading: Reading, sentence: Sentence) -> Iterator[str]:
    """What a sentence about the policy says that its reader uses."""
    for found in reading.words.cues("you_use").all(sentence.view.folded):
        mentions = find_services(sentence.view)
        following = _NEXT.match(sentence.view.text, found.end)
        at = following.start(1) if following else -1
        yield from (mention.service.name for mention in mentions if mention.start == at)


def _family(named: set[str]) -> set[str]:
    """The names of the services that belong to a vendor of these names, or whose names begin with its name."""
    plain = {_plain(name) for name in named}
    facts = service_facts()
    makers = {fact.entity for fact in facts if plain & {*map(_plain, (fact.name, *fact.aliases))}} - {None}
    makers |= {fact.entity for fact in facts if fact.entity and _plain(owner_words(fact.entity)) in plain}
    own = {fold(name) for name in named} | {owner_words(maker) for maker in makers if maker}
    own |= {fold(fact.name) for fact in facts if fact.entity in makers}
    begins = tuple(f"{name} " for name in own if len(name) >= MIN_NAME)
    led = {one.name for one in known_services() if any(fold(a).startswith(begins) for a in (one.name, *one.aliases))}
    return {_plain(name) for name in (*own, *led)}


def _plain(name: str) -> str:
    return fold(name).replace(" ", "")
