"""Runs, vendors, visits and policies as rows, and what a consent platform declares as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.model import (
    BrowserFacts,
    CmpDeclaration,
    Coverage,
    Outcome,
    PolicyDocument,
    PolicySource,
    Run,
    RunStatus,
    Scenario,
    Site,
    Vendor,
    Visit,
)
from db.codec import (
    Row,
    dump,
    load,
    optional_integer,
    optional_text,
    optional_time_from,
    texts,
    texts_from,
    time_from_text,
    time_to_text,
)
from db.declared import cookie_from_json, cookie_to_json, service_from_json, service_to_json
from db.reduction import clean, integer, reduce_url, storable
from db.rows import choice_from_row, choice_to_row, optional_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.model import Banner


def browser_to_row(browser: BrowserFacts) -> Row:
    """Row of ``browsers``; an unknown user agent is the empty text there, so that the row can be unique."""
    return {
        "name": clean(browser.name),
        "version": clean(browser.version),
        "headless": int(browser.headless),
        "third_party_cookies": clean(browser.third_party_cookies),
        "user_agent": clean(browser.user_agent or ""),
        "flags": texts(browser.flags),
    }


def browser_from_row(row: Row) -> BrowserFacts:
    """The browser of a row of ``browsers``."""
    return BrowserFacts(
        name=row["name"],
        version=row["version"],
        headless=bool(row["headless"]),
        third_party_cookies=row["third_party_cookies"],
        user_agent=row["user_agent"] or None,
        flags=texts_from(row["flags"]),
    )


def vendor_to_json(vendor: Vendor) -> str:
    """A vendor's configuration as JSON text: what an audit of an old run must see again unchanged."""
    return dump(
        {
            "id": vendor.id,
            "name": vendor.name,
            "owner": vendor.owner,
            "cadence": vendor.cadence,
            "jurisdictions": vendor.jurisdictions,
            "sites": [{"url": site.url, "scope": site.scope, "pages": site.pages} for site in vendor.sites],
            "policies": [{"url": source.url, "file": source.file} for source in vendor.policies],
        }
    )


def vendor_from_json(text: str) -> Vendor:
    """The vendor of `vendor_to_json`."""
    found = load(text)
    return Vendor(
        id=found["id"],
        name=found["name"],
        owner=found["owner"],
        cadence=found["cadence"],
        jurisdictions=tuple(found["jurisdictions"]),
        sites=tuple(Site(url=site["url"], scope=site["scope"], pages=tuple(site["pages"])) for site in found["sites"]),
        policies=tuple(PolicySource(url=source["url"], file=source["file"]) for source in found["policies"]),
    )


def settings_to_json(settings: Mapping[str, Any]) -> str:
    """The settings of a run as JSON text."""
    return dump(dict(settings))


def run_from_row(row: Row, browser: BrowserFacts | None) -> Run:
    """The run of a row of ``runs``."""
    return Run(
        id=row["id"],
        started_at=time_from_text(row["started_at"]),
        finished_at=optional_time_from(row["finished_at"]),
        status=RunStatus(row["status"]),
        tool_version=row["tool_version"],
        browser=browser,
        settings=load(row["settings"]),
        planned=row["planned"],
        stored=row["stored"],
        knowledge=load(row["knowledge"]),
        resumed=row["resumed"],
    )


def cmp_to_json(declared: CmpDeclaration) -> str:
    """What a consent platform declares, as JSON text."""
    return dump(
        {
            "cmp": clean(declared.cmp),
            "cookies": [cookie_to_json(cookie) for cookie in declared.cookies],
            "services": [service_to_json(service) for service in declared.services],
        }
    )


def cmp_from_json(text: str) -> CmpDeclaration:
    """The declaration of `cmp_to_json`."""
    found = load(text)
    return CmpDeclaration(
        cmp=found["cmp"],
        cookies=tuple(cookie_from_json(cookie) for cookie in found["cookies"]),
        services=tuple(service_from_json(service) for service in found["services"]),
    )


def visit_to_row(visit: Visit) -> Row:
    """Row of ``visits`` without run, site and browser; what was observed has rows of its own."""
    own = visit.requested_url == visit.site
    return {
        "scenario": visit.scenario.value,
        "repetition": integer(visit.repetition),
        "attempt": integer(visit.attempt),
        "requested_url": clean(visit.requested_url) if own else reduce_url(visit.requested_url),
        "final_url": optional_url(visit.final_url),
        "outcome": visit.outcome.value,
        "failure": optional_text(visit.failure),
        "title": optional_text(visit.title),
        "http_status": optional_integer(visit.http_status),
        "started_at": time_to_text(visit.started_at),
        "duration_ms": integer(visit.duration_ms),
        "pages": texts(reduce_url(page) for page in visit.pages),
        "declared_by_cmp": None if visit.declared_by_cmp is None else cmp_to_json(visit.declared_by_cmp),
        "collectors": dump({clean(name): clean(state) for name, state in visit.coverage.collectors.items()}),
        "not_observable": texts(visit.coverage.not_observable),
        **choice_to_row(visit.choice),
    }


def visit_from_row(row: Row, parts: Mapping[str, tuple[Any, ...]], banner: Banner | None) -> Visit:
    """The visit of a row of ``visits`` (with ``vendor`` and ``site``); ``parts`` are its observations by field name."""
    cmp = row["declared_by_cmp"]
    return Visit(
        id=row["id"],
        vendor=row["vendor"],
        site=row["site"],
        scenario=Scenario(row["scenario"]),
        repetition=row["repetition"],
        attempt=row["attempt"],
        requested_url=row["requested_url"],
        final_url=row["final_url"],
        outcome=Outcome(row["outcome"]),
        failure=row["failure"],
        title=row["title"],
        http_status=row["http_status"],
        started_at=time_from_text(row["started_at"]),
        duration_ms=row["duration_ms"],
        browser=row["browser"],
        pages=texts_from(row["pages"]),
        banner=banner,
        choice=choice_from_row(row),
        declared_by_cmp=None if cmp is None else cmp_from_json(cmp),
        coverage=Coverage(collectors=load(row["collectors"]), not_observable=texts_from(row["not_observable"])),
        **parts,
    )


def policy_to_row(document: PolicyDocument) -> Row:
    """Row of ``policies`` without run and content. Addresses stay whole: a policy must be citable."""
    return {
        "vendor_id": document.vendor,
        "source": None if document.source is None else storable(document.source),
        "url": None if document.url is None else storable(document.url),
        "found_by": clean(document.found_by),
        "fetched_at": time_to_text(document.fetched_at),
        "outcome": document.outcome.value,
        "failure": optional_text(document.failure),
        "problem": optional_text(document.problem),
        "http_status": optional_integer(document.http_status),
        "content_type": optional_text(document.content_type),
        "digest": optional_text(document.sha256),
        "tried": texts(document.tried),
    }


def policy_from_row(row: Row, content: bytes | None) -> PolicyDocument:
    """The policy of a row of ``policies`` with the bytes of its artifact."""
    return PolicyDocument(
        vendor=row["vendor_id"],
        source=row["source"],
        url=row["url"],
        found_by=row["found_by"],
        fetched_at=time_from_text(row["fetched_at"]),
        outcome=Outcome(row["outcome"]),
        failure=row["failure"],
        problem=row["problem"],
        http_status=row["http_status"],
        content_type=row["content_type"],
        content=content,
        sha256=row["digest"],
        tried=texts_from(row["tried"]),
    )
