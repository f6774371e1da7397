"""Cells of tables: which entries and which cookie names they hold."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from auditor.policy.hosts import is_host
from auditor.policy.service_names import find_services

if TYPE_CHECKING:
    from auditor.policy.view import View

PAIR = 2
MAX_NAMES = 40
JOINED = 3
_COUNT = re.compile(r"\s*\[[xX]?\d{1,3}[xX]?\]\s*$")
_OWNER = re.compile(r"(?<=\S)\s+\([^()]{1,60}\)\s*$")
_LED = re.compile(
    r"(?:[A-Z][\w.]{1,30}\s+){1,4}(?:e\.g\.|z\.\s?B\.|p\.\s?ex\.|bijv\.|np\.|es\.)?\s*:?\s*(?=_[\w*\-]+$)"
)
_OTHERS = re.compile(
    r"\s+(?:and|or|und|et|en|y|e|i|a|och|og|ja|&)\s+(?:the\s+|d')?(?:others?|weitere|andere|autres|overige|otr[ao]s|altr[ie]|"
    r"inne|andra|muita|muut|outr[ao]s|dalsi|další|ostatní|more)(?!\w)\s*(?=(\S*)(.*)$)",
    re.IGNORECASE,
)
_COMPOUND = re.compile(
    r"^[^\W\d_][^\W_]*(?:-[^\W_]+)*-(?:cookies?|kakor|kakorna)$", re.IGNORECASE
)  # "First-Party-Cookies" is a word
_MAIL = re.compile(r"[\w.+\-]{1,64}@[\w\-]+(?:\.[\w\-]+)+")
_WORDS = re.compile(r"[A-ZÄÖÜ][a-zäöüß]+(?:-[A-ZÄÖÜ][a-zäöüß]+){2,}")  # "Telemedien-Datenschutz-Gesetz"
_PRODUCT = re.compile(r"[ie][A-Z][a-z]+|[a-z]*(?:OS|SUSE)")  # "iPhone", "macOS"
_IDENTIFIER = re.compile(r"[_*#]|\d|[a-z][A-Z]|^[A-Z]{3,}$|-.*-|\w\.\w")
_TOKEN = re.compile(r"[\w.\-*#:/%$<>{}\[\]()~+=@!|&?]{1,120}")


@lru_cache(maxsize=4_096)
def looks_like_cookie(text: str) -> bool:
    """Does a word look like a technical name rather than like a word or a host?"""
    if _COMPOUND.search(text) or _MAIL.fullmatch(text) or _WORDS.fullmatch(text) or _PRODUCT.fullmatch(text):
        return False
    return bool(_TOKEN.fullmatch(text)) and bool(_IDENTIFIER.search(text)) and not is_host(text.strip("."))


def split_list(view: View) -> list[View]:
    """The entries of a cell: separated by line ends, commas or semicolons."""
    out, start = [], 0
    for match in re.finditer(r"\n|\s*[,;](?=\s)\s*|\s*;\s*|\s{3,20}", view.text):
        out.append(view.part(start, match.start()))
        start = match.end()
    out.append(view.part(start, len(view.text)))
    return [piece for piece in out if piece.text]


def _whole_names(view: View) -> list[View]:
    """The entries of a cell; one where all its lines are the name of a part of a service ("Firebase", "Messaging")."""
    pieces = split_list(view)
    broken = len(pieces) > 1 and not any(looks_like_cookie(piece.text) or "," in view.text for piece in pieces)
    named = broken and find_services(pieces[0]) and not any(find_services(piece) for piece in pieces[1:])
    return [view] if named else pieces


def _bare(piece: View) -> View:
    """A name without a count or owner behind it and without an owner before it ("Google Analytics e.g. _ga")."""
    bare = piece.part(0, len(_OWNER.sub("", _COUNT.sub("", piece.text))))
    led = _LED.match(bare.text)
    return bare.part(led.end(), len(bare.text)) if led else bare


def _joined(piece: View) -> list[View]:
    """The names that a conjunction joins ("_gid and _gat"); the piece itself where it joins other words."""
    words = piece.text.split()
    if len(words) != JOINED or len(words[1]) > PAIR + 1 or not all(map(looks_like_cookie, words[::2])):
        return [piece]
    return [piece.part(0, len(words[0])), piece.part(len(piece.text) - len(words[2]), len(piece.text))]


def _without_others(piece: View) -> list[View]:
    """A name without the mention of others behind it ("IDE and others of Google"), and the pattern of those."""
    match = _OTHERS.search(piece.text)
    if match is None or not looks_like_cookie(piece.text[: match.start()]):
        return [piece]
    alone = looks_like_cookie(match[1]) and not match[2]
    return [piece.part(0, match.start()), *([piece.part(match.start(1), match.end(1))] if alone else [])]


def _parted(piece: View) -> list[View]:
    """The names between slashes with spaces around them ("utm_source / utm_medium"); else the piece itself."""
    if "/" not in piece.text:
        return [piece]
    ends = [(match.start(), match.end()) for match in re.finditer(r"\s+/\s+", piece.text)]
    starts = [0, *(end for _, end in ends)]
    parts = [piece.part(a, b) for a, b in zip(starts, [*(start for start, _ in ends), len(piece.text)], strict=True)]
    return parts if all(looks_like_cookie(part.text) for part in parts) else [piece]


def split_names(view: View) -> list[View]:
    """The cookie names of a cell; words that are all technical names may be separated by spaces alone."""
    entries = [part for piece in _whole_names(view) for part in _parted(piece)]
    pieces = [name for piece in entries for part in _without_others(_bare(piece)) for name in _joined(part)]
    if len(pieces) != 1 or " " not in pieces[0].text or len(pieces[0].text.split()) > MAX_NAMES:
        return pieces
    words = [pieces[0].part(m.start(), m.end()) for m in re.finditer(r"\S+", pieces[0].text)]
    whole = len(words) > PAIR or all(word.text.startswith("_") for word in words)
    return words if whole and all(looks_like_cookie(word.text) for word in words) else pieces
