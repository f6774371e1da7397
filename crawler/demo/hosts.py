"""What each demo host answers: read from the folders below `sites/`, one a host.

A folder holds `site.toml` (how the host behaves), `pages/` (what it serves) and, for a vendor's main host,
`expected.json` (the findings that an audit of the vendor must come to). `site.toml` knows:

    page_cookies Set-Cookie templates that go with every page, unless the browser has the cookie
    [brand]      name, accent, language, labels of the page frame; only for hosts with designed pages
    [[answer]]   path (a glob), status, file, type, cookies (Set-Cookie templates), headers

A path without `[[answer]]` is a page (`/pricing` is `pages/pricing.html`) or a file below `pages/`; `/assets/` is
shared by all hosts.
"""

from __future__ import annotations

import base64
import mimetypes
import re
import secrets
import time
import tomllib
import uuid
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.demo.frame import Brand, framed

if TYPE_CHECKING:
    from collections.abc import Mapping

SITES = Path(__file__).parent / "sites"
SHARED = SITES / "_shared"
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_PLACEHOLDER = re.compile(r"\{(?:(hex|digits|base64):([0-9]{1,3})|(epoch|epoch_ms|uuid))\}")
_ALPHABETS = {
    "hex": "0123456789abcdef",
    "digits": "123456789",
    "base64": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A configured answer of a host. ``cookies`` are Set-Cookie templates, sent when the browser has no such cookie."""

    path: str
    status: int = 200
    file: str | None = None
    type: str | None = None
    cookies: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes back over the wire."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    set_cookies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One host of the demo web. ``files`` maps further URL paths to files elsewhere (libraries from npm)."""

    name: str
    folder: Path
    brand: Brand | None = None
    answers: tuple[Answer, ...] = ()
    page_cookies: tuple[str, ...] = ()
    files: Mapping[str, Path] = field(default_factory=dict)

    def reply(self, path: str, sent: Mapping[str, str]) -> Reply:
        """Answer a request.

        Args:
            path: the URL's path, without query.
            sent: the cookies that came with the request, by name.
        """
        answer = next((each for each in self.answers if fnmatchcase(path, each.path)), None)
        body, mime = self._body(path, answer)
        templates = (answer.cookies if answer else ()) + (self.page_cookies if mime == "text/html" else ())
        cookies = tuple(fill(each) for each in templates if each.partition("=")[0] not in sent)
        status = answer.status if answer else 200
        if body is None:
            body, mime, status = b"Not found\n", "text/plain", 404
        headers = (("Content-Type", _with_charset(mime)), ("Cache-Control", "no-store"))
        return Reply(
            status=status, headers=headers + (answer.headers if answer else ()), body=body, set_cookies=cookies
        )

    def _body(self, path: str, answer: Answer | None) -> tuple[bytes | None, str]:
        if answer is not None and answer.status == HTTPStatus.NO_CONTENT:
            return b"", "text/plain"
        if answer is not None and answer.type == "image/gif":
            return PIXEL, "image/gif"
        file = self._file(answer.file if answer and answer.file else path)
        if file is None:
            return None, "text/plain"
        if file.suffix == ".html" and self.brand is not None:
            return framed(file.read_text(encoding="utf-8"), self.brand, path), "text/html"
        mime = (answer.type if answer else None) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return file.read_bytes(), mime

    def _file(self, path: str) -> Path | None:
        if path in self.files:
            return self.files[path]
        root = SHARED if path.startswith("/assets/") else self.folder / "pages"
        name = path.removeprefix("/assets/").lstrip("/") or "index"
        candidates = (root / name, root / f"{name}.html")
        inside = (each.resolve() for each in candidates)
        return next((each for each in inside if each.is_relative_to(root.resolve()) and each.is_file()), None)


def load_host(name: str) -> Host:
    """Read the folder of one host.

    Args:
        name: the host and its folder's name.

    Returns:
        The host as configured; it reads its pages at every request.
    """
    folder = SITES / name
    settings: dict[str, Any] = tomllib.loads((folder / "site.toml").read_text(encoding="utf-8"))
    brand = settings.get("brand")
    return Host(
        name=name,
        folder=folder,
        brand=Brand.from_toml(brand) if brand else None,
        answers=tuple(_answer(each) for each in settings.get("answer", ())),
        page_cookies=tuple(settings.get("page_cookies", ())),
    )


def host_names() -> tuple[str, ...]:
    """Names of all demo hosts, vendors and trackers, sorted."""
    return tuple(sorted(each.parent.name for each in SITES.glob("*/site.toml")))


def fill(template: str) -> str:
    """Replace placeholders such as ``{hex:32}``, ``{digits:10}``, ``{epoch}`` and ``{uuid}`` by fresh random values."""

    def value(match: re.Match[str]) -> str:
        kind, length, word = match.groups()
        if word == "epoch":
            return str(int(time.time()))
        if word == "epoch_ms":
            return str(time.time_ns() // 1_000_000)
        if word == "uuid":
            return str(uuid.uuid4())
        return "".join(secrets.choice(_ALPHABETS[kind]) for _ in range(int(length)))

    return _PLACEHOLDER.sub(value, template)


def _answer(settings: Mapping[str, Any]) -> Answer:
    known = dict(settings)
    known["cookies"] = tuple(known.get("cookies", ()))
    known["headers"] = tuple(known.get("headers", {}).items())
    return Answer(**known)


def _with_charset(mime: str) -> str:
    textual = mime.startswith("text/") or mime == "application/json"
    return f"{mime}; charset=utf-8" if textual else mime
