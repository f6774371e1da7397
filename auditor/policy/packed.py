"""Text out of docx files, handed over as Markdown to the text reader."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from lxml import etree

from auditor.model import PolicyError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_UNPACKED = 40 * 1024 * 1024
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def docx_text(content: bytes) -> str:
    """The text of a Word document as Markdown: headings, items and tables keep their shape.

    Raises PolicyError ``binary`` for other archives and broken files, ``too_large`` for archives that unpack beyond
    MAX_UNPACKED.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entry = archive.getinfo("word/document.xml")
            if entry.file_size > MAX_UNPACKED:
                raise PolicyError("too_large", "the document unpacks to more than is read")
            data = archive.read(entry)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        body = etree.fromstring(data, parser).find(f"{_W}body")
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise PolicyError("binary", "the file is an archive, not a Word document") from error
    except etree.XMLSyntaxError as error:
        raise PolicyError("binary", "the Word document is broken") from error
    return "\n\n".join(_parts(body)) + "\n" if body is not None else ""


def _parts(body: etree._Element) -> Iterator[str]:
    for child in body:
        if child.tag == f"{_W}p":
            yield from _paragraph(child)
        elif child.tag == f"{_W}tbl":
            yield "\n".join(_rows(child))


def _paragraph(paragraph: etree._Element) -> Iterator[str]:
    text = _text(paragraph)
    if not text:
        return
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    name = (style.get(f"{_W}val") or "").lower() if style is not None else ""
    if name.startswith(("heading", "title")):
        level = int(name[-1]) if name[-1:].isdigit() else 1
        yield "#" * max(1, min(6, level)) + " " + text
    elif paragraph.find(f"{_W}pPr/{_W}numPr") is not None:
        yield "- " + text
    else:
        yield text


def _rows(table: etree._Element) -> Iterator[str]:
    for at, row in enumerate(table.iter(f"{_W}tr")):
        cells = [" ".join(filter(None, map(_text, cell.iter(f"{_W}p")))) for cell in row.findall(f"{_W}tc")]
        yield "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"
        if at == 0:
            yield "|" + " --- |" * max(1, len(cells))


def _text(paragraph: etree._Element) -> str:
    nodes = paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br")
    pieces = [(node.text or "") if node.tag == f"{_W}t" else " " for node in nodes]
    return " ".join("".join(pieces).split())
