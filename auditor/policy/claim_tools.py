"""The service that a claim is about, where no section is about a category, and the category that it stands for."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import takewhile
from typing import TYPE_CHECKING

from auditor.model import TRACKING, Category
from auditor.policy.blocks import Block
from auditor.policy.claim_categories import of_tool
from auditor.policy.claim_nouns import LOOK_BACK
from auditor.policy.claim_places import Subject
from auditor.policy.claim_topics import SPOKEN_OF
from auditor.policy.prose import excepted
from auditor.policy.service_names import find_services

if TYPE_CHECKING:
    from auditor.policy.blocks import Sentence
    from auditor.policy.claim_places import Place, Rule
    from auditor.policy.context import Reading

ITS_COOKIES = 20
BLOCKS_BACK = 10
_BANNER = re.compile(r"cookie[\s-]?bann?er\w*|(?:banner|bandeau|banniere) (?:de |dei )?cookies?")
OF_TOOLS_ABOVE = SPOKEN_OF - {"no_third_party_sharing"} | {"set_without_consent"}


def service_of(place: Place) -> Subject | None:
    """The one service that a sentence names, else the heading or the item above it."""
    reading = place.reading
    views = [place.sentence.view, *(before.view for before in reversed(_sentences_before(place)))]
    views.extend(before.view for before in _blocks_above(reading, place.sentence.place))
    views.extend(heading.view for heading in reading.headings(place.sentence.place)[:1])
    for view in views:
        named = (one for one in find_services(view) if one.service.category in TRACKING)
        names = {one.service.name for one in named if not excepted(place.reading, view.folded[: one.start])}
        if len(names) == 1:
            return Subject("service", names.pop(), place.scopes.web)
    return None


def _blocks_above(reading: Reading, place: int) -> list[Block]:
    """The blocks between the nearest heading and a place, nearest first, a few at most."""
    elements = reading.document.elements[max(0, place - BLOCKS_BACK) : place]
    return list(takewhile(lambda one: one.kind != "heading", (e for e in reversed(elements) if isinstance(e, Block))))


def loaded(place: Place) -> Subject | None:
    """The one service that waits for consent, or its cookies do, where no section is about another category."""
    mentions = find_services(place.sentence.view)
    governing = place.governing.canonical if place.governing else None
    elsewhere = governing is not None and all(mention.service.category is not governing for mention in mentions)
    if elsewhere or place.says("concepts", "ask"):
        return None  # who asks is no service that waits
    named = {mention.service.name for mention in mentions}
    names = {name for name in named if not any(other.startswith(f"{name} ") for other in named)}  # and its maker
    if len(names) != 1 or mentions[0].service.category in (None, Category.STRICTLY_NECESSARY):
        return None
    cookie = place.reading.labels.cookie.first(_BANNER.sub(lambda banner: " " * len(banner[0]), place.folded))
    own = cookie is None or mentions[0].start < cookie.start <= mentions[-1].end + ITS_COOKIES
    return Subject("service", names.pop(), place.scopes.web) if own else None


def of_tool_above(place: Place, rule: Rule) -> Category | None:
    """The category of the tool of the heading above, or of the sentences that "these data" take up."""
    if rule.type not in OF_TOOLS_ABOVE:
        return None
    beside = reversed(_sentences_before(place)) if place.says("concepts", "take_up") else ()
    views = (*(one.view for one in beside), *(one.view for one in place.reading.headings(place.sentence.place)[:1]))
    return next((category for view in views if (category := of_tool(place, view))), None)


def _sentences_before(place: Place) -> list[Sentence]:
    """The sentences right before one in its block."""
    beside = place.reading.sentences_at(place.sentence.place)
    at = bisect_left(beside, place.sentence.view.start, key=lambda sentence: sentence.view.start)
    return beside[max(0, at - LOOK_BACK) : at]
