"""A declaration as tables for people: what the policy says about each subject, with its own words beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.policy.durations import in_words
from crawler.cli.terminal import print_table, print_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.model import DeclaredCookie, PolicyDeclaration, Quote
    from auditor.policy.diff import Change

WORDS = 220
_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def print_declaration(declaration: PolicyDeclaration) -> None:
    """What a policy declares: its facts, one table for each subject it speaks of, then what it is silent on."""
    document = declaration.document
    updated = declaration.last_updated.date if declaration.last_updated else "not stated"
    print_text(f"{plain(document.kind)} in {document.language}, {document.text_length} characters")
    print_text(f"last updated: {updated}")
    print_text(f"disclosure level: {plain(declaration.disclosure_level.value)}")
    for title, columns, rows in _sections(declaration):
        if rows:
            print_text("")
            print_table(columns, rows, title=title)
    print_text("")
    if declaration.silent_on:
        print_text("silent on: " + ", ".join(map(plain, declaration.silent_on)))
    for note in declaration.notes:
        print_text(f"note: {note}")


def print_changes(changes: Sequence[Change]) -> None:
    """What changed in meaning, with the words of both versions; a line that says so where nothing did."""
    if not changes:
        print_text("no change in meaning")
        return
    rows = [
        (_SIGNS[each.kind], plain(each.what), _which(each), _said(each.before), _said(each.after), _quoted(each))
        for each in changes
    ]
    print_table(("", "what", "which", "before", "after", "in its words"), rows)


def plain(code: str) -> str:
    """A word of the schema as it is read: ``strictly_necessary`` is "strictly necessary"."""
    return code.replace("_", " ")


def _words(evidence: Sequence[Quote]) -> str:
    """The first quote, white space tidied, shortened."""
    text = " ".join(evidence[0].quote.split()) if evidence else ""
    return text if len(text) <= WORDS else text[: WORDS - 1] + "…"


def _which(change: Change) -> str:
    """What a change is about; names of cookies and services as they are."""
    return change.subject if change.what in ("cookie", "service") else plain(change.subject)


def _said(state: str | None) -> str:
    return "" if state is None else plain(state)


def _quoted(change: Change) -> str:
    quotes = [quote for quote in (change.quote_after or change.quote_before,) if quote]
    return _words(quotes)


def _sections(declaration: PolicyDeclaration) -> Iterator[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
    """(title, columns, rows) of each subject."""
    where = _Where(declaration)
    several = len(declaration.scopes) > 1
    if several:
        yield "Places", ("place", "hosts", ""), where.rows()
    yield (
        "Categories",
        ("category: its label", "where", "consent", "in its words"),
        [
            (
                f"{plain(each.canonical.value)}: {each.label}" + (" (not in use)" if each.in_use == "no" else ""),
                where.of(each.scope_ids),
                plain(each.consent),
                _words(each.evidence),
            )
            for each in declaration.categories
        ],
    )
    yield (
        "Third parties",
        ("service", "category", "where", "in its words"),
        [
            (each.name, _category(each.category), where.of(each.scope_ids), _words(each.evidence))
            for each in declaration.services
        ],
    )
    yield (
        "Cookies",
        ("cookie", "category", "how known", "lifetime", "provider", "party"),
        [_cookie(each) for each in declaration.cookies],
    )
    yield from _behaviour(declaration, where)


def _behaviour(
    declaration: PolicyDeclaration, where: _Where
) -> Iterator[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
    yield (
        "Technologies",
        ("technology", "in its words"),
        [(plain(each.name), _words(each.evidence)) for each in declaration.technologies if each.declared],
    )
    yield (
        "Ways to choose",
        ("control", "lets you", "label or place", "in its words"),
        [
            (plain(each.mechanism), plain(each.grants), each.label or plain(each.location or ""), _words(each.evidence))
            for each in declaration.consent
        ],
    )
    yield (
        "Lifetimes in the text",
        ("of", "lifetime", "in its words"),
        [(plain(each.subject), in_words(each.duration), _words(each.evidence)) for each in declaration.retention],
    )
    yield (
        "Claims",
        ("claim", "about", "strength", "where", "in its words"),
        [
            (
                plain(each.type),
                plain(each.subject_value or each.subject_kind),
                each.strength,
                where.of(each.scope_ids),
                _words(each.evidence),
            )
            for each in declaration.claims
        ],
    )
    yield (
        "Contradictions",
        ("contradiction", "about", "note", "in its words"),
        [(plain(each.kind), each.subject, each.note, _words(each.evidence)) for each in declaration.contradictions],
    )


class _Where:
    """The scopes of a declaration in words."""

    def __init__(self, declaration: PolicyDeclaration) -> None:
        self._scopes = {scope.id: scope for scope in declaration.scopes}

    def of(self, ids: Sequence[str]) -> str:
        """The kinds of scopes."""
        return ", ".join(dict.fromkeys(plain(self._scopes[one].kind) if one in self._scopes else one for one in ids))

    def rows(self) -> list[tuple[str, ...]]:
        """Each scope: kind and name, hosts, whether unscoped statements are about it."""
        return [
            (f"{plain(s.kind)}: {s.name}", ", ".join(s.hosts), "unless said otherwise" if s.default else "")
            for s in self._scopes.values()
        ]


def _category(category: object) -> str:
    return plain(str(getattr(category, "value", category))) if category is not None else "no category"


def _cookie(cookie: DeclaredCookie) -> tuple[str, ...]:
    kind = "" if cookie.storage == "cookie" else f" ({plain(cookie.storage)})"
    return (
        cookie.name + kind,
        _category(cookie.category),
        plain(cookie.category_basis),
        in_words(cookie.duration),
        cookie.provider or cookie.host or "",
        "" if cookie.party.value == "not_stated" else plain(cookie.party.value),
    )
