"""IAB TCF v2 consent strings: purposes, vendors, the publisher's part, and which vendors were disclosed.

Field layout: IAB Tech Lab, "Transparency and Consent String with Global Vendor & CMP List Formats", version 2
(https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework). Up to policy version 5
(TCF 2.3) the core is laid out alike; 2.3 requires the segment of disclosed vendors.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from auditor.model import Category

VERSION = 2
PURPOSES = 24
SPECIAL_FEATURES = 12

PURPOSE_CATEGORIES = {
    1: Category.TARGETING,
    2: Category.TARGETING,
    3: Category.TARGETING,
    4: Category.TARGETING,
    5: Category.FUNCTIONAL,
    6: Category.FUNCTIONAL,
    7: Category.TARGETING,
    8: Category.PERFORMANCE,
    9: Category.PERFORMANCE,
    10: Category.PERFORMANCE,
    11: Category.FUNCTIONAL,
}
"""TCF purposes 1 to 11 by category. 1 (store and access) comes with advertising; 2 to 4 and 7 select, profile for and
measure advertising; 5, 6 and 11 select content; 8 to 10 measure content, study audiences, improve products."""

_VENDORS_AT = 213
_NEEDED_BITS = 200
_MAX_CORE = 20_000
_MAX_VENDOR = 65_535
_MAX_RANGES = 4_096
_DISCLOSED, _PUBLISHER = 1, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TcString:
    """A TC string. Purposes are 1 to 24; ``*interests``: claimed as legitimate interest and not objected to.

    Vendors are numbers of the Global Vendor List; None where the string is too short to hold them, and
    ``disclosed_vendors`` None where the segment is missing. ``publisher_*`` are the publisher's own purposes.
    """

    cmp_id: int
    vendor_list: int
    policy_version: int
    consents: frozenset[int]
    legitimate_interests: frozenset[int]
    special_features: frozenset[int] = frozenset()
    vendor_consents: frozenset[int] | None = None
    vendor_interests: frozenset[int] | None = None
    disclosed_vendors: frozenset[int] | None = None
    publisher_consents: frozenset[int] = frozenset()
    publisher_interests: frozenset[int] = frozenset()


def read_tc_string(raw: str) -> TcString | None:
    """All segments of a TC string; None where the text is none of version 2. Never raises."""
    core, *segments = raw.strip().split(".")[:5]
    bits = bits_of(core)
    if len(bits) < _NEEDED_BITS or int(bits[:6], 2) != VERSION:
        return None
    at, vendor_consents = _vendors(bits, _VENDORS_AT)
    _, vendor_interests = _vendors(bits, at) if vendor_consents is not None else (at, None)
    disclosed: frozenset[int] | None = None
    publisher: tuple[frozenset[int], frozenset[int]] = (frozenset(), frozenset())
    for segment in map(bits_of, segments):
        kind = int(segment[:3] or "0", 2)
        if kind == _DISCLOSED:
            disclosed = _vendors(segment, 3)[1]
        elif kind == _PUBLISHER:
            publisher = _numbers(segment[3:27]), _numbers(segment[27:51])
    return TcString(
        cmp_id=int(bits[78:90], 2),
        vendor_list=int(bits[120:132], 2),
        policy_version=int(bits[132:138], 2),
        special_features=_numbers(bits[140 : 140 + SPECIAL_FEATURES]),
        consents=_numbers(bits[152 : 152 + PURPOSES]),
        legitimate_interests=_numbers(bits[176 : 176 + PURPOSES]),
        vendor_consents=vendor_consents,
        vendor_interests=vendor_interests,
        disclosed_vendors=disclosed,
        publisher_consents=publisher[0],
        publisher_interests=publisher[1],
    )


def _vendors(bits: str, at: int) -> tuple[int, frozenset[int] | None]:
    """A vendor section from bit ``at``: a field of one bit per vendor or ranges; the bit behind it, and the vendors."""
    if len(bits) < at + 17:
        return at, None
    most, by_range, at = int(bits[at : at + 16], 2), bits[at + 16] == "1", at + 17
    if not by_range:
        return (at + most, _numbers(bits[at : at + most])) if len(bits) >= at + most else (at, None)
    return _ranges(bits, at)


def _ranges(bits: str, at: int) -> tuple[int, frozenset[int] | None]:
    if len(bits) < at + 12:
        return at, None
    entries, at = int(bits[at : at + 12], 2), at + 12
    found: set[int] = set()
    for _ in range(min(entries, _MAX_RANGES)):
        several = bits[at : at + 1] == "1"
        width = 33 if several else 17
        if len(bits) < at + width:
            return at, None
        first = int(bits[at + 1 : at + 17], 2)
        last = int(bits[at + 17 : at + 33], 2) if several else first
        found.update(range(first, min(last, _MAX_VENDOR) + 1))
        at += width
    return at, frozenset(found)


def _numbers(bits: str) -> frozenset[int]:
    return frozenset(number for number, bit in enumerate(bits, start=1) if bit == "1")


def bits_of(text: str) -> str:
    """Base64url text as a string of 0 and 1; empty where it is not Base64url or longer than 20,000 characters."""
    if not text or len(text) > _MAX_CORE or not text.isascii():
        return ""
    padded = text + "A" * (-len(text) % 4)
    try:
        content = base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return ""
    return "".join(f"{byte:08b}" for byte in content)[: 6 * len(text)]
