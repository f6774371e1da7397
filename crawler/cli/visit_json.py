"""The observation record ``consent-audit/visit/1``: a visit with what its items are, key by key as in the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.model import DisclosureLevel, DocumentFacts, Party, PolicyDeclaration, SetBy
from auditor.policy.serialise import declaration_to_json
from crawler.cli.banner_json import banner_to_json
from crawler.cli.redaction import Redactor

if TYPE_CHECKING:
    from auditor.classify import Classifier
    from auditor.model import (
        ApiCall,
        BrowserFacts,
        Choice,
        Classification,
        CmpDeclaration,
        ConsentSignal,
        Cookie,
        Request,
        StorageItem,
        Visit,
    )

SCHEMA = "consent-audit/visit/1"


def visit_to_json(visit: Visit, classifier: Classifier, *, raw: bool = False) -> dict[str, Any]:
    """The observation record of a visit.

    Args:
        visit: played with raw values kept, so that URLs can be freed of them.
        classifier: says what cookies, storage entries and requests are.
        raw: print the values themselves, and URLs as they were.
    """
    return _Record(visit, classifier, raw=raw).document()


class _Record:
    """One record while it is written."""

    def __init__(self, visit: Visit, classifier: Classifier, *, raw: bool) -> None:
        self._visit = visit
        self._classifier = classifier
        self._raw = raw
        self._site = visit.final_url or visit.requested_url
        self._redactor = Redactor(visit)
        self._aliases = {alias.host: alias.chain for alias in visit.aliases}

    def document(self) -> dict[str, Any]:
        visit = self._visit
        return {
            "schema": SCHEMA,
            "url": visit.requested_url,
            "final_url": self._optional_url(visit.final_url),
            "scenario": visit.scenario.value,
            "outcome": visit.outcome.value,
            "failure": visit.failure,
            "title": visit.title,
            "http_status": visit.http_status,
            "started_at": visit.started_at.isoformat(),
            "duration_ms": visit.duration_ms,
            "browser": _browser(visit.browser),
            "pages": [self._url(page) for page in visit.pages],
            "banner": banner_to_json(visit.banner),
            "choice": _choice(visit.choice),
            "consent_signals": [_signal(signal) for signal in visit.consent_signals],
            "declared_by_cmp": _declared(visit.declared_by_cmp),
            "cookies": [self._cookie(cookie) for cookie in visit.cookies],
            "storage": [self._item(item) for item in visit.storage],
            "requests": [self._request(request) for request in visit.requests],
            "api_calls": [self._call(call) for call in visit.api_calls],
            "coverage": {
                "collectors": dict(visit.coverage.collectors),
                "not_observable": list(visit.coverage.not_observable),
            },
        }

    def _url(self, url: str) -> str:
        return url if self._raw else self._redactor.url(url)

    def _optional_url(self, url: str | None) -> str | None:
        return url if self._raw else self._redactor.optional(url)

    def _cookie(self, cookie: Cookie) -> dict[str, Any]:
        known = self._classifier.cookie(
            cookie.name,
            cookie.domain,
            site=self._site,
            lifetime_seconds=cookie.lifetime_seconds,
            http_only=cookie.http_only,
            set_by=cookie.initiator if cookie.set_by is SetBy.HTTP and cookie.party is Party.THIRD else None,
        )
        return {
            "name": cookie.name,
            "domain": cookie.domain,
            "path": cookie.path,
            "host_only": cookie.host_only,
            "secure": cookie.secure,
            "http_only": cookie.http_only,
            "same_site": cookie.same_site,
            "partition_key": cookie.partition_key,
            "lifetime_seconds": cookie.lifetime_seconds,
            "expires": cookie.expires.isoformat() if cookie.expires else None,
            "party": cookie.party.value,
            "phase": cookie.phase.value,
            "event": cookie.event.value,
            "blocked_reasons": list(cookie.blocked_reasons),
            "set_by": cookie.set_by.value,
            "initiator": self._optional_url(cookie.initiator),
            "initiator_chain": [self._url(url) for url in cookie.initiator_chain],
            "at_ms": cookie.at_ms,
            "in_jar": cookie.in_jar,
            "value_length": cookie.value.length,
            "value_sha256": cookie.value.hash,
            "identifier": cookie.value.identifier,
            **_classification(known),
            **({"value": cookie.value.raw} if self._raw else {}),
        }

    def _item(self, item: StorageItem) -> dict[str, Any]:
        known = self._classifier.cookie(item.key, item.origin, site=self._site, kind=item.kind.value)
        return {
            "kind": item.kind.value,
            "origin": item.origin,
            "key": item.key,
            "party": item.party.value,
            "phase": item.phase.value,
            "initiator": self._optional_url(item.initiator),
            "value_length": item.value.length,
            "identifier": item.value.identifier,
            **_classification(known),
            **({"value": item.value.raw} if self._raw else {}),
        }

    def _request(self, request: Request) -> dict[str, Any]:
        known = self._classifier.url(
            request.url,
            site=self._site,
            resource_type=request.resource_type,
            aliases=self._aliases.get(request.host, ()),
        )
        return {
            "url": self._url(request.url),
            "host": request.host,
            "method": request.method,
            "resource_type": request.resource_type,
            "party": request.party.value,
            "phase": request.phase.value,
            "at_ms": request.at_ms,
            "initiator": self._optional_url(request.initiator),
            "initiator_chain": [self._url(url) for url in request.initiator_chain],
            "status": request.status,
            "beacon": request.beacon.value if request.beacon else None,
            "sets_cookies": list(request.sets_cookies),
            "sent_cookies": list(request.sent_cookies),
            "from_service_worker": request.from_service_worker,
            **_classification(known),
        }

    def _call(self, call: ApiCall) -> dict[str, Any]:
        return {
            "api": call.api,
            "script": self._optional_url(call.script),
            "count": call.count,
            "phase": call.phase.value,
        }


def _classification(known: Classification) -> dict[str, Any]:
    return {
        "category": known.category.value if known.category else None,
        "service": known.service,
        "confidence": known.confidence,
        "reason": known.reason,
        "source": known.source,
    }


def _browser(browser: BrowserFacts | None) -> dict[str, Any] | None:
    if browser is None:
        return None
    return {
        "name": browser.name,
        "version": browser.version,
        "headless": browser.headless,
        "third_party_cookies": browser.third_party_cookies,
    }


def _choice(choice: Choice) -> dict[str, Any]:
    return {
        "wanted": choice.wanted.value,
        "outcome": choice.outcome.value,
        "proven": choice.proven,
        "proof": list(choice.proof),
        "method": choice.method,
        "clicks": list(choice.clicks),
    }


def _signal(signal: ConsentSignal) -> dict[str, Any]:
    return {
        "kind": signal.kind,
        "phase": signal.phase.value,
        "raw": signal.raw,
        "granted": [category.value for category in signal.granted],
        "denied": [category.value for category in signal.denied],
    }


def _declared(declared: CmpDeclaration | None) -> dict[str, Any] | None:
    """What the CMP declares, its items in the shapes of policy-declaration/1."""
    if declared is None:
        return None
    nowhere = DocumentFacts(
        id=declared.cmp,
        vendor=None,
        kind="cookie_declaration",
        language="und",
        url=None,
        file=None,
        encoding="utf-8",
        sha256="",
        text_basis="raw",
        text_length=0,
    )
    shaped = declaration_to_json(
        PolicyDeclaration(
            document=nowhere,
            text="",
            last_updated=None,
            disclosure_level=DisclosureLevel.COOKIE_LIST,
            cookies=declared.cookies,
            services=declared.services,
        )
    )
    return {"cmp": declared.cmp, "cookies": shaped["cookies"], "services": shaped["services"]}
