"""Whether a choice really was registered: independent signs, weighed after the page was loaded again.

A choice is proven when the banner stays away after the reload, and the site's own consent record or interface says what
was chosen, or a record that the choice changed is there. What contradicts the choice leaves it unproven, and is kept.

A site may also forget a consent. Where a control withdraws it at once, that is all there is to see: the site asks anew.
Who refuses in what asks is not heard by a site that asks again after the reload, whatever it has forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from auditor.consent_custom import names_purposes
from auditor.consent_strings import record_kind
from auditor.facts import cookie_facts
from auditor.identifiers import looks_like_identifier
from auditor.model import Wanted
from crawler.consent.statements import RECORD_NAME, Statement, Stored, recorded
from crawler.consent.wording import fold

if TYPE_CHECKING:
    from collections.abc import Iterable


MAX_ANSWER = 64
_ANSWERS = frozenset(
    {"0", "1", "true", "false", "yes", "no", "on", "off", "allow", "deny", "accept", "accepted", "reject", "rejected"}
    | {"granted", "denied", "all", "none", "opt in", "opt out", "optin", "optout", "necessary", "essential"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The site's records and claims before the choice, as seen on a page of this origin."""

    stored: Stored = field(default_factory=dict)
    claims: tuple[Statement, ...] = ()
    origin: str = ""

    def until(self, later: Before) -> Before:
        """What was there before a choice that is made on another page, and proven on the first one.

        The site's pages share their cookies; storage of another origin is not what the first one has.
        """
        came = {key: value for key, value in later.stored.items() if key[0] == "cookie" or later.origin == self.origin}
        return Before(stored={**self.stored, **came}, claims=(*self.claims, *later.claims), origin=self.origin)


def origin_of(url: str) -> str:
    """The origin of a page."""
    return "://".join(urlsplit(url)[:2])


def weigh(
    wanted: Wanted,
    before: Before,
    after: Stored,
    claims: Iterable[Statement],
    *,
    away: bool,
    gone: bool = True,
    at_once: bool = False,
) -> tuple[bool, tuple[str, ...]]:
    """Weigh the signs: (proven, signs).

    ``gone``: the banner went away at the click; ``away``: after a reload too. ``at_once``: a control withdrew the
    consent by itself, without anything that asks.

    Signs are ``banner_gone``, ``stays_away``, ``record:KIND``, ``api:KIND``, ``record_changed``,
    ``record_removed`` (a consent that is no longer recorded) and ``contradicted:KIND``; the last never proves.
    """
    old = {(s.kind, s.raw) for s in (*recorded(before.stored), *before.claims)}
    statements = _of_what_can_be_chosen([*recorded(after), *claims])
    yes = _signs(s for s in statements if s.agrees(wanted) is True and (s.kind, s.raw) not in old)
    no = sorted({s.kind for s in statements if s.agrees(wanted) is False and not (s.kind == "consent_mode" and yes)})
    signs = ["banner_gone"] if gone else []
    if away:
        signs.append("stays_away")
    signs.extend(yes)
    if changed(before.stored, after):
        signs.append("record_changed")
    removed = wanted is Wanted.WITHDRAW and not no and _granted(before) and not any(map(_grants, statements))
    if removed:
        signs.append("record_removed")
    signs.extend(f"contradicted:{kind}" for kind in no)
    forgotten = removed and (away or at_once)
    return forgotten or (away and not no and (bool(yes) or "record_changed" in signs)), tuple(signs)


def _of_what_can_be_chosen(statements: list[Statement]) -> list[Statement]:
    """Records and interfaces without the services that their tool has locked: these stay on whatever is refused."""
    locked = {s.kind: s.locked for s in statements if s.locked}
    return [s.without(locked.get(s.kind, frozenset())) for s in statements]


def _granted(before: Before) -> bool:
    return any(map(_grants, (*recorded(before.stored), *before.claims)))


def _grants(statement: Statement) -> bool:
    return statement.agrees(Wanted.ACCEPT) is True


def _signs(statements: Iterable[Statement]) -> list[str]:
    return sorted({f"{s.source}:{s.kind}" for s in statements})


def changed(before: Stored, after: Stored) -> bool:
    """Whether something that can be the record of a choice is new or different.

    By its name; or, under any name, as a new short answer or an object that names purposes. Session entries, what is
    known to serve another purpose, what looks like an identifier, and what merely counts on are none.
    """
    fresh = {key: value for key, value in after.items() if before.get(key) != value and key[0] != "session"}
    own = {key: value for key, value in fresh.items() if not _of_another_kind(key[1])}
    named = any(RECORD_NAME.search(name) or _of_a_record(name) for _, name in own)
    return named or any(_is_answer(before.get(key), value) or names_purposes(value) for key, value in own.items())


def _is_answer(old: str | None, new: str) -> bool:
    if old is not None:
        return {fold(old), fold(new)} <= _ANSWERS
    return len(new) <= MAX_ANSWER and not looks_like_identifier(new)


def _of_another_kind(name: str) -> bool:
    """Whether the table of known cookies knows the name, and only for something else than a consent record."""
    uses = _known_uses(name)
    return bool(uses) and "consent_record" not in uses


def _of_a_record(name: str) -> bool:
    return record_kind(name) is not None or "consent_record" in _known_uses(name)


@cache
def _known_uses(name: str) -> frozenset[str | None]:
    """What a cookie of the site's own with this name is known for; other hosts' cookies of the name are others."""
    return frozenset(fact.use for fact in cookie_facts() if fact.matches(name) and not fact.domain_only)
