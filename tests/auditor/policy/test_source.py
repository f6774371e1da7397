"""Files are recognised by their content; what is no policy is refused with its problem."""

from __future__ import annotations

import io
import zipfile

import pytest

from auditor.model import PolicyError
from auditor.policy.markup import html_text
from auditor.policy.read import read_policy
from auditor.policy.serialise import declaration_to_json
from auditor.policy.source import decode, is_html, read_source

SENTENCE = "We use strictly necessary cookies and analytics cookies on our website."


def problem(content):
    with pytest.raises(PolicyError) as caught:
        read_policy(content)
    return caught.value.problem


@pytest.mark.parametrize("content", [b"", b" \n\t \n", b"\x00" * 100, b"<html><body></body></html>", b"-- 12 --"])
def test_empty(content):
    assert problem(content) == "empty"


def test_too_large():
    assert problem(b"We use cookies. " * 700_000) == "too_large"


@pytest.mark.parametrize(
    "content", [bytes(range(256)) * 20, b"\x89PNG\r\n\x1a\n" + bytes(64), b"PK\x03\x04" + b"x" * 60]
)
def test_binary(content):
    assert problem(content) == "binary"


def test_another_archive_is_binary():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", SENTENCE)
    assert problem(buffer.getvalue()) == "binary"


def test_broken_pdf_is_binary():
    assert problem(b"%PDF-1.7\n" + b"garbage " * 50) == "binary"


def test_login_page():
    page = (
        b"<html><body><h1>Sign in</h1><form><input type='password' name=p></form><p>Cookie settings</p></body></html>"
    )
    assert problem(page) == "login"


def test_a_policy_with_a_login_field_in_its_header_is_a_policy():
    page = "<html><body><form><input type=password></form>" + f"<p>{SENTENCE}</p>" * 60 + "</body></html>"
    assert read_policy(page.encode()).disclosure_level == "categories"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso-8859-2"])
def test_charsets(encoding):
    text = (
        "Używamy plików cookies. " * 30
        if encoding == "iso-8859-2"
        else "Les cookies sont stockés à la première visite. " * 30
    )
    assert decode(text.encode(encoding))[0].replace("\ufeff", "") == text


def test_declared_charset_wins_over_detection():
    page = '<html><head><meta charset="iso-8859-15"></head><body>Prix en € pour les cookies</body></html>'
    assert "€" in decode(page.encode("iso-8859-15"))[0]


def test_html_is_told_from_markdown_with_a_tag():
    assert is_html("<!DOCTYPE html><p>x")
    assert is_html("<div><p>We use cookies</p></div>")
    assert not is_html("# Cookies\n\nWe use the `<br>` element.\n" + SENTENCE * 30)


def test_suffix_is_not_trusted():
    page = f"<html><body><h1>Cookies</h1><p>{SENTENCE}</p></body></html>".encode()
    assert read_policy(page, name="policy.txt").document.text_basis == "html-text/1"
    assert read_policy(SENTENCE.encode(), name="policy.html").document.text_basis == "raw"


def test_docx():
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = (
        '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Cookie policy</w:t></w:r></w:p>'
        f"<w:p><w:r><w:t>{SENTENCE}</w:t></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Cookie name</w:t></w:r></w:p></w:tc>"
        "<w:tc><w:p><w:r><w:t>Expiry</w:t></w:r></w:p></w:tc></w:tr>"
        "<w:tr><w:tc><w:p><w:r><w:t>_ga</w:t></w:r></w:p></w:tc>"
        "<w:tc><w:p><w:r><w:t>2 years</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(
            "word/document.xml", f'<?xml version="1.0"?><w:document {w}><w:body>{body}</w:body></w:document>'
        )
    declaration = read_policy(buffer.getvalue(), name="policy.docx")
    assert {c.canonical.value for c in declaration.categories} == {"strictly_necessary", "performance"}
    assert [(c.name, c.duration.seconds) for c in declaration.cookies] == [("_ga", 63_072_000)]


def test_html_text_equals_the_shared_basis(policies):
    for derived in sorted((policies / "derived").glob("*.txt")):
        markup = (policies / "documents" / f"{derived.stem}.html").read_text(encoding="utf-8")
        assert html_text(markup)[0] == derived.read_text(encoding="utf-8"), derived.stem


def test_html_text_of_small_pages():
    page = "<body> a <b>b</b>\n<p>c<br>d</p><table><tr><td> 1 <td>2<tr><td>3<td><p>4</table><script>x()</script>e"
    assert html_text(page)[0] == "a b\nc\nd\n1\t2\n3\n4\ne\n"
    assert html_text("")[0] == "\n"


def _nested(depth):
    return f"<html><body>{'<div>' * depth}{SENTENCE}{'</div>' * depth}</body></html>".encode()


def test_deep_nesting():
    assert SENTENCE in read_source(_nested(1000)).text


def test_nesting_beyond_the_parser_is_an_error_not_a_crash():
    assert problem(_nested(50_000)) == "empty"


TAGGED = """---
title: Cookies
---
<h2 class="wide">Cookies</h2>
<p>We use <strong>analytics</strong> cookies &amp; pixels on our site.</p>
<!-- draft --><style>p { color: red }</style>
<table><tr><th>Name</th><th class="b">Duration</th></tr><tr><td>_ga</td><td>2 years</td></tr></table>
"""


def quotes(value):
    if isinstance(value, dict):
        yield from ([value] if "quote" in value else [])
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from quotes(one)


def test_quotes_of_markdown_with_tags_are_cut_from_the_file():
    declared = read_policy(TAGGED.encode())
    found = list(quotes(declaration_to_json(declared)))
    assert declared.document.text_basis == "raw"
    assert [TAGGED[one["start"] : one["end"]] for one in found] == [one["quote"] for one in found]
    (category,) = declared.categories
    assert category.evidence[0].quote == "We use <strong>analytics</strong> cookies &amp; pixels on our site."
    assert [cookie.evidence[0].quote for cookie in declared.cookies] == ["_ga</td><td>2 years"]


def test_quotes_of_a_page_are_cut_from_its_text_unless_its_name_is_that_of_a_text_file():
    page = TAGGED.partition("---\n<")[2].encode()
    assert read_policy(b"<" + page, name="cookies.html").document.text_basis == "html-text/1"
    assert read_policy(b"<" + page, name="cookies.md").document.text_basis == "raw"
