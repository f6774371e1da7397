"""Policy documents: fetched or read from disk, looked at for what they are, never interpreted.

A policy page that a script writes is rendered in a browser besides; what holds more text is kept.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from auditor.model import Outcome, PolicyDocument
from crawler.fetch import MAX_BYTES, Fetched

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from auditor.model import PolicySource
    from crawler.fetch import Fetcher

    Render = Callable[[str], Awaitable["Fetched"]]

_HTML_START = re.compile(
    rb"<(!doctype\s+html|html|head|body|title|meta|header|nav|main|article|section|div|form|table|ul|p|h1|h2)\b",
    re.IGNORECASE,
)
_PASSWORD_FIELD = re.compile(rb"<input\b[^>]{0,500}\btype\s*=\s*[\"']?password\b", re.IGNORECASE)
_LOGIN_ADDRESS = re.compile(r"/(log-?in|sign-?in|sso|auth|anmelden|inloggen|connexion)(?![a-z])", re.IGNORECASE)
_LOGIN_TEXT = 1500
"""A page with a password field or a sign-in address and fewer letters than this is a login page, not a policy."""
_RENDERED_FACTOR = 1.5
_RENDERED_MORE = 1500
"""Rendering adds a consent banner's some hundred letters to any page: only clearly more text replaces the original."""
_MORE_ROWS = 3
_UNREAD = ("script", "style", "noscript", "template", "svg", "title", "iframe", "object")
"""Not ``head``: without a body tag libxml2 leaves elements that HTML 4 does not know, such as ``main``, in it."""
BY_ROBOTS = "robots.txt asks robots to stay away"
_PROBLEMS = {
    "too_large": f"the document is larger than {MAX_BYTES // 1_000_000} MB",
    "empty": "the document holds no text",
    "binary": "the document is neither text, PDF nor docx",
    "login": "the address shows a sign-in page",
}
_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
_CONTROL = bytes(code for code in range(32) if code not in b"\t\n\r\f\x1b")


async def fetch_policy(
    source: PolicySource, *, vendor: str, fetcher: Fetcher, render: Render | None, found_by: str = "configured"
) -> PolicyDocument:
    """Fetch a policy by URL, or read it from disk.

    Args:
        source: where it is; exactly one of ``url`` and ``file``.
        vendor: the vendor's id.
        fetcher: plain http behind the address guard.
        render: loads a URL in a browser and answers with the DOM; ``None`` where there is no browser.
        found_by: ``configured``, ``link``, ``usual_path``, ``sitemap`` or ``hreflang``.

    Returns:
        The document with its content, or the record of why there is none. Nothing that a site or a disk does raises.
    """
    if source.file is not None:
        return _document(source, _from_disk(Path(source.file)), vendor, found_by)
    assert source.url is not None
    if not await fetcher.allows(source.url):
        return _document(source, Fetched(url=source.url, outcome=Outcome.REFUSED, failure=BY_ROBOTS), vendor, found_by)
    fetched = await fetcher.get(source.url)
    if render is not None and _worth_rendering(fetched):
        fetched = _fuller(fetched, await render(fetched.url))
    return _document(source, fetched, vendor, found_by)


def is_html(content: bytes, content_type: str | None) -> bool:
    """Whether bytes are an HTML document, by their own look first; a PDF or a text file sent as HTML is none."""
    if is_pdf(content) or is_docx(content):
        return False
    return bool(_HTML_START.search(content[:4096])) or "html" in (content_type or "").lower()


def is_pdf(content: bytes) -> bool:
    """Whether bytes are a PDF: its mark stands within the first 1024 bytes (ISO 32000-1 annex H.3)."""
    return b"%PDF-" in content[:1024]


def is_docx(content: bytes) -> bool:
    """Whether bytes are a Word document: a zip archive with the part that holds its text (ECMA-376)."""
    return content.startswith(b"PK\x03\x04") and b"word/document.xml" in content


def letters(content: bytes, content_type: str | None) -> int:
    """How many letters and digits a person would read in an HTML or text document."""
    return sum(char.isalnum() for char in visible_text(content, content_type))


