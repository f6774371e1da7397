"""Third parties that the policy names in connection with cookies and tracking."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from auditor.model import Category, DeclaredParty, DeclaredService
from auditor.policy.blocks import Block
from auditor.policy.entries import is_entry, is_listed, services_of_heading
from auditor.policy.hosts import brand, own_hosts
from auditor.policy.prose import labels_said_of_cookies
from auditor.policy.purposes import purposes, sentence_purpose
from auditor.policy.service_names import Mention, find_services
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import DeclaredCategory
    from auditor.policy.blocks import Sentence
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes
    from auditor.policy.tables import Grid, Row
    from auditor.policy.view import View

MAX_SERVICE_NAME = 80
MAX_ROW = 400
NEAR_START = 4
LISTED = 40
USUAL = (Category.PERFORMANCE, Category.TARGETING)  # what such a service does follows from its name
_CLAUSE = re.compile(r"[,;.:()]\s|\s[(]|[)]|\s-\s")
_PARENTHESES = re.compile(r"\s*\([^()]{0,80}\)")
_ASIDE = re.compile(r"\([^()]{0,200}\)")
_CAPITALS = re.compile(r"([A-ZÀ-Þ][A-ZÀ-Þ \-/]{3,40}?)(?=\s*(?:[A-ZÀ-Þ][a-zà-ÿ]|[^A-ZÀ-Þ \-/]|$))")


def read_services(reading: Reading, categories: Categories, scopes: Scopes) -> tuple[DeclaredService, ...]:
    """Every named third party once, with the category of the section, row or sentence that names it first.

    One that stands under the labels of two categories is declared twice, and is there twice.
    """
    found: dict[str, DeclaredService] = {}
    again: dict[tuple[str, Category], DeclaredService] = {}
    candidates = chain(_in_sentences(reading, categories, scopes), _in_tables(reading, categories, scopes))
    for service in sorted(candidates, key=lambda service: service.evidence[0].start):
        have = found.get(service.name)
        if have is None or (have.category is None and service.category is not None):
            found[service.name] = service
        elif service.category is not None and _labelled_otherwise(service, have, categories):
            again.setdefault((service.name, service.category), service)
    return tuple(service for service in (*found.values(), *again.values()) if not _is_owner_only(service, found))


def _labelled_otherwise(service: DeclaredService, have: DeclaredService, categories: Categories) -> bool:
    """Do two labels of the policy, neither of which reaches to the other's category, stand above a service?"""
    labels = {service.category_label, have.category_label}
    named = [one for one in categories.declared if one.label in labels]
    reached = {c for one in named for c in (*one.covers, *one.alternatives) if c is not one.canonical}
    return (
        None not in labels
        and service.category is not have.category
        and reached.isdisjoint({service.category, have.category})
    )


def _is_owner_only(service: DeclaredService, found: dict[str, DeclaredService]) -> bool:
    """Is a company named without a purpose, where one of its services is declared ("Google", "Google AdSense")?"""
    return service.category is None and any(name.startswith(service.name + " ") for name in found)


def _in_sentences(reading: Reading, categories: Categories, scopes: Scopes) -> Iterator[DeclaredService]:
    for sentence in reading.cookie_sentences:
        mentions = find_services(sentence.view) if sentence.place not in reading.record_places else []
        governing = categories.governing.get(sentence.place)
        for mention in mentions:
            if _general(mention, mentions) or not _in_use(reading, sentence, mention, governed=governing is not None):
                continue
            category = governing.canonical if governing else _purpose_of(reading, sentence, mention)
            label = governing.label if governing else None
            scope_ids = governing.scope_ids if governing else scopes.at(sentence.place)
            yield _example(mention, category, label, scope_ids, sentence.view, 0.9 if governing else 0.75)


def _example(
    mention: Mention, category: Category | None, label: str | None, scope_ids: tuple[str, ...], view: View, sure: float
) -> DeclaredService:
    """A service that words name."""
    return DeclaredService(
        name=mention.service.name,
        aliases=_aliases(mention),
        domains=mention.service.domains,
        category=category,
        category_label=label,
        scope_ids=scope_ids,
        party=DeclaredParty.THIRD,
        role="example",
        evidence=(view.quote(),),
        confidence=sure,
    )


def _aliases(mention: Mention) -> tuple[str, ...]:
    return () if mention.words == mention.service.name else (mention.words,)


def _general(mention: Mention, mentions: list[Mention]) -> bool:
    """Is a company named beside one of its own services ("Google" beside "Google Analytics")?"""
    words = fold(mention.words)
    return any(m is not mention and fold(m.words).startswith(words + " ") for m in mentions)


