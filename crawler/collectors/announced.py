"""What the browser says of a request when it announces it (CDP ``Network.requestWillBeSent``)."""

from __future__ import annotations

from typing import Any


def kind(event: dict[str, Any], headers: dict[str, str]) -> str:
    """The resource type; what a page may not read itself (preflights) the browser files under Other."""
    if event.get("initiator", {}).get("type") == "preflight":
        return "Preflight"
    reports = headers.get("content-type", "").startswith("application/csp-report")
    return "CSPViolationReport" if reports else str(event.get("type", "Other"))


def deferred(event: dict[str, Any]) -> bool:
    """Whether ``fetchLater`` made a request: the browser sends it by itself, as a load of its own."""
    return event.get("type") == "Fetch" and event["requestId"] == event.get("loaderId")


def is_its_own_document(event: dict[str, Any]) -> bool:
    """Whether a request is filed under itself: scripts of workers, documents in advance."""
    return event.get("type") == "Prefetch" or not event.get("loaderId")


def asked_for(event: dict[str, Any]) -> str | None:
    """The id of the request that a preflight is made for."""
    initiator = event.get("initiator", {})
    return str(initiator.get("requestId")) if initiator.get("type") == "preflight" else None
