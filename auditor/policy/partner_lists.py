"""Partners that a policy lists by name under words such as "these partners show advertisements"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from auditor.model import TRACKING, DeclaredParty, DeclaredService
from auditor.policy.hosts import brand, is_host
from auditor.policy.purposes import sentence_purpose
from auditor.policy.sections import BOLD, UNRANKED
from auditor.policy.service_names import find_services
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import Category
    from auditor.policy.blocks import Block
    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes
    from auditor.policy.service_names import KnownService
    from auditor.policy.view import View

MAX_NAME = 40
MAX_NAME_WORDS = 4
_PARENTHESES = re.compile(r"\s*\([^()]{0,60}\)\s*$")
_NO_NAME = re.compile(r"[.,:;!?@/|]|^\d+$")


@dataclass(frozen=True)
class Partner:
    """One name of a list: the service where it is known, the place of its line, and what its introduction says."""

    name: str
    service: KnownService | None
    view: View
    place: int
    category: Category | None


def listed_partners(reading: Reading, scopes: Scopes) -> Iterator[DeclaredService]:
    """The partners that the policy lists by name."""
    for one in _partners(reading):
        known = one.service
        usual = known.category if known and known.category in TRACKING else None
        yield DeclaredService(
            name=known.name if known else one.name,
            aliases=(one.name,) if known and known.name != one.name else (),
            domains=known.domains if known else (),
            category=one.category or usual,
            category_label=None,
            scope_ids=scopes.at(one.place),
            party=DeclaredParty.THIRD,
            role="list",
            evidence=(one.view.quote(),),
            confidence=0.75,
        )


def _partners(reading: Reading) -> Iterator[Partner]:
    """The names in lists of partners, in order. A name that is not known counts where it is a link."""
    introduction: str | None = None
    above = ""
    for place, block in reading.document.blocks():
        name = _bare_name(reading, block.view)
        if introduction is not None and _is_name(reading, block, name):
            known = _known(block.view, name)
            if known is not None or _is_linked(reading, block):
                category = sentence_purpose(reading, introduction) or sentence_purpose(reading, above)
                yield Partner(name, known, block.view, place, category)
            continue
        folded = block.view.folded
        if block.kind == "heading" and block.level <= BOLD:
            above = folded
        introduction = folded if _introduces(reading, place, block) else None


def _introduces(reading: Reading, place: int, block: Block) -> bool:
    """Does a line speak of partners, in a text about cookies or as those whose cookies are in use here ("...:")?"""
    words, folded = reading.words, block.view.folded
    if words.cues("partners").first(folded) is None:
        return False
    listing = folded.rstrip(" *_").endswith(":") and words.cues("cookies_in_use").first(folded) is not None
    return reading.about_cookies(place) or (listing and words.cues("own_heading").first(folded) is None)


def _bare_name(reading: Reading, view: View) -> str:
    """A line without parentheses at its end, and without a word such as "service" before a name."""
    bare = view.part(0, len(_PARENTHESES.sub("", view.text)))
    led = reading.words.cues("service_word").first(bare.folded)
    is_lead = led is not None and not led.start and bare.text[led.end : led.end + 1] == " "
    return bare.text[led.end :].strip() if led is not None and is_lead else bare.text


def _is_name(reading: Reading, block: Block, name: str) -> bool:
    """Is a line nothing but a name: an item, or a line of its own without rank?"""
    if (
        not name
        or len(name) > MAX_NAME
        or len(name.split()) > MAX_NAME_WORDS
        or (_NO_NAME.search(name) and not is_host(fold(name)))
    ):
        return False
    if block.kind == "heading" and block.level < UNRANKED:
        return False
    folded = fold(name)
    words = reading.words
    other = words.cues("link_text").first(folded) or words.cues("browsers").first(folded) or reading.labels.find(folded)
    return name[:1].isupper() and not other and folded.replace(" ", "") not in reading.owners


def _known(view: View, name: str) -> KnownService | None:
    """The service that a name is the name of."""
    found = find_services(view)
    return next((mention.service for mention in found if len(mention.words) * 2 >= len(name)), None)


def _is_linked(reading: Reading, block: Block) -> bool:
    """Does a link to somebody else cover a line, or any link stand alone in the parentheses at its end?"""
    view = block.view
    aside = _PARENTHESES.search(view.text)
    opens = view.part(aside.start(), len(view.text)).start if aside and not aside[0].strip(" ()") else view.end
    links = [link for link in reading.document.links if view.start <= link.start < view.end]
    if any(link.start >= opens and urlsplit(link.href).hostname for link in links):
        return True  # "Service Acme (<https://acme.example/>)"; whose name is the vendor's is left out already
    covering = (link for link in links if link.start <= view.start + 2 and link.end >= view.end - 2)
    hosts = [host for link in covering if (host := urlsplit(link.href).hostname)]
    own = {brand(mention.host) for mention in reading.own_hosts} if hosts else set()
    return any(brand(host) not in own for host in hosts)
