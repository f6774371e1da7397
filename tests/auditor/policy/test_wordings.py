"""What sentences, headings and rows declare, worded differently in thirteen languages (``wordings/*.txt``).

Every case stands in a small policy of its own. Of a section ``[language kind]`` each line declares the kind; one that
begins with ``!`` only looks like it and must not.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from auditor.model import Category
from auditor.policy.read import read_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import PolicyDeclaration

FOLDER = Path(__file__).parent / "wordings"
OPENINGS = dict(line.split("|") for line in (FOLDER / "openings.txt").read_text(encoding="utf-8").splitlines() if line)


def declared(language: str, body: str) -> PolicyDeclaration:
    """What a policy with a text of its own under its opening declares."""
    title, introduction = OPENINGS[language].split(" :: ")
    return read_policy(f"# {title}\n\n{introduction}\n\n{body}\n".encode(), name="policy.md")


def cases(name: str) -> Iterator[tuple[list[str], str]]:
    """The words of the section and the text of each line of a file."""
    section: list[str] = []
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]").split()
        elif line:
            yield section, line


def test_controls_are_promised_in_any_order_of_the_words():
    wrong = []
    for (language, mechanism), line in cases("consent"):
        text = line.removeprefix("!")
        promised = mechanism in {control.mechanism for control in declared(language, text).consent}
        if promised == line.startswith("!"):
            wrong.append((language, mechanism, line))
    assert wrong == []


LETTERS = {
    "N": Category.STRICTLY_NECESSARY,
    "F": Category.FUNCTIONAL,
    "P": Category.PERFORMANCE,
    "T": Category.TARGETING,
    "U": Category.UNCLASSIFIED,
}


def test_headings_items_and_purposes_declare_exactly_their_categories():
    """A line is ``letters|text``, the letters of what is in use; in the text ``/`` ends a line."""
    wrong = []
    for (language,), line in cases("categories"):
        letters, text = line.split("|", 1)
        expected = {LETTERS[letter] for letter in letters.split(",") if letter != "-"}
        told = declared(language, text.replace(" / ", "\n")).categories
        found = {category.canonical for category in told if category.in_use == "yes"}
        if found != expected:
            wrong.append((language, line, sorted(found)))
    assert wrong == []


def test_technologies_are_told_in_many_words_and_not_denied():
    wrong = []
    for (language, technology), line in cases("technologies"):
        told = {one.name for one in declared(language, line.removeprefix("!")).technologies if one.declared}
        if (technology in told) == line.startswith("!"):
            wrong.append((language, technology, line, sorted(told)))
    assert wrong == []


NAMED = ("session", "persistent", "not_stated")


def test_tables_and_lists_of_unusual_shape_give_every_cookie():
    """Blocks ``=== format language shape``, the document, ``---``, and rows ``name|letter|seconds or kind``."""
    wrong = []
    for block in (FOLDER / "tables.txt").read_text(encoding="utf-8").split("=== ")[1:]:
        (head, rest), rows = block.split("\n", 1), []
        text, expected = rest.rsplit("\n---\n", 1)
        for cookie in read_policy(text.encode(), name=f"policy.{head.split()[0]}").cookies:
            letter = next((letter for letter, category in LETTERS.items() if category is cookie.category), "-")
            kind = cookie.duration.kind
            rows.append(f"{cookie.name}|{letter}|{kind if kind in NAMED else cookie.duration.seconds}")
        if rows != expected.split():
            wrong.append((head, rows, expected.split()))
    assert wrong == []


def test_services_have_the_purpose_that_their_sentence_tells():
    """A line is ``name=letter,...|text``; with ``-`` the text declares no service."""
    wrong = []
    for (language,), line in cases("services"):
        expected, text = line.split("|", 1)
        found = sorted(
            f"{service.name}={next((n for n, category in LETTERS.items() if category is service.category), '?')}"
            for service in declared(language, text).services
        )
        if found != [one for one in expected.split(",") if one != "-"]:
            wrong.append((language, line, found))
    assert wrong == []
