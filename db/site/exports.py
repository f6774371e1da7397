"""Ways out of the site: a feed of new findings, a vendor's workbook, a badge."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import xlsxwriter

from db.site import queries, text
from db.site.queries import SEVERITIES, select

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from xlsxwriter.format import Format

    from db.site.queries import Row

FEED_LIMIT = 100
CELL_LIMIT = 32_000
"""Excel takes 32,767 characters in a cell."""
_SHEETS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (
        "Findings",
        ("severity", "title", "subject", "site", "phase", "fact", "category_observed", "category_declared", "service",
         "quote", "quote_url", "presence", "status", "first_seen", "last_seen", "times_seen", "rule", "fingerprint"),
        "SELECT * FROM mismatches WHERE vendor_id = :vendor ORDER BY is_open DESC, severity_rank, rule, site, subject",
    ),
    (
        "Declared and observed",
        ("site", "kind", "name", "domain", "party", "category", "service", "entity", "before_choice", "after_reject",
         "after_accept", "after_withdrawal", "lifetime_seconds", "identifier", "declared_category", "declared_as",
         "quote", "quote_url", "reason", "confidence"),
        "SELECT * FROM declared_vs_observed WHERE vendor_id = :vendor AND run_id = :run ORDER BY site, kind, name",
    ),
    (
        "Visits",
        ("site", "scenario", "outcome", "failure", "choice", "proven", "cmp", "layers", "accept_clicks",
         "reject_clicks", "pre_ticked", "wall", "started_at"),
        "SELECT * FROM visit_coverage WHERE vendor_id = :vendor AND run_id = :run ORDER BY site, id",
    ),
    (
        "Not decided",
        ("rule", "site", "subject", "reason"),
        "SELECT * FROM undecided_rules WHERE vendor_id = :vendor AND run_id = :run ORDER BY rule, site, subject",
    ),
)  # fmt: skip


def news(connection: sqlite3.Connection) -> list[Row]:
    """The last findings that were new or came back, latest first, with when that was noticed."""
    query = (
        "SELECT m.*, e.id AS event_id, e.at, e.action FROM finding_events e JOIN findings f ON f.id = e.finding_id"
        " JOIN mismatches m ON m.fingerprint = f.fingerprint WHERE e.action IN ('new', 'returned')"
        " ORDER BY e.id DESC LIMIT ?"
    )
    return select(connection, query, [FEED_LIMIT])


def workbook(connection: sqlite3.Connection, vendor: str) -> bytes | None:
    """A vendor's findings, items, visits and open questions as XLSX; None for an unknown vendor.

    Every text is written as text: nothing in it becomes a formula or a link.
    """
    head = queries.vendor_head(connection, vendor)
    if head is None:
        return None
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    for name, columns, query in _SHEETS:
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, [column.replace("_", " ") for column in columns], bold)
        _fill(sheet, columns, select(connection, query, {"vendor": vendor, "run": head["last_run_id"]}), wrapped)
        sheet.freeze_panes(1, 0)
        sheet.autofit(300)
    book.close()
    return out.getvalue()


def _fill(sheet: xlsxwriter.worksheet.Worksheet, columns: Sequence[str], rows: Iterable[Row], form: Format) -> None:
    for line, row in enumerate(rows, 1):
        for place, column in enumerate(columns):
            value = row[column]
            if isinstance(value, int | float):
                sheet.write_number(line, place, value)
            elif value is not None:
                sheet.write_string(line, place, text.visible(str(value))[:CELL_LIMIT], form)


def badge(connection: sqlite3.Connection, vendor: str) -> Row | None:
    """What a vendor's badge says: its words and the severity that colours it; None for an unknown vendor."""
    head = queries.vendor_head(connection, vendor)
    if head is None:
        return None
    worst = next((severity for severity in SEVERITIES if head[severity]), None)
    if worst is not None:
        return {"words": f"{head[worst]} {worst}", "severity": worst}
    seen = bool(head["visits_ok"])
    return {"words": "no open findings" if seen else "nothing seen", "severity": "none" if seen else "unknown"}
