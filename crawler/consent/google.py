"""What Google's tags were told about consent: the ``gcs`` and ``gcd`` parameters of their requests.

The request's address is only known while the visit lasts, so that what it says is kept as consent signals. Tags that a
site serves from a host of its own carry the same parameters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from auditor.consent_strings import decode
from auditor.model import ConsentSignal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.model import Request

_CARRIES = re.compile(r"[?&;]gc[sd]=")
_KINDS = ("gcs", "gcd")
MAX_URL = 16_384
MAX_VALUE = 64


def google_signals(requests: Iterable[Request]) -> tuple[ConsentSignal, ...]:
    """The consent that requests carried, by phase, in the order in which each value was last sent."""
    found: dict[tuple[str, str, str], ConsentSignal] = {}
    for request in sorted(requests, key=lambda request: request.at_ms):
        if not _CARRIES.search(request.url[:MAX_URL]):
            continue
        query = parse_qs(urlsplit(request.url[:MAX_URL]).query)
        for kind in _KINDS:
            raw = query.get(kind, [""])[0]
            decoded = decode(kind, raw)
            if decoded.error is None and decoded.items and len(raw) <= MAX_VALUE:
                found.pop((kind, request.phase, raw), None)
                found[kind, request.phase, raw] = ConsentSignal(
                    kind=kind, phase=request.phase, raw=raw, granted=decoded.granted, denied=decoded.denied
                )
    return tuple(found.values())
