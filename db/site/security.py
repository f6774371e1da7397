"""What every response of the site carries and what no response may hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Message = MutableMapping[str, Any]
    Send = Callable[[Message], Awaitable[None]]
    App = Callable[[Message, Any, Send], Awaitable[None]]

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
# Of Datasette's own pages below /-/ only these are for everybody; the others tell about the installation.
_OPEN = ("/-/healthz", "/-/metrics", "/-/artifact/", "/-/static/", "/-/audit/")
# With an access file: where people log in and out, and what they may send.
_PEOPLE = frozenset({"/-/login", "/-/logout"})
_DECISION = re.compile(r"/findings/[0-9a-f]{64}/decide")
_METHODS = frozenset({"GET", "HEAD"})
MAX_FORM = 64_000
_FORMULA = frozenset(b"=+-@\t\r")
_QUOTE, _COMMA, _LINE_ENDS = ord('"'), ord(","), frozenset(b"\r\n")


class FormulaGuard:
    """Puts an apostrophe before every CSV cell that a spreadsheet would run as a formula.

    Fed with the chunks of one CSV document in order; chunks may end anywhere.
    """

    def __init__(self) -> None:
        self._at_start = True
        self._quoted = False

    def feed(self, chunk: bytes) -> bytes:
        """The chunk with its dangerous cells made harmless."""
        out = bytearray()
        for byte in chunk:
            self._step(byte, out)
        return bytes(out)

    def _step(self, byte: int, out: bytearray) -> None:
        if self._at_start and byte == _QUOTE and not self._quoted:
            self._quoted = True
        elif self._quoted:
            self._inside(byte, out)
        else:
            self._outside(byte, out)
        out.append(byte)

    def _inside(self, byte: int, out: bytearray) -> None:
        if self._at_start and byte in _FORMULA:
            out.extend(b"'")
        # A doubled quote closes and opens again: the same as staying inside.
        self._quoted = byte != _QUOTE
        self._at_start = False

    def _outside(self, byte: int, out: bytearray) -> None:
        if byte == _COMMA or byte in _LINE_ENDS:
            self._at_start = True
            return
        if byte == _QUOTE:
            self._quoted = True
        elif self._at_start and byte in _FORMULA:
            out.extend(b"'")
        self._at_start = False


def guarded(app: App, *, with_people: bool = False) -> App:
    """The application with strict headers, closed internal pages and harmless CSV.

    Nothing can be sent to it, except, ``with_people``, small forms to log in and out and to decide about findings.
    """

    async def wrapped(scope: Message, receive: Any, send: Send) -> None:  # noqa: ANN401 - ASGI's receive
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        path = str(scope["path"])
        refusal = _refusal(scope, path, with_people=with_people)
        if refusal is not None:
            await _refuse(send, *refusal)
            return
        await app(scope, receive, _sender(send, path, encrypted=scope.get("scheme") == "https"))

    return wrapped


def _refusal(scope: Message, path: str, *, with_people: bool) -> tuple[int, bytes] | None:
    """Status and words for what is not answered at all."""
    for_people = with_people and (path in _PEOPLE or _DECISION.fullmatch(path) is not None)
    if scope["method"] not in _METHODS:
        if scope["method"] != "POST" or not for_people:
            return 405, b"this site is for reading"
        length = dict(scope["headers"]).get(b"content-length", b"")
        if not length.isdigit() or int(length) > MAX_FORM:
            return 413, b"this form is too large, or does not say how large it is"
    if path.startswith("/-/") and not path.startswith(_OPEN) and not for_people:
        return 404, b"not found"
    return None


async def _refuse(send: Send, status: int, words: bytes) -> None:
    headers = [*_HEADERS, (b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": words})


def _sender(send: Send, path: str, *, encrypted: bool) -> Send:
    guard: FormulaGuard | None = None

    async def sender(message: Message) -> None:
        nonlocal guard
        if message["type"] == "http.response.start":
            headers = [(name.lower(), value) for name, value in message.get("headers", [])]
            kind = dict(headers).get(b"content-type", b"")
            if kind.startswith(b"text/csv") or (kind.startswith(b"text/plain") and path.endswith(".csv")):
                guard = FormulaGuard()
            message = {**message, "headers": _secured(headers, drop_length=guard is not None, encrypted=encrypted)}
        elif guard is not None and message.get("body"):
            message = {**message, "body": guard.feed(message["body"])}
        await send(message)

    return sender


def _secured(headers: list[tuple[bytes, bytes]], *, drop_length: bool, encrypted: bool) -> list[tuple[bytes, bytes]]:
    present = {name for name, _ in headers}
    kept = [
        (name, _private(value, encrypted=encrypted) if name == b"set-cookie" else value)
        for name, value in headers
        if not (drop_length and name == b"content-length")
    ]
    return kept + [(name, value) for name, value in _HEADERS if name not in present]


def _private(cookie: bytes, *, encrypted: bool) -> bytes:
    """The cookie out of reach of scripts, and of unencrypted connections where it came over an encrypted one."""
    marks = [b"HttpOnly", b"Secure"] if encrypted else [b"HttpOnly"]
    return cookie + b"".join(b"; " + mark for mark in marks if mark.lower() not in cookie.lower())
