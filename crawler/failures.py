"""Why a navigation failed, in the contract's words.

Chromium's error names are those of ``net/base/net_error_list.h``. Behind the guard most of them only say that the
proxy gave no connection: then the guard's verdict tells why.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.domains import host_of
from auditor.model import Outcome, VisitError
from crawler.addresses import Reason
from crawler.walls import BLOCKING_STATUS

if TYPE_CHECKING:
    from crawler.network import AddressGuard

_ERROR = re.compile(r"net::ERR_([A-Z0-9_]+)")
_UNREACHABLE = re.compile(
    r"SOCKS_|PROXY_|TUNNEL_|NAME_|DNS_|CONNECTION_|ADDRESS_|INTERNET_|NETWORK_|CERT_|SSL_|EMPTY_RESPONSE|HTTP2_|QUIC_|"
    r"INVALID_HTTP_RESPONSE|RESPONSE_HEADERS_|INCOMPLETE_|CONTENT_LENGTH_MISMATCH|TIMED_OUT"
)


def failed_navigation(message: str, requested: str, guard: AddressGuard) -> VisitError:
    """The error to raise for Playwright's ``message``; ``requested`` is the last URL that the navigation asked for."""
    if "crashed" in message or "has been closed" in message or "Connection closed" in message:
        return VisitError(Outcome.CRASHED, "the page or its browser crashed")
    if "Download is starting" in message:
        return VisitError(Outcome.FAILED, "answered with a download, not a page")
    found = _ERROR.search(message)
    if found is None:
        late = "Timeout" in message
        words = "the page did not load in time" if late else (message.strip().splitlines() or ["no reason given"])[0]
        return VisitError(Outcome.TIMEOUT if late else Outcome.FAILED, words[:300])
    return _network_error(found[1], requested, guard)


def http_error(status: int) -> VisitError:
    """The error to raise for a document that was answered with an error status."""
    outcome = Outcome.BLOCKED if status in BLOCKING_STATUS else Outcome.HTTP_ERROR
    return VisitError(outcome, f"answered with status {status}")


def _network_error(name: str, url: str, guard: AddressGuard) -> VisitError:
    host = host_of(url)
    verdict = guard.verdict(host) if host and name.startswith(("SOCKS_", "PROXY_", "TUNNEL_")) else None
    if verdict is not None:
        refused = verdict.reason is Reason.REFUSED
        return VisitError(Outcome.REFUSED if refused else Outcome.UNREACHABLE, verdict.text)
    if name == "TOO_MANY_REDIRECTS":
        return VisitError(Outcome.FAILED, "redirects without end")
    if name == "ABORTED":
        return VisitError(Outcome.FAILED, "answered without a page")
    if name.startswith(("CERT_", "SSL_", "BAD_SSL")):
        return VisitError(Outcome.UNREACHABLE, f"TLS: {name}")
    unreachable = _UNREACHABLE.match(name) is not None
    return VisitError(Outcome.UNREACHABLE if unreachable else Outcome.FAILED, f"the browser says {name}")
