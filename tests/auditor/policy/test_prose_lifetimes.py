"""Sentences that give a cookie of a table a lifetime of their own."""

from __future__ import annotations

import pytest

TABLE = """# Cookies

{}

| Cookie | Provider | Purpose | Duration |
| --- | --- | --- | --- |
| _ga | Google Analytics | Tells visitors apart | 13 months |
| _gid | Google Analytics | Tells visitors apart | 1 day |
"""
OTHER = {
    "en": "We use cookies to count visits. The cookie _ga, for example, expires after 2 years.",
    "es": "Utilizamos cookies para contar visitas. La cookie _ga, por ejemplo, caduca a los 2 años.",
    "fr": "Nous utilisons des cookies. Le cookie _ga, par exemple, expire au bout de 2 ans.",
    "it": "Utilizziamo i cookie. Il cookie _ga, ad esempio, scade dopo 2 anni.",
    "nl": "Wij gebruiken cookies. De cookie _ga bijvoorbeeld verloopt na 2 jaar.",
    "de": "Wir verwenden Cookies. Das Cookie _ga zum Beispiel läuft ab nach 2 Jahren.",
}
SAME = {
    "the same": "We use cookies. The cookie _ga, for example, expires after 13 months.",
    "nearly the same": "We use cookies. The cookie _ga, for example, expires after 400 days.",
    "at most": "We use cookies. The cookie _ga, for example, expires after up to 2 years.",
    "data": "We use cookies. The cookie _ga collects data, which is kept for 2 years.",
    "a condition": "We use cookies. If you refuse, the cookie _ga expires after 2 years.",
    "two names": "We use cookies. The cookies _ga and _gid expire after 2 years.",
    "two lifetimes": "We use cookies. The cookie _ga expires after 13 months and not after 2 years.",
    "no lifetime of its own": "We use cookies. The cookie _ga was renamed 2 years ago.",
    "another cookie": "We use cookies. The cookie _gat_old expires after 2 years.",
}


def conflicts(read, said):
    declaration = read(TABLE.format(said), name="policy.md")
    return [one for one in declaration.contradictions if one.kind == "cookie_duration_conflict"]


@pytest.mark.parametrize("said", OTHER.values(), ids=OTHER)
def test_a_sentence_that_gives_another_lifetime_contradicts_the_table(read, said):
    (found,) = conflicts(read, said)
    assert found.subject == "_ga"
    assert "| _ga |" in found.evidence[0].quote
    assert found.evidence[1].quote == said.split(". ", 1)[1]


@pytest.mark.parametrize("said", SAME.values(), ids=SAME)
def test_a_sentence_that_says_less_contradicts_nothing(read, said):
    assert not conflicts(read, said)