def _purpose_of(reading: Reading, sentence: Sentence, mention: Mention) -> Category | None:
    """The category that the words around a service speak for, nearest first; its usual one where none do."""
    service = mention.service
    for text in _around(reading, sentence, mention):
        if labelled := labels_said_of_cookies(reading, text):
            return labelled[0]
        counts = purposes(reading, text)
        if service.category is not None and counts.get(service.category):
            return service.category
        if category := sentence_purpose(reading, text):
            return category
    return _heading_purpose(reading, sentence.place) or (service.category if service.category in USUAL else None)


def _around(reading: Reading, sentence: Sentence, mention: Mention) -> list[str]:
    """The clause of a mention, its sentence, and the whole item that it stands in."""
    folded = sentence.view.folded
    start = max((found.end() for found in _CLAUSE.finditer(folded, 0, mention.start)), default=0)
    stop = _CLAUSE.search(folded, mention.end)
    texts = [folded[start : stop.start() if stop else len(folded)], folded]
    block = reading.document.elements[sentence.place]
    if isinstance(block, Block) and block.kind == "item":
        texts.append(block.view.folded)
    return texts


def _in_use(reading: Reading, sentence: Sentence, mention: Mention, *, governed: bool) -> bool:
    """Is the mention one of a service in use, rather than of a browser, a link or the vendor itself?"""
    folded = sentence.view.folded
    words = reading.words
    if not _is_other(reading, mention) or sentence.place in reading.definition_places:
        return False
    if folded.count("[", 0, mention.start) > folded.count("]", 0, mention.start):
        return False  # a blank of a template that nobody filled in
    if words.cues("not_service").first(_ASIDE.sub(" ", folded)) or words.cues("updated").first(folded[: mention.start]):
        return False
    if reading.denials.reaches(sentence, mention.start, mention.end) or reading.denials.hypothetical(sentence):
        return False
    named = words.cues("named_by").first(folded[: mention.start]) is not None
    if mention.service.category is None:
        close = words.cues("named_by").first(folded[max(0, mention.start - LISTED) : mention.start]) is not None
        listed = is_listed(reading, sentence) and _stands_out(reading, sentence, mention)
        return listed or (close and reading.mentions_cookies(sentence.view))
    return (
        named
        or any(words.cues(name).first(folded) for name in ("use", "cookie"))
        or (_stands_out(reading, sentence, mention) and (governed or is_entry(reading, sentence)))
        or (governed and _carries(reading, folded[: mention.start]))
        or _serves(reading, sentence, mention)
    )


def _serves(reading: Reading, sentence: Sentence, mention: Mention) -> bool:
    """Is something that trackers do done by a service ("we measure with X", "X helps us to analyse"), not advised?"""
    folded = sentence.view.folded
    if reading.words.cues("link_text").first(folded) or not any(purposes(reading, folded).values()):
        return False
    begins = len(folded[: mention.start].split()) <= 1
    return begins or _carries(reading, folded[: mention.start])


def _carries(reading: Reading, before: str) -> bool:
    """Does a text end in a word such as "via": is something done by way of what follows?"""
    found = reading.words.cues("by_way_of").all(before[-LISTED:])
    return bool(found) and not before[-LISTED:][found[-1].end :].strip()


def _is_other(reading: Reading, mention: Mention) -> bool:
    """Is a service somebody else than the vendor?"""
    return fold(mention.service.name).replace(" ", "") not in reading.owners


def _stands_out(reading: Reading, sentence: Sentence, mention: Mention) -> bool:
    """Does a sentence begin with a service, or list it after a label or in parentheses? Not as a link to advice."""
    if reading.words.cues("link_text").first(sentence.view.folded):
        return False
    before = sentence.view.text[: mention.start]
    return len(before.split()) <= NEAR_START or any(mark in before[-LISTED:] for mark in ":(,/")


# ------------------------------------------------------------------------------------------- tables


def _in_tables(reading: Reading, categories: Categories, scopes: Scopes) -> Iterator[DeclaredService]:
    """Services that tables list by name, and services that the descriptions of a cookie table name."""
    for place, grid in reading.grids:
        governing = categories.governing.get(place)
        if is_service_table(reading, grid):
            yield from _listed(reading, scopes, place, grid, governing)
        elif not grid.has("provider"):
            yield from _described(reading, scopes, place, grid, governing)
            yield from _titled(reading, scopes, place, grid, governing)


def is_service_table(reading: Reading, grid: Grid) -> bool:
    """Does the heading of the name column speak of services or tools rather than of cookies?"""
    view = grid.heading_of("name") or grid.heading_of("provider")
    if view is None or (grid.has("duration") and grid.has("name")):
        return False
    return reading.words.cues("service_heading").first(view.folded) is not None