def visible_text(content: bytes, content_type: str | None, *, without: tuple[str, ...] = ()) -> str:
    """The text of an HTML or text document, roughly as read; ``without`` names further elements to leave out."""
    if not is_html(content, content_type):
        return content.decode("utf-16" if content.startswith(_BOMS[:2]) else "utf-8", "replace")
    root = etree.fromstring(content, etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True))
    if root is None:
        return ""
    etree.strip_elements(root, *_UNREAD, *without, with_tail=False)
    return " ".join(str(piece) for piece in root.itertext())


def problem_of(fetched: Fetched, asked: str | None) -> str | None:
    """Why an answer is no readable policy: ``too_large``, ``empty``, ``binary``, ``login``; ``None`` if it is one.

    ``asked`` is the URL that was asked for, ``None`` for a file.
    """
    content = fetched.content
    if fetched.too_large:
        return "too_large"
    if not content.strip():
        return "empty"
    if is_pdf(content) or is_docx(content):
        return None
    if is_binary(content):
        return "binary"
    count = letters(content, fetched.content_type)
    if not count:
        return "empty"
    sent_to_login = asked not in (None, fetched.url) and _LOGIN_ADDRESS.search(fetched.url)
    asks_password = sent_to_login or _PASSWORD_FIELD.search(content)
    return "login" if asks_password and count < _LOGIN_TEXT and is_html(content, fetched.content_type) else None


def is_binary(content: bytes) -> bool:
    """Whether bytes are no text: zero bytes without a byte order mark, or many control characters."""
    sample = content[:65536]
    if sample.startswith(_BOMS):
        return False
    return b"\0" in sample or len(sample) - len(sample.translate(None, _CONTROL)) > len(sample) // 50


def _worth_rendering(fetched: Fetched) -> bool:
    """HTML may be written by a script, and a refusal of plain http may not be meant for browsers."""
    if fetched.outcome is Outcome.BLOCKED:
        return True
    return fetched.outcome is Outcome.OK and not fetched.too_large and is_html(fetched.content, fetched.content_type)


def _fuller(plain: Fetched, rendered: Fetched) -> Fetched:
    """The rendered document where the plain one was refused or holds clearly less, else the plain one."""
    if rendered.outcome is not Outcome.OK or rendered.too_large:
        return plain
    if plain.outcome is not Outcome.OK:
        return rendered
    before = letters(plain.content, plain.content_type)
    after = letters(rendered.content, rendered.content_type)
    more_rows = _rows(rendered.content) - _rows(plain.content)
    return (
        rendered
        if more_rows >= _MORE_ROWS or after > min(before * _RENDERED_FACTOR, before + _RENDERED_MORE)
        else plain
    )


def _rows(content: bytes) -> int:
    """How many table rows a document has: a list of cookies is often all that a script adds."""
    return content.count(b"<tr")


def _from_disk(path: Path) -> Fetched:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return Fetched(url=str(path), outcome=Outcome.FAILED, failure=f"cannot be read: {reason}")
    large = len(content) > MAX_BYTES
    return Fetched(url=str(path), outcome=Outcome.OK, content=content[:MAX_BYTES], too_large=large)


def _document(source: PolicySource, fetched: Fetched, vendor: str, found_by: str) -> PolicyDocument:
    """The record of an answer; an unreadable document is recorded without its bytes."""
    problem = problem_of(fetched, source.url) if fetched.outcome is Outcome.OK else None
    kept = fetched.content if fetched.outcome is Outcome.OK and problem is None else None
    return PolicyDocument(
        vendor=vendor,
        source=source.url or source.file,
        url=fetched.url if source.url else None,
        found_by=found_by,
        fetched_at=datetime.now(UTC),
        outcome=fetched.outcome,
        failure=fetched.failure or (_PROBLEMS[problem] if problem else None),
        problem=problem,
        http_status=fetched.status,
        content_type=fetched.content_type,
        content=kept,
        sha256=hashlib.sha256(kept).hexdigest() if kept is not None else None,
    )
