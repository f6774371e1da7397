"""Policies as PDF: what belongs together is told by where it stands on the page."""

from __future__ import annotations

import re
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import PolicyError
from auditor.policy.pdf import MAX_UNPACKED, pdf_markdown
from auditor.policy.read import read_policy

SENTENCE = "We use strictly necessary cookies and performance cookies on this website to make it work."
WIDTH = 6.0
"""Of a glyph of the fixed font at 10 points."""
COLUMNS = (40, 160, 300, 520)


class Paper:
    """A PDF written by hand: text at places from the top left, in a font of fixed width, and ruled lines."""

    def __init__(self) -> None:
        self.pages: list[list[str]] = [[]]

    def text(self, x, y, words, *, size=10, bold=False):
        words = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        self.pages[-1].append(f"BT /F{2 if bold else 1} {size} Tf {x} {800 - y} Td ({words}) Tj ET")

    def rule(self, x0, y0, x1, y1):
        self.pages[-1].append(f"{x0} {800 - y0} m {x1} {800 - y1} l S")

    def row(self, top, cells, *, height=20, above=True, below=True):
        """A row of bordered cells; a cell is a line or several."""
        for x in COLUMNS:
            self.rule(x, top, x, top + height)
        for y in [top] * above + [top + height] * below:
            self.rule(COLUMNS[0], y, COLUMNS[-1], y)
        for x, cell in zip(COLUMNS, cells, strict=False):
            for at, line in enumerate([cell] if isinstance(cell, str) else cell):
                self.text(x + 4, top + 14 + 12 * at, line)

    def turn(self):
        self.pages.append([])

    def bytes(self):
        kids = " ".join(f"{5 + 2 * n} 0 R" for n in range(len(self.pages)))
        fonts = ("Courier", "Courier-Bold")
        objects = [
            "<< /Type /Catalog /Pages 2 0 R >>",
            f"<< /Type /Pages /Kids [{kids}] /Count {len(self.pages)} >>",
            *(f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} >>" for name in fonts),
        ]
        for page in self.pages:
            stream = "\n".join(page)
            objects += [
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {len(objects) + 2} 0 R "
                "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>",
                f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
            ]
        out, places = "%PDF-1.4\n", []
        for number, body in enumerate(objects, 1):
            places.append(len(out))
            out += f"{number} 0 obj\n{body}\nendobj\n"
        table = "".join(f"{place:010d} 00000 n \n" for place in places)
        count = len(objects) + 1
        out += f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\n"
        return (out + f"startxref\n{out.rindex('xref')}\n%%EOF").encode("latin-1")


def written(*lines, step=12, x=40):
    """A page of lines one below the other."""
    paper = Paper()
    for at, line in enumerate(lines):
        paper.text(x, 60 + step * at, line)
    return paper


def blocks(paper):
    return pdf_markdown(paper.bytes()).strip().split("\n\n")


def test_a_sentence_is_read():
    declaration = read_policy(written(SENTENCE).bytes(), name="policy.pdf")
    assert {c.canonical.value for c in declaration.categories} == {"strictly_necessary", "performance"}
    assert declaration.document.text_basis == "raw"


def test_a_pdf_without_text_is_empty():
    with pytest.raises(PolicyError) as raised:
        pdf_markdown(Paper().bytes())
    assert raised.value.problem == "empty"


@given(st.binary(max_size=400), st.integers(0, 600))
def test_a_broken_file_is_refused_or_read(noise, at):
    content = written(SENTENCE).bytes()
    try:
        assert pdf_markdown(content[:at] + noise + content[at:]).strip()
    except PolicyError as error:
        assert error.problem in {"binary", "empty"}  # noqa: PT017


def packed(stream):
    """A PDF whose page is that stream, compressed."""
    data = zlib.compress(stream)
    head, _, rest = written("x").bytes().partition(b"<< /Length ")
    _, _, tail = rest.partition(b"endstream")
    made = head + b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(data), data) + tail
    return re.sub(rb"startxref\n\d+", b"startxref\n%d" % made.rindex(b"xref\n0"), made)


@pytest.mark.parametrize("size", [MAX_UNPACKED + 1, 90_000_000])
def test_a_bomb_is_not_unpacked(size):
    with pytest.raises(PolicyError) as raised:
        pdf_markdown(packed(b" " * size))
    assert raised.value.problem == "too_large"


def test_a_drawing_of_many_lines_is_no_table_and_its_text_is_read():
    paper = written(SENTENCE)
    for at in range(90):
        paper.rule(20, 20 + 8 * at, 580, 20 + 8 * at)
        paper.rule(20 + 6 * at, 20, 20 + 6 * at, 780)
    assert blocks(paper) == [SENTENCE]


def test_lines_of_a_paragraph_are_joined_and_paragraphs_kept_apart():
    full = "This first line of the paragraph is as long as lines of this page can be, and"
    paper = written(full, "goes on here.", "Another one begins, as its first word would have fitted.")
    assert blocks(paper) == [f"{full} goes on here.", "Another one begins, as its first word would have fitted."]


