"""A cookie that is set without due care.

Told for information: a cookie with SameSite=None and without Secure, which browsers refuse; a cookie that is known as
a session or a login and that scripts can read (without HttpOnly), so that one injected script takes the session over;
and a cookie without Secure on a page that is served by plain http, which everyone on the way can read.

Silent: session cookies with HttpOnly; protection against forged requests, which scripts must read; cookies whose use is
only inferred from their name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import cookie, evidence, visits
from auditor.model import Cookie, CookieEvent, Match, Scenario, Severity
from auditor.observed import Sighting, is_write, subject_of
from auditor.rule import Example, Rule
from auditor.rules._wording import clip, item_refs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.evidence import Evidence, SiteEvidence
    from auditor.observed import Item

_LOGIN = frozenset({"session", "login"})


def check(case: Evidence) -> tuple[Match, ...]:
    """One match per careless cookie, with all its faults."""
    return tuple(match for site in case.sites for match in _of_site(site))


def _of_site(site: SiteEvidence) -> Iterator[Match]:
    logins = {item.subject for item in site.items if _is_login(item)}
    faults: dict[str, dict[str, Sighting]] = {}
    for visit in site.good:
        for record in visit.cookies:
            if record.event is not CookieEvent.DELETED:
                sighting = Sighting(visit, record, written=is_write(record))
                for fault in _faults(record, sighting, login=subject_of(record) in logins):
                    faults.setdefault(subject_of(record), {}).setdefault(fault, sighting)
    for subject in sorted(faults):
        yield _match(subject, faults[subject], site)


def _is_login(item: Item) -> bool:
    return item.kind == "cookie" and item.essential and item.item_known and item.classification.role in _LOGIN


def _faults(cookie: Cookie, sighting: Sighting, *, login: bool) -> Iterator[str]:
    if (cookie.same_site or "").casefold() == "none" and not cookie.secure:
        yield "SameSite=None without Secure"
    if login and not cookie.http_only:
        yield "a session that scripts can read (no HttpOnly)"
    if not cookie.secure and (sighting.visit.final_url or "").startswith("http://"):
        yield "sent over plain http"


def _match(subject: str, faults: dict[str, Sighting], site: SiteEvidence) -> Match:
    sightings = list({id(sighting): sighting for sighting in faults.values()}.values())
    record = sightings[0].record
    assert isinstance(record, Cookie)
    return Match(
        subject=subject,
        fact=f"{clip(record.name)}: {'; '.join(sorted(faults))}.",
        site=site.url,
        service=next((item.service for item in site.items if item.subject == subject), None),
        evidence=item_refs(sightings),
    )


RULE = Rule(
    id="careless_cookie",
    version=1,
    title="Cookie set without due care",
    severity=Severity.INFO,
    legal_basis=("OWASP Session Management Cheat Sheet",),
    needs=frozenset({Scenario.NO_CHOICE}),
    collectors=frozenset({"cookies"}),
    check=check,
    fires_on=Example(
        text="A cookie is sent with SameSite=None and without Secure; the browser refuses it.",
        evidence=lambda knowledge: evidence(
            visits(
                cookie(
                    "zq",
                    same_site="None",
                    secure=False,
                    event=CookieEvent.BLOCKED,
                    blocked_reasons=("SameSiteNoneInsecure",),
                    in_jar=False,
                )
            ),
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text="PHP's session cookie PHPSESSID is set with Secure and HttpOnly.",
        evidence=lambda knowledge: evidence(
            visits(cookie("PHPSESSID", http_only=True, lifetime_seconds=None)), knowledge=knowledge
        ),
    ),
)
