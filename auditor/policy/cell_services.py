"""The services that one cell of a table names: one, several in a line, or a list of them with a line each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.matching import owner_words
from auditor.policy.name_lists import known_service, looks_like_name
from auditor.policy.service_entries import aliases_of, is_general
from auditor.policy.service_names import find_services
from auditor.policy.tables import cell_party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.context import Reading
    from auditor.policy.service_names import KnownService
    from auditor.policy.view import View

MAX_NAME = 80
MANY = 2
_PARENTHESES = re.compile(r"\s*\([^()]{0,80}\)")
_BETWEEN = re.compile(r"\s*[,;/\n]\s*|\s{2,}")
_BULLET = re.compile(r"\s*(?:[*+•●▪◦·‣–—-]|\d{1,2}[.)])\s+")
_LINE_END = re.compile(r"[ \t]*[,;]?[ \t]*(?:\n\s*)+")
_WORD = re.compile(r"[^\W\d_]{2}")
_COMMA = re.compile(r"\s*[,;]\s+")


@dataclass(frozen=True)
class CellService:
    """A service that a cell names: its name, other words for it, and the domains that are known for it."""

    name: str
    aliases: tuple[str, ...]
    domains: tuple[str, ...]


def cell_services(reading: Reading, cell: View, *, strict: bool) -> Iterator[CellService]:
    """The services that a cell names: the known ones, else its words as they stand; none of a cell of prose.

    ``strict``: of words that are known as no service, only those that look like a name.
    """
    if entries := listed_entries(reading, cell):
        yield from map(_entry, entries)
    elif len(cell.text) <= MAX_NAME and not _is_empty(reading, cell):
        found = list(_names(reading, cell))
        yield from (one for one in found if not strict or _is_company(reading, one.name))


def listed_entries(reading: Reading, cell: View) -> list[str]:
    """The entries of a cell that is a list of names: in lines with marks, in lines, or between commas; else none.

    Without marks, lines may also be an address or the parts of one name: two of them must be known services, and
    between commas one.
    """
    lines = [line for line in _LINE_END.split(cell.text.strip()) if line]
    marked = bool(lines) and all(_BULLET.match(line) for line in lines)
    entries = [_BULLET.sub("", line, count=1).strip(" ,;") for line in lines] if marked else lines
    if marked:
        return [entry for entry in entries if _is_company(reading, entry)]
    parts = entries if len(entries) > 1 else _COMMA.split(cell.text.strip(" ,;"))
    known = [part for part in parts if _known(part)]
    enough = len(known) >= MANY and len(known) * 2 >= len(parts) if len(entries) > 1 else bool(known)
    return parts if len(parts) > 1 and enough and all(_is_company(reading, part) for part in parts) else []


def _is_company(reading: Reading, text: str) -> bool:
    """Is an entry a name: known, or of words with capitals, and not a word for the vendor himself ("first party")?"""
    bare = _PARENTHESES.sub("", text).strip()
    return _known(bare) is not None or looks_like_name(reading, bare)


def _is_empty(reading: Reading, cell: View) -> bool:
    """Does a cell name nobody ("-", "N/A", "No")?"""
    word = _WORD.search(cell.text) is not None or known_service(cell.text) is not None
    return not word or reading.words.cues("answers", "no").whole(cell.folded.strip())


def is_self(reading: Reading, cell: View) -> bool:
    """Does a cell say that the vendor itself is meant ("First party", "Own")?"""
    return cell_party(reading, cell) == "first" and known_service(cell.text) is None


def _known(text: str) -> KnownService | None:
    """The service that a name is the name of, with or without its legal form ("Google Ireland Limited")."""
    return known_service(text) or known_service(_without_form(text))


def _without_form(text: str) -> str:
    """A name without the words of its legal form at its end, as it is written."""
    words = text.split()
    kept = len(owner_words(text).split())
    return " ".join(words[:kept]).rstrip(",.") if kept < len(words) else text


def _entry(text: str) -> CellService:
    """What one entry of a list names: strokes stand between the names of one company ("Acme/Beta")."""
    bare = _PARENTHESES.sub("", text).strip() or text
    service = _known(bare)
    parts = [part.strip() for part in bare.split("/") if part.strip()]
    name = service.name if service and len(parts) == 1 else bare
    aliases = dict.fromkeys(alias for alias in (text, *parts) if alias != name)
    return CellService(name, tuple(aliases), service.domains if service else ())


def _names(reading: Reading, cell: View) -> Iterator[CellService]:
    """The services of a cell in one line. Of names between commas or strokes each is one, if a known one is there."""
    names = [name for name in _BETWEEN.split(cell.text.strip(" /")) if name]
    if len(names) > 1 and all(looks_like_name(reading, name) for name in names) and any(map(known_service, names)):
        for name in names:
            one = known_service(name)
            yield CellService(one.name, (name,) * (one.name != name), one.domains) if one else CellService(name, (), ())
        return
    mentions = find_services(cell)
    known = [mention for mention in mentions if not is_general(mention, mentions)]
    bare = _PARENTHESES.sub("", cell.text).strip()
    if known and sum(len(mention.words) for mention in known) * 2 >= len(_without_form(bare)):
        for mention in known:
            yield CellService(mention.service.name, aliases_of(mention), mention.service.domains)
    else:
        yield CellService(bare or cell.text, (), ())
