"""What a CMP declares about cookies and services, read from its own objects in the page (no extra request).

Shapes: OneTrust, Cookiebot, Usercentrics 2 and 3, Didomi, Klaro, vanilla-cookieconsent, tarteaucitron, Orejime,
Borlabs Cookie (services only), each
from its developer documentation or source. The declaration is kept apart from the policy's text and compared with it.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from auditor.consent_strings import decode
from auditor.model import Category, CmpDeclaration, DeclaredCookie, DeclaredService, Duration, NameMatch
from crawler.consent.responses import MAX_BODIES, reader_of, rows_of
from crawler.consent.wording import fold
from crawler.consent.worlds import WorldError, script

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from crawler.consent.worlds import Worlds

Body: TypeAlias = "Callable[[], Awaitable[str]]"
"""Gets the body of an answer that the page has got; empty where it is no longer there."""
Entry = TypeVar("Entry", DeclaredCookie, DeclaredService)
MAX_TEXT = 4_000_000
CONFIDENCE = 0.95
_FIELDS = 10
_UNITS = (
    (1, "second|seconde|sekunde|segundo|secondi|sekund|detik"),
    (60, "minute|minuut|minuten|minuto|minuti|minut"),
    (3600, "hour|uur|stunde|heure|hora|ora|ore|godzin|timm|time"),
    (86400, "day|dag|tag|jour|dia|giorn|dzien|dni|paiv|den|dnu|dny|nap"),
    (604800, "week|weken|woche|semaine|semana|settiman|tydz|tygod|uge|veck|viikko"),
    (2592000, "month|maand|monat|mois|mes|mese|mesi|miesi|maned|manad|kuukau|mesic|honap"),
    (31536000, "year|jaar|jaren|jahr|an|ans|ano|anno|anni|rok|lat|lata|ar|vuo|let|ev"),
)
_LENGTH = re.compile(r"(\d{1,10})\s*([a-z]+)")
_NOT = re.compile(r"^(?:non|not|no|nicht|niet|nie|ikke|inte|un|ei|ne|nem|nu)\b|\b(?:nicht|niet|not|ikke|inte|non) ?\b")
_SESSION = re.compile(r"\b(?:session|sessie|sitzung|sesion|sessione|sesja|sessao|istunto)", re.IGNORECASE)
_PERSISTENT = re.compile(r"persist|permanent|blijvend|dauerhaft", re.IGNORECASE)
_TYPES = (
    ("pixel", re.compile("pixel", re.IGNORECASE)),
    ("session_storage", re.compile("session.?storage", re.IGNORECASE)),
    ("local_storage", re.compile("html|local.?storage", re.IGNORECASE)),
)
"""How Cookiebot ("HTTP", "HTML", "Pixel") and Termly ("html_local_storage") say what is no cookie."""
_PARTS = 4
_PLAIN = re.compile(r"[\w.\-$ ]+")


async def read_declaration(worlds: Worlds) -> CmpDeclaration | None:
    """What the page's CMP declares; None where no CMP of a known shape is there or it declares nothing."""
    try:
        text = await worlds.in_page(await worlds.top(), script("declarations.js"))
        rows = json.loads(text) if isinstance(text, str) and len(text) <= MAX_TEXT else []
    except (WorldError, ValueError):
        return None
    return from_rows([[str(value) for value in row] for row in rows if isinstance(row, list) and len(row) == _FIELDS])


def from_rows(rows: list[list[str]]) -> CmpDeclaration | None:
    """Rows of ``declarations.js``, whose head names the fields, as a record; None where there are none."""
    if not rows:
        return None
    cmp = rows[0][0]
    mine = [row for row in rows if row[0] == cmp]
    named = (_cookie(r) for r in mine if r[1] == "cookie")
    cookies = {(c.name, c.host, c.category_label): c for c in named if c.match.pattern != "*"}
    services = {s.name: s for s in (_service(r) for r in mine if r[1] == "service")}
    read = CmpDeclaration(cmp=cmp, cookies=tuple(cookies.values()), services=tuple(services.values()))
    return _without_a_place_for_measuring(read) if cmp == "Usercentrics" else read


