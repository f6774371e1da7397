"""Layer 5: what a name, a lifetime and a party suggest where nobody knows an item. Guesses, labelled as such.

A name fits the naming of a product (``name_families.json``), or is read as words (``userLangPref`` is user, lang, pref)
in the languages in which sites name their cookies; the first row that holds one of them counts (``name_words``). What
carries the visited site's name is that site's own.

What works and what is needed to work cannot be told apart from outside, nor what measures and what targets: the
neighbour is always among ``also_declared_as``. Rules never rely on this layer (``auditor.observed.LAST_HARD_LAYER``),
it exempts nothing, and an item that says nothing of itself stays unknown. Measured by ``benchmarks/classify.py``.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from auditor.domains import registrable_domain
from auditor.facts import family_facts
from auditor.model import TRACKING, Category, Classification
from auditor.name_words import SESSION, WORKING, by_words, words_of

if TYPE_CHECKING:
    from auditor.facts import FamilyFact
    from auditor.known import Item

_N, _F, _P, _T = Category.STRICTLY_NECESSARY, Category.FUNCTIONAL, Category.PERFORMANCE, Category.TARGETING
_NEIGHBOUR = {_N: (_F,), _F: (_N,), _P: (_T,), _T: (_P,)}

_HARMLESS = re.compile(r"consent\w*|optout|csrf\w*|xsrf\w*|donottrack|dnt|gdpr|ccpa")
_HASH = re.compile(r"[0-9a-f]{32}")
_MAX_NAME = 96
_DAY_S = 86_400
_LONGEST_SESSION_S = 30 * _DAY_S
_BUCKET = 2
_LONG_PREFIX = 7
_ABBREVIATION = 3
_TELLING_LABEL = 4
_BY_NAME, _BY_CIRCUMSTANCE = 0.3, 0.15


def inferred(item: Item) -> Classification | None:
    """A guess about an item, of layer 5 and with a low confidence; None where it says nothing of itself."""
    if len(item.name) > _MAX_NAME:
        return None
    family = _family(item.name)
    if family is not None and not _speaks_otherwise(family, item.name):
        reason = f"Inferred from the name only: it is named like an item of {family.product}."
        also = dict.fromkeys((*family.also_declared_as, *_NEIGHBOUR[family.category]))
        return _guess(reason, family.category, tuple(also), _BY_NAME)
    lives = item.lifetime_seconds
    for what, category in by_words(item.name):
        if what == SESSION and ((lives or 0) > _LONGEST_SESSION_S or item.http_only is False):
            continue
        reason = f"Inferred from the name only: it reads like {what}."
        return _guess(reason, category, _NEIGHBOUR[category], _BY_NAME)
    return _by_site(item) or _by_circumstance(item)


def inferred_harmless(name: str) -> Classification | None:
    """A guess that an item only records a refusal or protects a form; None where its name does not say so.

    Whoever it belongs to: even a tracker's own opt-out is no tracking.
    """
    if len(name) > _MAX_NAME or not any(map(_HARMLESS.fullmatch, words_of(name))):
        return None
    reason = "Inferred from the name only: it reads like an opt-out, a consent or a token that protects a form."
    return _guess(reason, _N, _NEIGHBOUR[_N], _BY_NAME)


def _speaks_otherwise(family: FamilyFact, name: str) -> bool:
    """Whether a name that begins as a tracker's two letters says that it works for the site (``lp_session``)."""
    if len(family.prefix) > _ABBREVIATION or family.category not in TRACKING:
        return False
    said = by_words(name[len(family.prefix) :])
    return bool(said) and said[0][0] in WORKING


def _by_site(item: Item) -> Classification | None:
    """What carries the name of the visited site is the site's own work, made for itself and not for many sites."""
    if not item.own or item.domain is None:
        return None
    label = registrable_domain(item.domain).partition(".")[0]
    begins = item.name.lower().lstrip("_.-@").startswith(label)
    if len(label) < _TELLING_LABEL or not (begins or label in words_of(item.name)):
        return None
    reason = "Inferred from the name only: it carries the name of the visited site."
    return _guess(reason, _F, _NEIGHBOUR[_F], _BY_CIRCUMSTANCE)


def _by_circumstance(item: Item) -> Classification | None:
    lives = item.lifetime_seconds
    if item.domain is not None and item.site and not item.own and lives is not None and lives > _DAY_S:
        reason = "Inferred: an unknown third party keeps it for more than a day."
        return _guess(reason, _T, _NEIGHBOUR[_T], _BY_CIRCUMSTANCE)
    if item.own and item.kind == "cookie" and lives is None and (item.http_only or _names_a_session(item)):
        reason = "Inferred: the site's own session cookie, closed to scripts or named by a hash."
        return _guess(reason, _N, _NEIGHBOUR[_N], _BY_CIRCUMSTANCE)
    return None


def _names_a_session(item: Item) -> bool:
    """Joomla and its kind name their session by a hash that differs from site to site."""
    return item.http_only is not False and _HASH.fullmatch(item.name) is not None


@lru_cache(maxsize=16_384)
def _family(name: str) -> FamilyFact | None:
    """The family whose naming fits best: the very name, else the longest literal beginning."""
    exact, globs = _families()
    if name in exact:
        return exact[name]
    rows = (row for key in (name[:_BUCKET], name[:1], "") for row in globs.get(key, ()))
    return next((row for row in rows if _fits(row, name)), None)


def _fits(row: FamilyFact, name: str) -> bool:
    """Whether a name matches, and not only by beginning with the same letters (``_gallery`` is no ``_ga*``)."""
    if row.regex is None or row.regex.fullmatch(name) is None:
        return False
    cut = len(row.prefix)
    return cut >= _LONG_PREFIX or not (row.prefix[-1:].islower() and name[cut : cut + 1].islower())


@cache
def _families() -> tuple[dict[str, FamilyFact], dict[str, list[FamilyFact]]]:
    exact: dict[str, FamilyFact] = {}
    globs: dict[str, list[FamilyFact]] = {}
    for row in family_facts():
        if row.regex is None:
            exact[row.pattern] = row
        else:
            globs.setdefault(row.prefix[:_BUCKET], []).append(row)
    return exact, globs


def _guess(reason: str, category: Category, also: tuple[Category, ...], confidence: float) -> Classification:
    return Classification(
        category=category,
        also_declared_as=also,
        layer=5,
        confidence=confidence,
        reason=reason,
        source="inferred",
    )
