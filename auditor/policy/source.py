"""What a file is, recognised by its content: text, Markdown, HTML, PDF or docx; and its text and charset."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from charset_normalizer import from_bytes

from auditor.model import PolicyError
from auditor.policy.blocks import Document, assemble
from auditor.policy.hypertext import read_html
from auditor.policy.packed import docx_text
from auditor.policy.pdf import pdf_markdown
from auditor.policy.plain import read_plain

MAX_BYTES = 10 * 1024 * 1024
MIN_LETTERS = 20
MAX_DECODE_SAMPLE = 200_000
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_HTML = re.compile(
    r"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]|<(?:div|p|table|section|article|h[1-6]|ul|span|br)[\s>/]",
    re.IGNORECASE,
)
_PAGE = re.compile(r"<!doctype\s+html|<html[\s>]|<\?xml[^>]{0,200}\?>\s*<(?:!doctype|html)|<\?php", re.IGNORECASE)
_MARKDOWN = re.compile(r"^(?:#{1,6}\s+\S|[=-]{4,}\s*$|\s{0,3}[-*+]\s+\*\*\S)|\]\(https?:", re.MULTILINE)
MIN_MARKS = 2
CONVINCING = 0.7
_PUNCTUATION = "\u00a0«»“”„‘’–—…•©®€°§"
_EUROPEAN = {
    "cp1252": "àâäáãåæçéèêëîïíìñôöóòõøœùûüúýßÀÂÄÁÃÅÆÇÉÈÊËÎÏÍÑÔÖÓÒÕØŒÙÛÜÚ" + _PUNCTUATION,
    "cp1250": "ąćęłńóśźżáéěíčďňřšťúůýžőűöüĄĆĘŁŃÓŚŹŻÁÉĚÍČĎŇŘŠŤÚŮÝŽÖÜ" + _PUNCTUATION,
    "iso8859-2": "ąćęłńóśźżáéěíčďňřšťúůýžőűöüĄĆĘŁŃÓŚŹŻÁÉĚÍČĎŇŘŠŤÚŮÝŽÖÜ" + _PUNCTUATION,
}  # first one wins where two fit equally
_TAGS = re.compile(r"<(?:/?(?:div|p|table|tr|td|section|article|h[1-6]|ul|li|body|html|head|span|a|br))[\s>/]", re.I)
_TEXT_NAME = re.compile(r"\.(?:md|mdx|markdown|txt|tsx|jsx)$", re.IGNORECASE)
_DECLARED = re.compile(rb"charset=[\"']?\s*([A-Za-z0-9_\-]{2,40})", re.IGNORECASE)
_LOGIN = re.compile(r"<input[^<>]{0,300}type\s*=\s*[\"']?password", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """A readable document. ``basis`` is ``raw`` or ``html-text/1``; ``encoding`` a Python codec name.

    ``file_text`` is the text of a file that is no page, but was read by its tags (Markdown with HTML); else None.
    """

    document: Document
    basis: str
    encoding: str
    sha256: str
    file_text: str | None = None

    @property
    def text(self) -> str:
        """The text that offsets count in."""
        return self.document.origin.text


def read_source(content: bytes, *, content_type: str | None = None, name: str | None = None) -> Source:
    """The document in a file. ``content_type`` is only a hint for the charset, ``name`` for what quotes are cut from.

    Raises PolicyError: ``too_large`` (more than MAX_BYTES), ``empty``, ``binary`` or ``login``.
    """
    if len(content) > MAX_BYTES:
        raise PolicyError("too_large", f"the document has {len(content)} bytes; at most {MAX_BYTES} are read")
    if not content.strip(b"\x00 \t\r\n\x0b\x0c"):
        raise PolicyError("empty", "the document is empty")
    digest = sha256(content).hexdigest()
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return _checked(Source(_plain(pdf_markdown(content)), "raw", "utf-8", digest))
    if content.startswith(b"PK\x03\x04"):
        return _checked(Source(_plain(docx_text(content)), "raw", "utf-8", digest))
    text, encoding = decode(content, content_type)
    if is_html(text):
        document = assemble(*read_html(text))
        _refuse_login(text, document)
        tagged = _is_tagged_text(text, name or "")
        return _checked(Source(document, "html-text/1", encoding, digest, text if tagged else None))
    return _checked(Source(_plain(text), "raw", encoding, digest))


def _plain(text: str) -> Document:
    return assemble(*read_plain(text))


def _checked(source: Source) -> Source:
    letters = sum(char.isalpha() for char in source.text[:20_000])
    readable = source.document.sentences or any(True for _ in source.document.tables())
    if letters < MIN_LETTERS or not readable:
        raise PolicyError("empty", "the document has no readable text")
    return source


def _refuse_login(markup: str, document: Document) -> None:
    """A page with a password field and little text is the way to a policy, not a policy."""
    if _LOGIN.search(markup) and len(document.origin.text) < 2500:
        raise PolicyError("login", "the document is a login page")


def is_html(text: str) -> bool:
    """Is a text a page? One tag in a Markdown file does not make it one."""
    head = text[:4000].lstrip("\ufeff \t\r\n")
    if _PAGE.match(head):
        return True
    if not _HTML.search(head):
        return False
    sample = text[:100_000]
    if not head.startswith("<") and len(_MARKDOWN.findall(sample)) >= MIN_MARKS:
        return False
    return len(_TAGS.findall(sample)) >= 3 and (head.startswith("<") or len(_TAGS.findall(sample)) > len(sample) / 300)


def _is_tagged_text(text: str, name: str) -> bool:
    """Is a text with tags the source of a page (Markdown, a component), as its name or its first words tell?"""
    head = text[:200].lstrip("\ufeff \t\r\n")
    return not _PAGE.match(head) and (_TEXT_NAME.search(name) is not None or not head.startswith("<"))


def decode(content: bytes, content_type: str | None = None) -> tuple[str, str]:
    """The text of a file and its encoding: byte order mark, UTF-8, declared charset, then detection.

    Raises PolicyError ``binary`` where the bytes are no text.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content.decode(encoding, "replace"), encoding
    if _is_binary(content):
        raise PolicyError("binary", "the document is not text, HTML, PDF or docx")
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    hints = (content_type or "").encode("ascii", "ignore") + b" " + content[:4000]
    for declared in _DECLARED.findall(hints):
        try:
            return content.decode(declared.decode("ascii")), declared.decode("ascii").lower()
        except (LookupError, UnicodeDecodeError):
            continue
    return _detected(content)


