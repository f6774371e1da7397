"""The vendor under the names that a list of services could take for somebody else's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.policy.hosts import brand
from auditor.policy.service_names import find_services
from auditor.policy.view import fold

if TYPE_CHECKING:
    from auditor.policy.context import Reading

OPENING = 3000


def read_owners(reading: Reading) -> frozenset[str]:
    """The vendor's names, folded and without spaces: by the caller, by the title, as it calls itself, by its host."""
    named = {_plain(reading.vendor)} if reading.vendor else set()
    title = next((block.view for _, block in reading.document.blocks() if block.kind == "heading"), None)
    titled = {_plain(mention.service.name) for mention in find_services(title)} if title else set()
    hosts = {brand(mention.host) for mention in reading.own_hosts[:1]}
    return frozenset(named | titled | _called(reading) | hosts)


def _called(reading: Reading) -> set[str]:
    """What the vendor calls itself in its opening (``"Example", "we" or "us"``; ``At Example, we``)."""
    selves = "|".join(re.escape(fold(word)) for word in reading.words.values("self"))
    opening = fold(reading.document.origin.text[:OPENING])
    found = re.findall(rf"\"([\w .&\-]{{2,40}}),?\",? (?:\w{{1,4}} )?\"(?:{selves})[\",]", opening)
    ats = "|".join(re.escape(fold(word)) for word in reading.words.values("self_at"))
    found += re.findall(rf"(?<!\w)(?:{ats}) ([\w.&\-]{{2,40}}), (?:{selves})\s", opening)
    return {_plain(name) for name in found}


def _plain(name: str) -> str:
    return fold(name).replace(" ", "")
