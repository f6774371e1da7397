"""Cookies as scripts write them: what the hook tells of ``document.cookie`` and ``cookieStore``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.domains import host_of
from crawler.collectors.setcookie import Written, parse, whole_seconds

if TYPE_CHECKING:
    from crawler.collectors.tap import Report


def document_of(report: Report) -> str:
    """The document whose cookie is written, or what made it where it has no address of its own."""
    written = report.details[2] if report.kind == "cookie" else ""
    for url in (written, report.url):
        if url.startswith(("http:", "https:")):
            return url
    return f"{report.origin}/"


def from_report(report: Report, url: str) -> Written | None:
    """The cookie that a script asked for in the document ``url``; ``None`` if it is none."""
    first, second, third, _ = report.details
    if report.kind == "cookie":
        return parse(first, url, report.at_ms)
    host = host_of(url)
    if host is None:
        return None
    domain, path, expires, same_site, partitioned = (third.split("\n") + [""] * 5)[:5]
    path = path or "/"
    deletes = report.kind == "storedelete"
    # Chromium strips names and values, and ends a path with a slash.
    return Written(
        name=first.strip(" \t"),
        value="" if deletes else second.strip(" \t"),
        domain=domain.lstrip(".").lower() or host,
        path=path if path.endswith("/") else f"{path}/",
        host_only=not domain,
        secure=True,
        http_only=False,
        same_site=same_site.capitalize() or None,
        partitioned=partitioned == "1",
        lifetime_s=0 if deletes else _store_lifetime(expires, report.at_ms),
    )


def _store_lifetime(expires: str, at_ms: float) -> int | None:
    """``cookieStore`` takes the moment in milliseconds since 1970."""
    try:
        return whole_seconds((float(expires) - at_ms) / 1000)
    except (ValueError, OverflowError):
        return None