def test_a_gap_parts_paragraphs_whose_lines_are_full():
    first = "A line that is exactly as wide as every other line of this page"
    paper = written(first, first)
    paper.text(40, 110, first)
    assert blocks(paper) == [f"{first} {first}", first]


def test_a_paragraph_does_not_end_with_a_page():
    full = "The last line of this page is full, and what it says is told on the"
    paper = written("Words that make the column as wide as what is below this very line.", full)
    paper.turn()
    paper.text(40, 40, "next page.")
    assert blocks(paper)[-1].endswith("told on the next page.")


def test_a_word_broken_at_its_hyphen_is_whole_and_a_dash_stays():
    full = "It is used by us, and besides by some of those who are called third-"
    paper = written(full, "party services - never by others.")
    assert blocks(paper) == [full + "party services - never by others."]


def test_headings_are_larger_and_lead_ins_bold():
    paper = Paper()
    paper.text(40, 60, "Cookie policy", size=20)
    paper.text(40, 100, "Statistics cookies", size=14)
    paper.text(40, 130, "They count visits, and everybody who reads this knows what that means.")
    paper.text(40, 160, "Marketing:", bold=True)
    paper.text(40 + 11 * WIDTH, 160, "shows adverts.")
    expected = [
        "# Cookie policy",
        "## Statistics cookies",
        "They count visits, and everybody who reads this knows what that means.",
    ]
    assert blocks(paper) == [*expected, "**Marketing:** shows adverts."]


def test_items_keep_their_marks():
    paper = Paper()
    for at, line in enumerate(
        ("\xb7 necessary cookies, which are always on and which nobody can turn off", "\xb7 statistics")
    ):
        paper.text(40, 60 + 12 * at, line)
    assert blocks(paper) == ["- necessary cookies, which are always on and which nobody can turn off", "- statistics"]


def test_a_ruled_table_is_a_table():
    paper = written("Statistics cookies")
    paper.row(100, ("Name", "Purpose", "Expires"))
    paper.row(120, ("_ga", "Tells visitors apart", "2 years"))
    paper.row(140, ("_gid", ("Counts visitors", "and their visits"), "1 day"), height=32)
    paper.text(40, 200, "That was all.")
    assert blocks(paper) == [
        "Statistics cookies",
        "| Name | Purpose | Expires |\n| --- | --- | --- |\n| _ga | Tells visitors apart | 2 years |\n"
        "| _gid | Counts visitors and their visits | 1 day |",
        "That was all.",
    ]
    cookies = read_policy(paper.bytes(), name="policy.pdf").cookies
    assert [(c.name, c.category.value, c.duration.seconds) for c in cookies] == [
        ("_ga", "performance", 63_072_000),
        ("_gid", "performance", 86_400),
    ]


def test_a_name_that_its_cell_broke_is_whole_and_two_names_are_two():
    paper = Paper()
    paper.row(100, ("Name", "Purpose", "Expires"))
    paper.row(120, (("_hjSessionUser_9999", "_hotjar"), "Visitors", "1 year"), height=32)
    paper.row(152, (("_ga", "_gid"), "Visitors", "1 year"), height=32)
    rows = pdf_markdown(paper.bytes()).splitlines()
    assert [row.split(" | ")[0] for row in rows[2:]] == ["| _hjSessionUser_9999_hotjar", "| _ga _gid"]


def test_a_table_goes_on_over_the_end_of_a_page():
    paper = Paper()
    paper.row(740, ("Name", "Purpose", "Expires"))
    paper.row(760, ("_ga", "Visitors", "2 years"))
    paper.turn()
    paper.row(20, ("Name", "Purpose", "Expires"))
    paper.row(40, ("_gid", "Visitors", "1 day"))
    rows = pdf_markdown(paper.bytes()).splitlines()
    assert rows[2:] == ["| _ga | Visitors | 2 years |", "| _gid | Visitors | 1 day |"]


def test_a_row_that_the_end_of_a_page_cuts_is_one_row():
    paper = Paper()
    paper.row(740, ("Name", "Purpose", "Expires"))
    paper.row(760, ("_ga", "Tells all the", "2 years"), height=30, below=False)
    paper.turn()
    paper.row(20, ("", "visitors apart", ""), height=30, above=False)
    paper.row(50, ("_gid", "Visitors", "1 day"))
    rows = pdf_markdown(paper.bytes()).splitlines()
    assert rows[2:] == ["| _ga | Tells all the visitors apart | 2 years |", "| _gid | Visitors | 1 day |"]


def test_two_tables_of_one_page_stay_two():
    paper = Paper()
    for top, name in ((100, "_ga"), (200, "_fbp")):
        paper.row(top, ("Name", "Purpose", "Expires"))
        paper.row(top + 20, (name, "Visitors", "1 day"))
    assert [block.splitlines()[2] for block in blocks(paper)] == [
        "| _ga | Visitors | 1 day |",
        "| _fbp | Visitors | 1 day |",
    ]