def _listed(
    reading: Reading, scopes: Scopes, place: int, grid: Grid, governing: DeclaredCategory | None
) -> Iterator[DeclaredService]:
    for row in grid.records():
        cell = row.cells.get("name") or row.cells.get("provider")
        if cell is None or not cell.text or len(cell.text) > MAX_SERVICE_NAME:
            continue
        category, label = row_category(reading, row, governing)
        if label is None or (governing is not None and label == governing.label):
            cells = (row.cells.get("purpose"), *row.others)
            texts = sorted((view for view in cells if view is not None), key=lambda view: len(view.text))
            told = next((found for view in texts if (found := sentence_purpose(reading, view.folded[:MAX_ROW]))), None)
            category, label = (told, None) if told else (category, label)
        for name, aliases, domains in _names(cell):
            yield DeclaredService(
                name=name,
                aliases=aliases,
                domains=domains,
                category=category,
                category_label=label,
                scope_ids=governing.scope_ids if governing else scopes.at(place),
                party=_party(reading, row.cells.get("provider")),
                role="list",
                evidence=(cell.quote() if row.view.end - row.view.start > MAX_ROW else row.view.quote(),),
                confidence=0.9,
            )


def _names(cell: View) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """(name, aliases, domains) of the services that a cell names: the known ones, else its words as they stand."""
    mentions = find_services(cell)
    known = [mention for mention in mentions if not _general(mention, mentions)]
    bare = _PARENTHESES.sub("", cell.text).strip()
    if known and sum(len(mention.words) for mention in known) * 2 >= len(bare):
        for mention in known:
            yield mention.service.name, _aliases(mention), mention.service.domains
    else:
        yield bare or cell.text, (), ()


def _party(reading: Reading, provider: View | None) -> DeclaredParty:
    own = {brand(host) for scope in own_hosts(reading)[:1] for host in (scope.host,)}
    return DeclaredParty.FIRST if provider is not None and fold(provider.text) in own else DeclaredParty.THIRD


def row_category(reading: Reading, row: Row, governing: DeclaredCategory | None) -> tuple[Category | None, str | None]:
    """The category of a table row and the words for it: its own cell, a word in capitals, or what governs the table."""
    cell = row.cells.get("category")
    label = reading.labels.read(cell.folded) if cell and cell.text else None
    if cell and label:
        return label.category, cell.text
    if named := capitals_category(reading, row.cells.get("purpose")):
        return named
    return (governing.canonical, governing.label) if governing else (None, None)


def capitals_category(reading: Reading, purpose: View | None) -> tuple[Category, str] | None:
    """The category that a description begins with in capitals ("SECURITY Protects ..."), and that word."""
    match = _CAPITALS.match(purpose.text) if purpose else None
    if purpose is None or match is None:
        return None
    label = reading.labels.read(purpose.folded[: match.end(1)])
    return (label.category, match[1].strip()) if label and not label.residue else None


def _described(
    reading: Reading, scopes: Scopes, place: int, grid: Grid, governing: DeclaredCategory | None
) -> Iterator[DeclaredService]:
    for row in grid.records():
        for cell, mention in _row_mentions(row):
            if not _is_other(reading, mention):
                continue
            category, label = row_category(reading, row, governing)
            told = category or sentence_purpose(reading, cell.folded)
            usual = mention.service.category if mention.service.category in USUAL else None
            scope_ids = governing.scope_ids if governing else scopes.at(place)
            yield _example(mention, told or usual, label, scope_ids, cell, 0.7)


def _titled(
    reading: Reading, scopes: Scopes, place: int, grid: Grid, governing: DeclaredCategory | None
) -> Iterator[DeclaredService]:
    """The services that are the heading of a table of cookies ("Matomo and Hotjar")."""
    labels = {row_category(reading, row, governing) for row in grid.records()}
    category, label = next(iter(labels)) if len(labels) == 1 else (None, None)
    for mention in services_of_heading(reading, place) if grid.has("name") else []:
        if _is_other(reading, mention):
            told = category or mention.service.category
            scope_ids = governing.scope_ids if governing else scopes.at(place)
            yield _example(mention, told, label, scope_ids, reading.headings(place)[0].view, 0.8)


def _row_mentions(row: Row) -> Iterator[tuple[View, Mention]]:
    """The services that a row of a cookie table names in its description, or instead of the name of a cookie."""
    for role in ("name", "purpose"):
        cell = row.cells.get(role)
        mentions = find_services(cell) if cell else []
        for mention in mentions:
            whole = role == "purpose" or fold(mention.words) == cell.folded.strip() if cell else False
            if cell and whole and mention.service.category is not None and not _general(mention, mentions):
                yield cell, mention


def _heading_purpose(reading: Reading, place: int) -> Category | None:
    for heading in reading.headings(place):
        if label := reading.labels.read(heading.view.folded):
            return label.category
    return None
