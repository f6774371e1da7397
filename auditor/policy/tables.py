"""Tables: what each column holds, told from its heading and from its cells together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.policy.cells import looks_like_cookie, split_names
from auditor.policy.durations import header_unit, read_duration
from auditor.policy.hosts import is_host
from auditor.policy.service_names import is_service_name, without_services
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.blocks import Cell, Table
    from auditor.policy.context import Reading
    from auditor.policy.labels import Label
    from auditor.policy.view import View

ROLES = ("name", "duration", "party", "category", "host", "provider", "purpose", "storage", "link")
STORAGES = ("local_storage", "session_storage", "pixel")
HEADING_WEIGHT = 2.0
VALUE_WEIGHT = 2.5
PROVIDER_WEIGHT = 1.9  # less than a heading: tables of services name services in every column
OWN_PROVIDER = 0.6  # "own" in a column of providers names one
SAMPLE_ROWS = 40
PAIR = 2
MIN_ROLES = 3
_BESIDE = re.compile(r"\s*[/&]\s*\w|\s+(?:or|and|oder|und|ou|et|of|en|o|y|e|eller|och|og|tai|ja|lub|i|nebo|a)\s")
"""What joins a word for cookies and another word for what a column names ("Cookie / tag", "Cookie or pixel")."""
_TOKEN = re.compile(r"[\w.\-*#:/%$<>{}\[\]()~+=@!|&?]{1,120}")


@dataclass(frozen=True)
class Column:
    """What a column holds, and the unit of bare numbers in it (seconds), if its heading gives one."""

    role: str
    unit: int | None = None


@dataclass(frozen=True)
class Row:
    """One record of a table: cells by role, cells without one, and the row as printed."""

    cells: dict[str, View]
    view: View
    others: tuple[View, ...] = ()


@dataclass(frozen=True)
class Grid:
    """A table understood: its columns by index and its records; ``title`` views are rows of one cell."""

    columns: dict[int, Column]
    rows: tuple[Row | View, ...]
    heading: tuple[View, ...]

    def records(self) -> Iterator[Row]:
        """The rows that are records, titles left out."""
        return (row for row in self.rows if isinstance(row, Row))

    def titles(self) -> Iterator[View]:
        """The rows of one cell: titles of the records below them."""
        return (row for row in self.rows if not isinstance(row, Row))

    def has(self, role: str) -> bool:
        """Is there a column of a role?"""
        return any(column.role == role for column in self.columns.values())

    def heading_of(self, role: str) -> View | None:
        """The heading of the column of a role."""
        found = (self.heading[x] for x, column in self.columns.items() if column.role == role and x < len(self.heading))
        return next(found, None)

    def unit(self, role: str) -> int | None:
        """The unit that the heading of a column gives."""
        return next((column.unit for column in self.columns.values() if column.role == role), None)


def read_grid(reading: Reading, table: Table) -> Grid:
    """The columns and records of a table; a table of name-value rows is one record."""
    if upright := _upright(reading, table):
        return upright
    header = _header_row(reading, table)
    body = table.rows[header + 1 :]
    heading = tuple(cell.view for cell in table.rows[header]) if header >= 0 else ()
    columns = _columns(reading, heading, body) or _named_by_title(reading, body)
    rows: list[Row | View] = [title for row in table.rows[: max(0, header)] if (title := _title(row)) is not None]
    for cells, view in zip(body, table.views[header + 1 :], strict=True):
        title = _title(cells)
        if title is not None and len(cells) > 1:
            rows.append(title)
        elif not _repeats(cells, heading):
            others = tuple(cell.view for x, cell in enumerate(cells) if x not in columns and cell.view.text)
            rows.append(Row({column.role: cells[x].view for x, column in columns.items()}, view, others))
    return Grid(columns, tuple(rows), heading)


def _named_by_title(reading: Reading, body: tuple[tuple[Cell, ...], ...]) -> dict[int, Column]:
    """The columns of a table of two under a title row about cookies: names without spaces, and what they are for."""
    titles = [title for row in body if (title := _title(row)) is not None]
    if not body or len(body[0]) != PAIR or not any(reading.mentions_cookies(title) for title in titles):
        return {}
    cells = [row[0].view for row in body if _title(row) is None]
    names = [piece.text for view in cells for piece in split_names(view)]
    plain = sum(bool(_TOKEN.fullmatch(name)) for name in names)
    return {0: Column("name"), 1: Column("purpose")} if names and plain == len(names) else {}


def _title(cells: tuple[Cell, ...]) -> View | None:
    """The text of a row that holds one cell only (or one that spans all)."""
    texts = {cell.view.start: cell.view for cell in cells if cell.view.text}
    return next(iter(texts.values())) if len(texts) == 1 and (cells[0].view.text) else None


def _repeats(cells: tuple[Cell, ...], heading: tuple[View, ...]) -> bool:
    return bool(heading) and [fold(c.view.text) for c in cells] == [fold(view.text) for view in heading]


def _header_row(reading: Reading, table: Table) -> int:
    """The index of the heading row; -1 where there is none."""
    for y, row in enumerate(table.rows[:3]):
        texts = [cell for cell in row if cell.view.text]
        named = sum(heading_role(reading, cell.view) is not None for cell in texts)
        if texts and (all(cell.header for cell in texts) and len(texts) > 1):
            return y
        if named >= 2 and named * 2 >= len(texts) and all(len(cell.view.text) < 60 for cell in texts):
            return y
    return -1


def heading_role(reading: Reading, view: View) -> str | None:
    """The role that a column heading names, None for an unknown one."""
    folded = view.folded.strip(" _*")  # emphasis in emphasis leaves some
    if len(folded) > 80:
        return None
    found = {role: match for role in ROLES if (match := reading.words.cues("headers", role).first(folded))}
    if "name" in found and "category" in found and found["category"].start < found["name"].start:
        return "category"  # "Type of cookie", "Art der Cookies"
    named = found.get("name")
    whole = named is not None and reading.labels.cookie.whole(folded[named.start : named.end])
    if named and len(found) > 1 and whole and not _BESIDE.match(folded, named.end):
        del found["name"]  # "Cookie duration", but not "Cookie / technology"
    return next(iter(found), None)


def is_heading(reading: Reading, folded: str) -> bool:
    """Is a text nothing but the heading of a column?"""
    return any(reading.words.cues("headers", role).whole(folded) for role in ROLES)


def _columns(reading: Reading, heading: tuple[View, ...], body: tuple[tuple[Cell, ...], ...]) -> dict[int, Column]:
    """A role for each column, each role once: best support first."""
    width = len(body[0]) if body else len(heading)
    names = _named(reading, heading, body)
    support = []
    for x in range(width):
        texts = [row[x].view for row in body[:SAMPLE_ROWS] if row[x].view.text]
        named = names[x] if x < len(names) else None
        for role in ("link",) if named == "link" else ROLES:
            values = PROVIDER_WEIGHT if role == "provider" else VALUE_WEIGHT
            weight = (HEADING_WEIGHT if role == named else 0.0) + values * _share(reading, role, texts)
            weight -= OWN_PROVIDER if (role, named) == ("party", "provider") else 0.0
            if weight >= PROVIDER_WEIGHT:
                support.append((weight, x, role))
    support.sort(key=lambda item: (-item[0], ROLES.index(item[2]), item[1]))
    columns: dict[int, Column] = {}
    for _, x, role in support:
        if x not in columns and all(column.role != role for column in columns.values()):
            unit = header_unit(heading[x].folded) if heading and role == "duration" else None
            columns[x] = Column(role, unit)
    if width == PAIR and list(columns) == [0] and columns[0].role == "name":
        columns[1] = Column("purpose")
    return columns


def _named(reading: Reading, heading: tuple[View, ...], body: tuple[tuple[Cell, ...], ...]) -> list[str | None]:
    """The roles that the headings of columns name, corrected where the cells are of another role.

    Of two columns for purposes the one of short labels is the category; a "type" of services alone is the provider.
    """
    names = [heading_role(reading, view) for view in heading]
    if names.count("category") == 1 and "provider" not in names:
        only = names.index("category")
        texts = [view for row in body[:SAMPLE_ROWS] if (view := row[only].view).text]
        if texts and _share(reading, "provider", texts) == 1 and not _share(reading, "category", texts):
            names[only] = "provider"
    if names.count("purpose") == PAIR:
        first = names.index("purpose")
        if _share(reading, "category", [row[first].view for row in body[:SAMPLE_ROWS]]) * 2 >= 1:
            names[first] = "category"
    elif names.count("purpose") == 1 and "category" not in names:
        only = names.index("purpose")
        if _share(reading, "category", [row[only].view for row in body[:SAMPLE_ROWS]]) == 1:
            names[only] = "category"
    return names


def _share(reading: Reading, role: str, texts: list[View]) -> float:
    """How many of a column's filled cells look like a role, 0 to 1."""
    if not texts or role in ("purpose", "link", "storage"):
        return 0.0
    looks = {
        "name": _is_name,
        "provider": _is_provider,
        "duration": _is_duration,
        "host": _is_host,
        "party": _is_party,
        "category": _is_category,
    }
    alike: dict[str, bool] = {}
    for view in texts:
        if view.text not in alike:
            alike[view.text] = bool(looks[role](reading, view))
    return sum(alike[view.text] for view in texts) / len(texts)


