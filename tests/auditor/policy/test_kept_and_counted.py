"""What a cookie that is declared without a category is for, how long lines say it is kept, and whose site it is."""

from __future__ import annotations

import pytest

ROWS = """# Cookies

We use cookies on our website.

| Name | Purpose | Duration |
| --- | --- | --- |
| shop_x | {} | 6 months |
"""
TABLE = """# {}

{}

| Cookie | {} | {} |
| --- | --- | --- |
| presence | chat | 30 {} |
| shop_id | chat | 30 {} |
"""
ENGLISH = ("Cookie policy", "Purpose", "Duration", "days")


@pytest.mark.parametrize(
    ("purpose", "category"),
    [
        ("Remembers your choice (accept or refuse).", "strictly_necessary"),
        ("Remembers your choice of colour.", "functional"),
        ("Remembers your language. It does not need asking: no consent is required.", "strictly_necessary"),
        ("Counts visits. No consent is required.", "performance"),
        ("Measures the effectiveness of our ads.", "targeting"),
        ("Measures the performance of our website.", "performance"),
    ],
)
def test_what_a_purpose_makes_of_a_cookie(read, purpose, category):
    (cookie,) = read(ROWS.format(purpose), name="policy.md").cookies
    assert (cookie.category, cookie.category_basis) == (category, "inferred_from_purpose")


def conflicts(read, said, title, purpose, duration, unit):
    declared = read(TABLE.format(title, said, purpose, duration, unit, unit), name="policy.md")
    return [one.subject for one in declared.contradictions if one.kind == "cookie_duration_conflict"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ('We use cookies such as the session-based "presence" cookie.', ENGLISH),
        ("We use cookies. The cookie shop_id is a session cookie.", ENGLISH),
        (
            "Nous utilisons des cookies sur notre site. Le cookie de session « presence » sert à parler.",
            ("Politique de cookies", "Finalité", "Durée", "jours"),
        ),
        (
            "Wir verwenden Cookies auf unserer Website. Das Cookie „presence“ ist ein Session-Cookie.",
            ("Cookie-Richtlinie", "Zweck", "Speicherdauer", "Tage"),
        ),
    ],
)
def test_a_session_cookie_that_lives_for_days(read, said, words):
    assert conflicts(read, said, *words) == ["shop_id" if "shop_id" in said else "presence"]


@pytest.mark.parametrize(
    "said",
    [
        "We use cookies. The cookie shop_id is not a session cookie.",
        "We use cookies. If you close the browser, shop_id is a session cookie.",
        "We use cookies. The cookie shop_id stores the number of the session.",
        "We use session cookies, and note your session-based presence.",
        "We use cookies. The session cookies shop_id and presence are for the chat.",
    ],
)
def test_what_gives_no_cookie_the_session(read, said):
    assert conflicts(read, said, *ENGLISH) == []


def lifetimes(declared):
    return [(one.subject, one.duration.kind, one.duration.seconds) for one in declared.retention]


def test_lines_below_a_heading_about_lifetimes(read):
    declared = read(
        "# Cookie policy\n\nWe use cookies.\n\n## Retention period\n\n- Your choice about cookies – 6 months.\n"
        "- Analytics cookies: up to 14 months\n- Google Analytics cookies – as set there (up to 2 years).\n"
        "- Server logs – 14 days\n- Invoices: 7 years\n- Cookies of our shop – a year\n"
    )
    assert lifetimes(declared) == [
        ("consent", "fixed", 15552000),
        ("performance", "max", 36288000),
        ("performance", "max", 63072000),
    ]


def test_lines_below_another_heading_give_no_lifetimes(read):
    assert not lifetimes(read("# Cookie policy\n\nWe use cookies.\n\n## Other\n\n- Your choice – 6 months.\n"))


def test_a_choice_that_is_kept_until_it_is_deleted(read):
    declared = read(
        "# Polityka cookies\n\nUżywamy plików cookie.\n\n## Okres przechowywania\n\n"
        "- Twoja decyzja – do czasu jej usunięcia z przeglądarki.\n"
    )
    assert lifetimes(declared) == [("consent", "until_deleted", None)]


@pytest.mark.parametrize(("own", "hosts"), [("", ("book.stellplatz.de",)), ("{}.html", ())])
def test_full_addresses_are_others_where_a_site_links_its_own_pages_without_a_host(read, own, hosts):
    links = "".join(f'<a href="https://book.stellplatz.de/{n}">Book {n}</a> ' for n in range(3))
    pages = "".join(f'<a href="{own.format(n)}">Page {n}</a> ' for n in range(4) if own)
    declared = read(f"<h1>Cookies</h1><p>{links}{pages}</p><p>Our website uses cookies to count visits.</p>")
    assert declared.scopes[0].hosts == hosts


@pytest.mark.parametrize(
    ("text", "unused"),
    [
        ("# Cookies\n\nWe use cookies on this site. There are no advertising cookies on our site.\n", True),
        ("# Cookies\n\nVi bruger cookies på denne hjemmeside. Der er ingen markedsføringscookies.\n", True),
        (
            "# Cookies\n\nWe use cookies on this site. Maps come from Plan. There we use no advertising cookies.\n",
            False,
        ),
    ],
)
def test_there_is_no_place_where_there_is_something(read, text, unused):
    assert ("category_unused" in {claim.type for claim in read(text).claims}) is unused