def _detected(content: bytes) -> tuple[str, str]:
    """The likeliest encoding: of the European ones, that which turns most high bytes into letters of its languages."""
    sample = content[:MAX_DECODE_SAMPLE]
    shares = {encoding: _share(sample, encoding, letters) for encoding, letters in _EUROPEAN.items()}
    encoding = max(shares, key=lambda name: shares[name])
    if shares[encoding] < CONVINCING:
        best = from_bytes(sample).best()
        encoding = best.encoding if best else "cp1252"
    return content.decode(encoding, "replace"), encoding


def _share(sample: bytes, encoding: str, letters: str) -> float:
    text = sample.decode(encoding, "replace")
    high = [char for char in text if ord(char) > 127]
    return sum(char in letters for char in high) / len(high) if high else 0.0


def _is_binary(content: bytes) -> bool:
    sample = content[:8192]
    controls = sum(byte < 9 or 13 < byte < 32 for byte in sample)
    if controls == 0 and b"\x00" not in content:
        return False
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) > len(sample) / 5 and min(even, odd) < len(sample) / 50:
        return _wide_binary(content)
    return controls > len(sample) / 50 or b"\x00" in content


def _wide_binary(content: bytes) -> bool:
    """UTF-16 without a mark is not read: nothing on the web is sent like that."""
    return bool(content)