def is_code(reading: Reading, view: View) -> bool:
    """Is a cell set as code?"""
    found = reading.codes(view)
    return bool(found) and found[0][0] == view.start


def _is_name(reading: Reading, view: View) -> bool:
    if is_code(reading, view):
        return True
    words = [word for piece in split_names(view) for word in piece.text.split()]
    named = bool(words) and all(looks_like_cookie(word) for word in words)
    return named and not any(reading.words.cues("answers", answer).whole(fold(words[0])) for answer in ("yes", "no"))


def _is_duration(reading: Reading, view: View) -> bool:
    first = re.split(r"[,\n]", view.text, maxsplit=1)[0]
    told = read_duration(first, language=reading.words.language) if len(first) < 60 else None
    return told is not None and told.kind not in ("unknown", "not_stated")


def _is_host(_: Reading, view: View) -> bool:
    return (
        is_host(view.text.split()[0].strip(".*").removeprefix("https://").strip("/,")) if view.text.split() else False
    )


def _is_provider(_: Reading, view: View) -> bool:
    return is_service_name(view)


def _is_party(reading: Reading, view: View) -> bool:
    return len(view.text) < 40 and cell_party(reading, view) is not None


def cell_party(reading: Reading, view: View) -> str | None:
    """``first`` or ``third`` as a cell says it, else None."""
    for party in ("third", "first"):
        if reading.words.cues("party_cell", party).first(view.folded):
            return party
    return None


