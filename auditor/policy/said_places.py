"""What place a sentence is about by its own words: "in the customer portal we use no advertising cookies"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.policy.hosts import brand
from auditor.policy.place_names import places_named
from auditor.policy.places import IDENTITIES, find_places, place_words

if TYPE_CHECKING:
    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading
    from auditor.policy.places import Place
    from auditor.policy.scopes import Scopes

_WORKING = re.compile(
    r"(?:function\w*|operat\w*|funktion\w*|betrieb|werking|functioner\w*|fonctionn\w*|funciona\w*|funziona\w*|dzialani\w*)"
    r"\W+(?:\w+\W+){0,2}$"
)
"""What is needed "for the app to function" is said of all, not of the app alone."""


def scopes_said(reading: Reading, scopes: Scopes, sentence: Sentence) -> tuple[str, ...] | None:
    """Ids of the scopes whose place a sentence names; none where it names no place, or the website.

    ``None``: it is about places that are none of the document's scopes.
    """
    folded = sentence.view.folded
    brands = frozenset(brand(mention.host) for mention in reading.own_hosts)
    found = [
        place
        for place in find_places(place_words(reading.words.language), sentence.view, brands)
        if not _WORKING.search(folded[: place.start])
    ]
    if hosted := _with_hosts(scopes, found):
        return hosted
    kinds = {place.kind for place in found if place.kind != "web_portal" or place.locative}  # "the portal" may be all
    kinds |= places_named(reading, sentence.view)
    if not kinds or "website" in kinds:
        return ()
    declared = {scope.id for scope in scopes.scopes}
    return tuple(sorted({IDENTITIES.get(kind, kind) for kind in kinds} & declared)) or None


def _with_hosts(scopes: Scopes, places: list[Place]) -> tuple[str, ...]:
    """Ids of the scopes whose hosts places have, and their kind where a noun tells it; none where it is alone."""
    found = (
        one.id
        for one in scopes.scopes
        for place in places
        if set(place.hosts).intersection(one.hosts) and (not place.noun or place.kind == one.kind)
    )
    return tuple(dict.fromkeys(found)) if len(scopes.scopes) > 1 else ()


def scopes_shown(reading: Reading, scopes: Scopes, sentence: Sentence) -> tuple[str, ...]:
    """Ids of the scopes that a sentence about the pages with a control names; all that a browser can visit, else.

    "At the bottom of every page of our website" promises nothing of the portal that the policy tells apart.
    """
    if len(scopes.web) == 1:
        return scopes.web
    brands = frozenset(brand(mention.host) for mention in reading.own_hosts)
    found = find_places(place_words(reading.words.language), sentence.view, brands)
    own = [place for place in found if not place.foreign]
    kinds, hosts = {place.kind for place in own}, {host for place in own for host in place.hosts}
    web = [scope for scope in scopes.scopes if scope.id in scopes.web]
    named = [one for one in web if (hosts.intersection(one.hosts) if hosts else one.kind in kinds)]
    return tuple(one.id for one in named) or scopes.web
