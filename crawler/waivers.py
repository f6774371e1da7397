"""waivers.toml: findings that somebody accepts until a date, and why. It stands beside vendors.toml.

[[waiver]]
fingerprint = "9c1f..."              # 12 characters or more; or the three lines below
# vendor = "acme"
# rule = "lifetime_over_limit"
# subject = "cookie:_ga@acme.example"    # left out: every subject; with site = "https://...": of that site only
until = 2027-01-31                   # the last day
reason = "the vendor changes it with its release in January"
by = "dpo@customer.example"          # optional
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from auditor.model import ConfigError
from crawler import checks
from crawler.toml_tables import Table, parsed, read_text

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.model import Finding

FILE_NAME = "waivers.toml"
MAX_WAIVERS = 10_000
MIN_FINGERPRINT = 12
_FINGERPRINT = re.compile(rf"[0-9a-f]{{{MIN_FINGERPRINT},64}}")
_SUBJECT = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """Findings that are accepted: those of a fingerprint, or of a vendor and rule, narrowed by subject and site.

    ``place`` is the entry's path in the file; ``until`` is the last day on which it counts.
    """

    place: str
    until: date
    reason: str
    by: str | None = None
    fingerprint: str | None = None
    vendor: str | None = None
    rule: str | None = None
    subject: str | None = None
    site: str | None = None

    def covers(self, finding: Finding) -> bool:
        """Whether it is about a finding."""
        if self.fingerprint is not None:
            return finding.fingerprint.startswith(self.fingerprint)
        wanted = ((self.vendor, finding.vendor), (self.rule, finding.rule))
        narrowed = ((self.subject, finding.subject), (self.site, finding.site))
        return all(said == found for said, found in wanted) and all(said in (None, found) for said, found in narrowed)

    @property
    def note(self) -> str:
        """The reason, with who gave it."""
        return f"{self.reason} ({self.by})" if self.by else self.reason


def load_waivers(vendors: Path) -> tuple[Waiver, ...] | None:
    """The waivers beside a vendors.toml; None where there is no such file.

    Raises:
        ConfigError: with every problem of the file, each beginning with its path inside the file.
    """
    path = vendors.parent / FILE_NAME
    return parse_waivers(read_text(path)) if path.exists() else None


def parse_waivers(text: str) -> tuple[Waiver, ...]:
    """As :func:`load_waivers`, from the file's text."""
    problems: list[str] = []
    try:
        top = Table(parsed(text), "", problems)
    except ConfigError as error:
        raise ConfigError(tuple(f"{FILE_NAME}: {problem}" for problem in error.problems)) from None
    waivers = tuple(_waiver(table) for table in top.tables("waiver", most=MAX_WAIVERS))
    top.finish()
    if problems:
        raise ConfigError(tuple(f"{FILE_NAME}: {problem}" for problem in problems))
    return waivers


def _waiver(table: Table) -> Waiver:
    waiver = Waiver(
        place=table.at("").rstrip("."),
        fingerprint=table.get("fingerprint", _fingerprint, None),
        vendor=table.get("vendor", checks.vendor_id, None),
        rule=table.get("rule", checks.word, None),
        subject=table.get("subject", _subject, None),
        site=table.get("site", checks.url, None),
        until=table.get("until", _day, date.min),
        reason=table.require("reason", checks.text),
        by=table.get("by", checks.text, None),
    )
    table.finish()
    if not table.has("until"):
        table.say("until", "is required: the last day on which the finding is accepted")
    described = [key for key in ("vendor", "rule", "subject", "site") if table.has(key)]
    if table.has("fingerprint") and described:
        table.say("fingerprint", f"names a finding by itself: leave out {', '.join(described)}")
    if not table.has("fingerprint"):
        for key in ("vendor", "rule"):
            if not table.has(key):
                table.say(key, "is required where no fingerprint is given")
    return waiver


def _fingerprint(value: object) -> str:
    if not isinstance(value, str) or not _FINGERPRINT.fullmatch(value):
        raise ValueError(f"must be {MIN_FINGERPRINT} to 64 characters of 0-9 and a-f")
    return value


def _subject(value: object) -> str:
    """As findings name it; it may hold what a site chose, so only its length is bounded."""
    if not isinstance(value, str) or not 0 < len(value) <= _SUBJECT:
        raise ValueError(f"must be a non-empty string of at most {_SUBJECT} characters")
    return value


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError("must be a day such as 2027-01-31")