def _is_category(reading: Reading, view: View) -> bool:
    if len(view.text) > 60:
        return False
    label = category_label(reading, view)
    return label is not None and label.residue == 0


def storage_of(reading: Reading, view: View) -> str | None:
    """The way of storing that a text names, None where it names none; "Facebook Pixel" in a sentence is a service."""
    folded = view.folded if is_service_name(view) else without_services(view)
    return next((kind for kind in STORAGES if reading.words.cues("storage_cell", kind).first(folded)), None)


def category_label(reading: Reading, view: View) -> Label | None:
    """The category that a table's cell names. Ways of storing name none: "tracking pixel" beside "HTTP cookie"."""
    if any(reading.words.cues("storage_cell", kind).whole(view.folded) for kind in STORAGES):
        return None
    return reading.labels.read(view.folded)


def _upright(reading: Reading, table: Table) -> Grid | None:
    """A two-column table of "Name | _ga", "Provider | Google" rows: one record, or one after the other.

    Where two rows are for a name ("Name | Google Analytics", "Cookie name | _ga") the one about cookies is it.
    """
    if len(table.rows[0]) != PAIR:
        return None
    roles = [heading_role(reading, row[0].view) for row in table.rows]
    known = [role for role in roles if role]
    if len(known) < MIN_ROLES or len(set(known)) < MIN_ROLES or len(known) * 2 <= len(roles):
        return None
    records = list(_records(reading, table, roles))
    if len(records) > 1 and any("name" not in cells for cells, _ in records):
        return None
    columns = {x: Column(role) for x, role in enumerate(records[0][1])}
    rows = tuple(Row(cells, table.views[0]) for cells, _ in records)
    return Grid(columns, rows, tuple(records[0][1].values()))


def _records(
    reading: Reading, table: Table, roles: list[str | None]
) -> Iterator[tuple[dict[str, View], dict[str, View]]]:
    """The cells and the labels, by role, of each record of an upright table: its first role begins the next one."""
    cells: dict[str, View] = {}
    labels: dict[str, View] = {}
    first = next(role for role in roles if role)
    for role, row in zip(roles, table.rows, strict=True):
        label, value = row[0].view, row[1].view
        if role is None or not value.text:
            continue
        better = (
            role == "name" and reading.mentions_cookies(label) and not reading.mentions_cookies(labels.get(role, label))
        )
        if role == first and role in cells and not better and len(cells) >= MIN_ROLES:
            yield cells, labels
            cells, labels = {}, {}
        if role not in cells or better:
            cells[role], labels[role] = value, label
    yield cells, labels
