"""The pages: each reads its rows in one go and renders one template."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from auditor.model import StoreError
from db import health
from db.artifacts import Artifacts
from db.site import evidence, exports, framework, metrics, queries, text, vendors
from db.site.charts import timeline_chart, trend_chart
from db.site.decisions import CHOICES, may_decide
from db.site.framework import Datasette, NotFound, Request, Response
from db.site.matrix import matrix

ASKS: dict[str, str] = json.loads((Path(__file__).parent / "asks.json").read_text("utf-8"))
AROUND = 60
"""Characters that stand around a quote in a table."""
PICTURES = frozenset({"image/png", "image/jpeg", "image/webp"})
_TABLES = ("mismatches", "declared_vs_observed", "visit_coverage", "undecided_rules", "cookie_sightings")


def render(datasette: Datasette, request: Request, template: str, **context: object) -> Response:
    """A page of the site from a template."""
    tables = {name: framework.table_url(datasette, name) for name in _TABLES}
    return framework.render(datasette, request, template, {"tables": tables, **context})


async def dashboard(datasette: Datasette, request: Request) -> Response:
    """The front page."""
    page = await framework.read(datasette, queries.dashboard)
    return render(datasette, request, "audit_dashboard.html", page=page, chart=trend_chart(page["trend"]))


async def vendor(datasette: Datasette, request: Request) -> Response:
    """A vendor's page."""
    page = await framework.read(datasette, vendors.vendor, request.url_vars["vendor"])
    if page is None:
        raise NotFound("There is no such vendor.")
    _quote_in_place(datasette, page)
    items = framework.table_url(datasette, "items")
    for site in page["sites"]:
        site["matrix"] = matrix(site, items=items, run=page["last_run_id"], vendor=page["id"])
    return render(
        datasette,
        request,
        "audit_vendor.html",
        page=page,
        item_limit=vendors.ITEM_LIMIT,
        timeline=timeline_chart(page["timeline"]),
    )


def _quote_in_place(datasette: Datasette, page: queries.Row) -> None:
    """Gives the vendor's items the words around their quotes, where the policy's text is still there."""
    kept = _artifacts(datasette)
    contents = {}
    for reading in page["readings"]:
        try:
            contents[reading["sha256"]] = kept.read(reading["text_sha256"]).decode("utf-8", "surrogatepass")
        except StoreError:
            continue
    for item in page["items"]:
        if item["quote"] is not None:
            content = contents.get(item["quote_sha256"], "")
            place = (item["quote_start"], item["quote_end"])
            item["context"] = text.in_context(content, item["quote"], *place, around=AROUND)


async def finding(datasette: Datasette, request: Request) -> Response:
    """A finding's page."""
    page = await framework.read(datasette, evidence.finding, request.url_vars["fingerprint"])
    if page is None:
        raise NotFound("There is no such finding.")
    quoted = None if page["quote"] is None else _in_context(datasette, page)
    ask = ASKS.get(page["rule_id"], "Explain this, or change it.")
    decides = may_decide(request.actor)
    return render(
        datasette, request, "audit_finding.html", page=page, quoted=quoted, ask=ask, decides=decides, choices=CHOICES
    )


def _in_context(datasette: Datasette, page: queries.Row) -> text.Context:
    """The quote within its policy's text; alone where the text is missing or was changed."""
    try:
        content = _artifacts(datasette).read(page["text_sha256"] or "").decode("utf-8", "surrogatepass")
    except StoreError:
        content = ""
    return text.in_context(content, page["quote"], page["quote_start"], page["quote_end"])


async def rules(datasette: Datasette, request: Request) -> Response:
    """The catalogue of rules."""
    return render(
        datasette, request, "audit_rules.html", rules=await framework.read(datasette, queries.rules), asks=ASKS
    )


async def healthz(datasette: Datasette) -> Response:
    """200 when every vendor was looked at lately, else 503 with the reasons."""
    reasons = await framework.read(datasette, health.reasons, datetime.now(UTC))
    body = {"status": "unhealthy" if reasons else "ok", "reasons": reasons}
    return framework.json(body, status=503 if reasons else 200, headers={"cache-control": "no-store"})


async def monitoring(datasette: Datasette, request: Request) -> Response:  # noqa: ARG001 - as every page
    """Numbers for Prometheus."""
    document = await framework.read(datasette, metrics.metrics, datetime.now(UTC))
    return framework.content(document.encode(), kind=metrics.CONTENT_TYPE, headers={"cache-control": "no-store"})


BADGES = {
    "critical": "#8f1d2c",
    "high": "#a3410c",
    "medium": "#775400",
    "low": "#2d5f8a",
    "info": "#566166",
    "none": "#1f6b3a",
    "unknown": "#566166",
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def feed(datasette: Datasette, request: Request) -> Response:
    """New and returned findings as an Atom feed (RFC 4287)."""
    rows = await framework.read(datasette, exports.news)
    base = f"{request.scheme}://{request.host}{framework.site_url(datasette, '/')}".rstrip("/")
    updated = rows[0]["at"] if rows else datetime(1970, 1, 1, tzinfo=UTC).isoformat()
    document = framework.rendered(datasette, "feed.xml", {"rows": rows, "base": base, "updated": updated})
    return framework.content(document.encode(), kind="application/atom+xml; charset=utf-8", headers={})


async def badge(datasette: Datasette, request: Request) -> Response:
    """A vendor's state as a small SVG to put elsewhere."""
    found = await framework.read(datasette, exports.badge, request.url_vars["vendor"])
    if found is None:
        raise NotFound("There is no such vendor.")
    shape = {**found, "width": 112 + 7 * len(found["words"]), "colour": BADGES[found["severity"]]}
    svg = framework.rendered(datasette, "badge.xml", shape)
    headers = {"cross-origin-resource-policy": "cross-origin", "cache-control": "no-cache"}
    return framework.content(svg.encode(), kind="image/svg+xml", headers=headers)


async def workbook(datasette: Datasette, request: Request) -> Response:
    """A vendor's findings and items as XLSX."""
    vendor_id = request.url_vars["vendor"]
    found = await framework.read(datasette, exports.workbook, vendor_id)
    if found is None:
        raise NotFound("There is no such vendor.")
    headers = {"content-disposition": f'attachment; filename="{vendor_id}.xlsx"'}
    return framework.content(found, kind=XLSX, headers=headers)


def _artifacts(datasette: Datasette) -> Artifacts:
    return Artifacts(Path(framework.database_path(datasette)))


async def artifact(datasette: Datasette, request: Request) -> Response:
    """The bytes of an artifact, hashed again: pictures as themselves, everything else as a download."""
    sha256 = request.url_vars["sha256"]
    known = await framework.read(datasette, queries.artifact, sha256)
    if known is None:
        raise NotFound("There is no such artifact.")
    try:
        content = _artifacts(datasette).read(sha256)
    except StoreError as error:
        return framework.plain(str(error), status=410)
    picture = known["mime"] in PICTURES
    headers = {
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "public, max-age=31536000, immutable",
    }
    if not picture:
        headers["content-disposition"] = f'attachment; filename="{sha256[:16]}.bin"'
    kind = known["mime"] if picture else "application/octet-stream"
    return framework.content(content, kind=kind, headers=headers)
