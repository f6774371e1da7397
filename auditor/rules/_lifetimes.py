"""Declared lifetimes as numbers, and how far two may differ and still be the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.rules._wording import DAY

if TYPE_CHECKING:
    from auditor.model import Duration

CLAMP = 400 * DAY
"""Chromium stores no cookie for longer: what is asked beyond ends here (draft-ietf-httpbis-rfc6265bis, 5.5)."""

_MOMENT = DAY
"""What a policy calls a few seconds is at most a day (POLICY_SCHEMA, durations)."""
_NUMBERED = frozenset({"fixed", "approx", "max", "less_than", "range"})


def limit(declared: Duration) -> int | None:
    """The longest lifetime that a declaration allows, in seconds; 0 for a session, None where it gives none."""
    if declared.kind == "session":
        return 0
    if declared.kind in _NUMBERED:
        return max((seconds for seconds in (declared.seconds, declared.max_seconds) if seconds), default=None)
    if declared.kind == "few_seconds":
        return declared.max_seconds or _MOMENT
    return None


def is_clamp(seconds: int) -> bool:
    """Whether a lifetime is what Chromium makes of any longer one, give or take a day of rounding."""
    return abs(seconds - CLAMP) <= DAY
