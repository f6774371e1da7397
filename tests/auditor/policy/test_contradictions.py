"""Places of a policy that disagree, and such that only look like it: `paraphrases/contradictions.txt`.

A line ``# KIND SUBJECT`` opens a table; ``LANGUAGE +`` are policies with that contradiction and no other,
``LANGUAGE -`` such without any. ``¶`` ends a paragraph or a row of a table.
"""

from pathlib import Path

CASES = Path(__file__).parent / "paraphrases" / "contradictions.txt"
TITLES = {
    "de": "Cookie-Richtlinie",
    "en": "Cookie policy",
    "es": "Política de cookies",
    "fr": "Politique de cookies",
    "it": "Informativa sui cookie",
    "nl": "Cookiebeleid",
}


def cases():
    """(kind, subject), whether it is one, the policy's text."""
    opening = ()
    for line in CASES.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            opening = tuple(line[2:].split(" ", 1))
        else:
            language, sign, body = line.split(" ", 2)
            paragraphs = body.replace("|¶|", "|\n|").replace("¶", "\n\n")
            yield opening, sign == "+", f"# {TITLES[language]}\n\n{paragraphs}\n"


def test_contradictions(read):
    wrong = []
    for expected, is_one, text in cases():
        found = {(c.kind, c.subject) for c in read(text).contradictions}
        if found != ({expected} if is_one else set()):
            wrong.append((expected, is_one, text, found))
    assert wrong == []


def test_the_service_with_most_cookies_declared_too_quietly_is_named(read):
    rows = "".join(f"| {name} | Strictly necessary | 1 year |\n" for name in ("ABTasty", "_ga", "_gid"))
    found = read(f"# Cookies\n\n| Name | Category | Duration |\n|---|---|---|\n{rows}").contradictions
    assert [(c.kind, c.subject) for c in found] == [("category_purpose_conflict", "_ga")]
