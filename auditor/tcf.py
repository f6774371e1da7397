"""The core of an IAB TCF v2 consent string: which purposes were consented to.

Field layout: IAB Tech Lab, "Transparency and Consent String with Global Vendor & CMP List Formats", version 2
(https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework), section "The Core String".
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from auditor.model import Category

VERSION = 2
PURPOSES = 24

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

_CMP_ID = slice(78, 90)
_POLICY_VERSION = slice(132, 138)
_CONSENTS = slice(152, 152 + PURPOSES)
_INTERESTS = slice(176, 176 + PURPOSES)
_NEEDED_BITS = 200
_MAX_CORE = 20_000


@dataclass(frozen=True, slots=True)
class TcString:
    """Purposes 1 to 24 of a TC string: consented to, and claimed as legitimate interest and not objected to."""

    cmp_id: int
    policy_version: int
    consents: frozenset[int]
    legitimate_interests: frozenset[int]


def read_tc_string(raw: str) -> TcString | None:
    """The core segment of a TC string; None where the text is none of version 2. Never raises."""
    bits = _bits(raw.strip().partition(".")[0])
    if len(bits) < _NEEDED_BITS or int(bits[:6], 2) != VERSION:
        return None
    return TcString(
        cmp_id=int(bits[_CMP_ID], 2),
        policy_version=int(bits[_POLICY_VERSION], 2),
        consents=_purposes(bits[_CONSENTS]),
        legitimate_interests=_purposes(bits[_INTERESTS]),
    )


def _purposes(bits: str) -> frozenset[int]:
    return frozenset(number for number, bit in enumerate(bits, start=1) if bit == "1")


def _bits(core: str) -> str:
    """Base64url text as a string of 0 and 1; empty where it is not Base64url."""
    if not core or len(core) > _MAX_CORE or not core.isascii():
        return ""
    padded = core + "A" * (-len(core) % 4)
    try:
        content = base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return ""
    return "".join(f"{byte:08b}" for byte in content)[: 6 * len(core)]
