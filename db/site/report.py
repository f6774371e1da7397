"""A vendor's report as one HTML file that stands alone: no script, no address that is loaded, pictures inside."""

from __future__ import annotations

import base64
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import jinja2
from markupsafe import Markup

from auditor.model import StoreError
from db.artifacts import Artifacts
from db.connection import check_readable
from db.site import evidence, queries, text, vendors
from db.site.charts import trend_chart
from db.site.matrix import matrix
from db.site.pages import ASKS, PICTURES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from db.site.queries import Row

FINDING_LIMIT = 500
_FOLDER = Path(__file__).parent


class Report(NamedTuple):
    """The report, and the digests with media types of the artifacts that it shows or quotes."""

    html: str
    artifacts: dict[str, str]


def vendor_report(path: Path, vendor: str) -> Report:
    """The report of a vendor's open findings with both sides of each. StoreError for an unknown vendor."""
    check_readable(path)
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        page = vendors.vendor(connection, vendor)
        if page is None:
            message = f'there is no vendor "{text.visible(vendor)[:100]}" in {path}'
            raise StoreError(message)
        listed = [row["fingerprint"] for group in page["open"] for row in group["rows"]][:FINDING_LIMIT]
        findings = [found for each in listed if (found := evidence.finding(connection, each)) is not None]
        shown = _artifacts(connection, page, findings)
    kept = Artifacts(path)
    for site in page["sites"]:
        site["matrix"] = matrix(site, items="", run=page["last_run_id"], vendor=vendor)
    for finding in findings:
        finding["quoted"] = _quoted(kept, finding)
    context = {
        "page": page,
        "findings": findings,
        "asks": ASKS,
        "chart": trend_chart(page["history"][::-1]),
        "made": datetime.now(UTC).isoformat(),
        "style": Markup((_FOLDER / "static" / "site.css").read_text("utf-8")),  # noqa: S704 - our own file
        "picture": lambda digest: _picture(kept, digest, shown.get(digest, "")),
        "unfolded": True,
    }
    return Report(_environment().get_template("report.html").render(context), shown)


def _environment() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(_FOLDER / "templates")
    environment = jinja2.Environment(loader=loader, autoescape=True, finalize=text.finalized)
    environment.filters.update(text.FILTERS)
    return environment


def _artifacts(connection: sqlite3.Connection, page: Row, findings: Iterable[Row]) -> dict[str, str]:
    """Digests and media types of the pictures and policies that the report rests on."""
    shots = [shot for site in page["sites"] for visit in site["visits"] for shot in visit["screenshots"]]
    shots += [shot for finding in findings for shot in finding["screenshots"]]
    digests = {shot["sha256"] for shot in shots}
    digests |= {reading[name] for reading in page["readings"] for name in ("sha256", "text_sha256")}
    found = {digest: queries.artifact(connection, digest) for digest in sorted(digests)}
    return {digest: str(row["mime"]) for digest, row in found.items() if row is not None}


def _quoted(kept: Artifacts, finding: Row) -> text.Context | None:
    if finding["quote"] is None:
        return None
    try:
        content = kept.read(finding["text_sha256"] or "").decode("utf-8", "surrogatepass")
    except StoreError:
        content = ""
    return text.in_context(content, finding["quote"], finding["quote_start"], finding["quote_end"])


def _picture(kept: Artifacts, digest: str, mime: str) -> str | None:
    """A picture as a ``data:`` address, None where it is gone, was changed, or is no picture."""
    if mime not in PICTURES:
        return None
    try:
        return f"data:{mime};base64,{base64.b64encode(kept.read(digest)).decode('ascii')}"
    except StoreError:
        return None