def _without_a_place_for_measuring(read: CmpDeclaration) -> CmpDeclaration:
    """Usercentrics comes with essential, functional and marketing: where none is added, functional may be measuring."""
    given = {one.category for one in read.cookies} | {one.category for one in read.services}
    if Category.PERFORMANCE in given:
        return read
    return replace(
        read, cookies=tuple(map(_or_measuring, read.cookies)), services=tuple(map(_or_measuring, read.services))
    )


def _or_measuring(one: Entry) -> Entry:
    return replace(one, alternatives=(Category.PERFORMANCE,)) if one.category is Category.FUNCTIONAL else one


def _cookie(row: list[str]) -> DeclaredCookie:
    _, _, name, host, label, lifetime, purpose, provider, kind, what = row
    category = category_for(label)
    match = name_match(name, regex=kind == "regex")
    return DeclaredCookie(
        name=match.pattern if kind == "regex" else name,
        match=match,
        host=host.strip(". ").lower() or None,
        provider=provider or None,
        service=provider or None,
        category=category,
        category_label=label or None,
        category_basis="stated" if category else "none",
        purpose=purpose or None,
        duration=read_length(lifetime),
        storage=next((storage for storage, words in _TYPES if words.search(what)), "cookie"),
        basis="list",
        evidence=(),
        confidence=CONFIDENCE,
    )


def _service(row: list[str]) -> DeclaredService:
    _, _, name, host, label, *_ = row
    return DeclaredService(
        name=name,
        domains=(host.strip(". ").lower(),) if host else (),
        category=category_for(label),
        category_label=label or None,
        evidence=(),
        confidence=CONFIDENCE,
    )


@cache
def category_for(label: str) -> Category | None:
    """The category that a CMP's label stands for, by the words that consent records use; None if unknown."""
    folded = fold(label)
    if _NOT.search(folded):
        return None
    words = folded.split()
    plain = [w for w in words if w not in {"cookie", "cookies", "strictly", "and", "services"}]
    for candidate in (label, " ".join(plain), "".join(plain), f"{label}s", *plain):
        given = decode("klaro", json.dumps({candidate: True})).granted if candidate else ()
        if given:
            return given[0]
    return None


def name_match(name: str, *, regex: bool) -> NameMatch:
    """How a declared name matches: exactly, or as a glob where it is a prefix, a wildcard or a simple expression."""
    if regex:
        body = name.removeprefix("^")
        closed = body.endswith("$") and not body.endswith(".*$")
        body = re.sub(r"\.[*+]\$?$|\$$", "", body).replace("\\", "")
        if not _PLAIN.fullmatch(body):
            body = re.split(r"[^\w\-]", body)[0]
            closed = False
        return NameMatch(kind="exact" if closed else "glob", pattern=body if closed else f"{body}*")
    if "*" in name or "#" in name:
        return NameMatch(kind="glob", pattern=name.replace("#", "*"))
    return NameMatch(kind="exact", pattern=name)


def read_length(text: str) -> Duration:
    """A lifetime as CMPs write it ("3 months", "session", "90 days"); unknown where it is neither."""
    raw = text.strip()[:120]
    if not raw or raw.startswith("undefined"):
        return Duration(raw=None, kind="not_stated")
    parts = [(int(number), _unit(word)) for number, word in _LENGTH.findall(fold(raw))[:_PARTS]]
    known = [(number, unit) for number, unit in parts if unit is not None]
    if known:
        seconds = sum(number * unit for number, unit in known)
        return Duration(raw=raw, kind="fixed", seconds=seconds) if seconds else Duration(raw=raw, kind="few_seconds")
    if _SESSION.search(raw):
        return Duration(raw=raw, kind="session")
    return Duration(raw=raw, kind="persistent" if _PERSISTENT.search(raw) else "unknown")


def _unit(word: str) -> int | None:
    """Seconds of a unit of time in one of the languages; None for another word."""
    for seconds, stems in _UNITS:
        if any(word.startswith(s) if len(s) > 3 else word in {s, s + "s", s + "e"} for s in stems.split("|")):
            return seconds
    return None


async def read_responses(bodies: Mapping[str, Body]) -> CmpDeclaration | None:
    """What the CMP's answers declare, ``bodies`` being how to get the body of each URL that was answered."""
    rows: list[list[str]] = []
    wanted = [url for url in bodies if reader_of(url) is not None]
    for url in wanted[:MAX_BODIES]:
        rows.extend(rows_of(url, await bodies[url]()))
    return from_rows(rows)
