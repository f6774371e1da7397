"""Which categories a policy declares for which place: website, portal, app; and what must not tell places apart."""

from __future__ import annotations

import pytest

from auditor.model import Category
from auditor.policy.read import read_policy

LETTERS = {"strictly_necessary": "N", "functional": "F", "performance": "P", "targeting": "T"}


def bound(text: str, name: str = "policy.txt") -> dict[str, str]:
    """Per kind of scope the letters of its categories."""
    declaration = read_policy(text.encode(), name=name)
    out = {scope.kind: set() for scope in declaration.scopes}
    kinds = {scope.id: scope.kind for scope in declaration.scopes}
    for category in declaration.categories:
        assert all(text[quote.start : quote.end] == quote.quote for quote in category.evidence)
        for identity in category.scope_ids:
            out[kinds[identity]].add(LETTERS[category.canonical.value])
    return {kind: "".join(sorted(letters)) for kind, letters in out.items()}


def hosts(text: str) -> dict[str, tuple[str, ...]]:
    """Per kind of scope its hosts."""
    return {scope.kind: scope.hosts for scope in read_policy(text.encode(), name="policy.txt").scopes}


SENTENCES = {
    "place before, two sentences": (
        "On our web portal, office.acme.com, we use strictly necessary cookies. "
        "On our website, www.acme.com, we use advertising cookies.",
        {"web_portal": "N", "website": "T"},
    ),
    "place after, one sentence": (
        "We use strictly necessary cookies on our portal office.acme.com, "
        "and advertising cookies on our website, www.acme.com.",
        {"web_portal": "N", "website": "T"},
    ),
    "place as subject": (
        "Our website www.acme.com uses performance and targeting cookies. "
        "Our customer portal (portal.acme.com) uses strictly necessary cookies only.",
        {"web_portal": "N", "website": "PT"},
    ),
    "labels and numbers": (
        "1. Strictly necessary cookies. 2. Performance cookies. 3. Functional cookies. 4. Targeting cookies.\n\n"
        "Our website www.acme.com uses strictly necessary, performance, functional and targeting cookies "
        "(categories 1, 2, 3 and 4). Our customer portal portal.acme.com uses strictly necessary and performance "
        "cookies only (categories 1 and 2).",
        {"web_portal": "NP", "website": "FNPT"},
    ),
    "no hosts": (
        "On our website we use analytics cookies and advertising cookies, on the "
        "customer portal only functional cookies.",
        {"web_portal": "F", "website": "PT"},
    ),
    "hosts alone": (
        "Our website is www.acme.com.\n\n"
        "On www.acme.com we use targeting cookies. On portal.acme.com we use strictly necessary cookies.",
        {"web_portal": "N", "website": "T"},
    ),
    "while": (
        "We use performance cookies on our website, while strictly necessary cookies are used on our web portal.",
        {"website": "P", "web_portal": "N"},
    ),
    "both places": (
        "We use strictly necessary cookies on our website and in our mobile app. "
        "We use targeting cookies on our website only.",
        {"app": "N", "website": "NT"},
    ),
    "three places": (
        "Our website uses advertising cookies, our customer portal uses functional cookies "
        "and our mobile app uses analytics cookies.",
        {"website": "T", "web_portal": "F", "app": "P"},
    ),
    "items by place": (
        "We use these cookies:\n\n- Website (www.acme.com): strictly necessary, performance and targeting cookies\n"
        "- Customer portal (my.acme.com): strictly necessary cookies only\n",
        {"website": "NPT", "web_portal": "N"},
    ),
    "items by category": (
        "We use these cookies:\n\n- Strictly necessary cookies (website and customer portal)\n"
        "- Advertising cookies (website only)\n",
        {"website": "NT", "web_portal": "N"},
    ),
    "only, on one place": (
        "We use strictly necessary, performance and advertising cookies.\n\n"
        "In our customer portal we only use strictly necessary cookies.",
        {"website": "NPT", "web_portal": "N"},
    ),
    "brand in the phrase": (
        "We use functional cookies on the Acme Control Room web portal and marketing "
        "cookies on the public Acme website.",
        {"web_portal": "F", "website": "T"},
    ),
    "a place that is a purpose": (
        "To improve our website, we use performance cookies on our portal and advertising cookies on our website.",
        {"web_portal": "P", "website": "T"},
    ),
    "visits": (
        "When you log in to our customer portal (my.acme.com), only strictly necessary cookies are placed. "
        "When you visit our website, analytics cookies and marketing cookies are placed.",
        {"web_portal": "N", "website": "PT"},
    ),
    "on top of the rest": (
        "We use strictly necessary cookies. On the customer portal we also use functional cookies. "
        "On our website we also use advertising cookies.",
        {"web_portal": "FN", "website": "NT"},
    ),
    "German, on top of the rest": (
        "Cookie-Richtlinie\n\nWir verwenden notwendige Cookies. "
        "Im Kundenportal verwenden wir zusätzlich funktionale Cookies. "
        "Auf unserer Website verwenden wir außerdem Marketing-Cookies.",
        {"web_portal": "FN", "website": "NT"},
    ),
    "semicolon": (
        "On our public website we use analytics and advertising cookies; the customer "
        "portal only uses functional cookies.",
        {"website": "PT", "web_portal": "F"},
    ),
    "several hosts": (
        "On our websites, including acme.com and acme.co.uk, we use marketing cookies. "
        "On our portal we use strictly necessary cookies.",
        {"website": "T", "web_portal": "N"},
    ),
    "lines by place": (
        "Website: strictly necessary cookies, marketing cookies\n\nCustomer portal: strictly necessary cookies\n\n"
        "Mobile app: functional cookies",
        {"website": "NT", "web_portal": "N", "app": "F"},
    ),
    "numbers with labels": (
        "We use Category 1 (strictly necessary) cookies on our portal and Category 4 "
        "(targeting) cookies on our website.",
        {"web_portal": "N", "website": "T"},
    ),
    "numbers after the noun": (
        "Cookies of category 1 and 2 are used on the portal, cookies of category 3 and 4 on the website.",
        {"web_portal": "NP", "website": "FT"},
    ),
    "Dutch": (
        "Cookiebeleid\n\nOp onze website www.acme.nl gebruiken wij analytische cookies en marketing cookies. "
        "In het klantportaal (portaal.acme.nl) gebruiken wij alleen noodzakelijke cookies.",
        {"website": "PT", "web_portal": "N"},
    ),
    "Dutch, place after": (
        "Cookiebeleid\n\nWij plaatsen noodzakelijke cookies in ons klantenportaal en "
        "marketing cookies op onze website.",
        {"website": "T", "web_portal": "N"},
    ),
    "German": (
        "Cookie-Richtlinie\n\nIm Kundenportal verwenden wir nur notwendige Cookies. "
        "Auf unserer Website www.acme.de verwenden wir Analyse-Cookies und Marketing-Cookies.",
        {"website": "PT", "web_portal": "N"},
    ),
    "German, one sentence": (
        "Cookie-Richtlinie\n\nWir verwenden auf unserer Website Marketing-Cookies und im "
        "Kundenportal notwendige Cookies.",
        {"website": "T", "web_portal": "N"},
    ),
    "French": (
        "Politique de cookies\n\nSur notre site www.acme.fr, nous utilisons des cookies publicitaires. "
        "Dans l'espace client, nous utilisons uniquement des cookies strictement nécessaires.",
        {"website": "T", "web_portal": "N"},
    ),
    "Spanish": (
        "Política de cookies\n\nEn nuestra web www.acme.es utilizamos cookies publicitarias. "
        "En el área de clientes utilizamos solo cookies estrictamente necesarias.",
        {"website": "T", "web_portal": "N"},
    ),
    "Italian": (
        "Informativa sui cookie\n\nSul nostro sito www.acme.it utilizziamo cookie pubblicitari. "
        "Nell'area clienti utilizziamo solo cookie strettamente necessari.",
        {"website": "T", "web_portal": "N"},
    ),
}


@pytest.mark.parametrize("case", SENTENCES)
def test_sentences_bind_categories_to_places(case):
    text, expected = SENTENCES[case]
    assert bound(text if "\n\n" in text[:40] else "Cookie policy\n\n" + text) == expected


NUMBERS = (
    "Cookie policy\n\nThe web portal uses Category 1 and 2 cookies, and our website "
    "www.acme.com uses Category 2, 3 and 4 "
    "cookies.\n\nCategory 1: Strictly necessary cookies\n\nThese cookies are needed to log in.\n\n"
    "Category 2: Performance cookies\n\nThese cookies count visits.\n\nCategory 3: Functionality cookies\n\n"
    "These cookies remember your choices.\n\nCategory 4: Targeting cookies\n\nThese cookies follow you.\n"
)


def test_numbers_bind_categories_whose_places_come_first():
    assert bound(NUMBERS) == {"website": "FPT", "web_portal": "NP"}


def test_the_binding_sentence_is_the_first_evidence():
    for category in read_policy(NUMBERS.encode(), name="policy.txt").categories:
        assert category.evidence[0].quote.startswith("The web portal uses Category 1 and 2 cookies, and our website")


def test_ranges_of_numbers():
    text = NUMBERS.replace("Category 2, 3 and 4", "Category 2-4").replace("Category 1 and 2", "Categories 1, 2, and 3")
    assert bound(text) == {"website": "FPT", "web_portal": "FNP"}


def test_general_headings_take_the_places_of_the_sentence_that_assigns_them():
    text = (
        "# Cookie policy\n\nWe use strictly necessary cookies on our web portal and "
        "advertising cookies on our website.\n\n"
        "## Strictly necessary cookies\n\nThese cookies keep you signed in.\n\n"
        "## Advertising cookies\n\nThese cookies follow you.\n\n## Performance cookies\n\nThese cookies count visits.\n"
    )
    assert bound(text) == {"website": "PT", "web_portal": "N"}
    categories = read_policy(text.encode(), name="policy.md").categories
    first = {c.canonical.value: c.evidence[0].quote[:9] for c in categories}
    assert first == {"strictly_necessary": "We use st", "targeting": "We use st", "performance": "Performan"}


STRUCTURES = {
    "headings with lists": (
        "Cookie policy\n\nCookies on our website\n\nWe use these cookies:\n\n- Strictly necessary cookies\n"
        "- Advertising cookies\n\nCookies on the customer portal\n\nWe use these "
        "cookies:\n\n- Strictly necessary cookies\n",
        {"website": "NT", "web_portal": "N"},
    ),
    "headings with tables": (
        "# Cookie policy\n\n## Cookies on our website\n\n| Category | Purpose |\n|---|---|\n"
        "| Strictly necessary | login |\n| Advertising | ads |\n\n## Cookies on the customer portal\n\n"
        "| Category | Purpose |\n|---|---|\n| Strictly necessary | login |\n| Functional | language |\n",
        {"website": "NT", "web_portal": "FN"},
    ),
    "headings with category headings": (
        "# Cookie policy\n\n## Our website (www.acme.com)\n\n### Analytics cookies\n\nWe "
        "use these cookies to count visits.\n\n"
        "### Marketing cookies\n\nWe use these cookies for ads.\n\n## Our portal (portal.acme.com)\n\n"
        "### Functional cookies\n\nWe use these cookies to remember your language.\n\n## Contact\n\nWrite to us.\n",
        {"website": "PT", "web_portal": "F"},
    ),
    "lead-ins": (
        "# Cookie policy\n\nOn our website www.acme.com we use the following cookies:\n\n- Performance cookies\n"
        "- Targeting cookies\n\nIn our mobile app we use the following cookies:\n\n- "
        "Functional cookies\n\nWrite to us.\n",
        {"website": "PT", "app": "F"},
    ),
    "column": (
        "# Cookie policy\n\n| Category | Purpose | Where used |\n|---|---|---|\n"
        "| Strictly necessary | login | Website, customer portal |\n| Advertising | ads | Website |\n",
        {"website": "NT", "web_portal": "N"},
    ),
    "column with both": (
        "# Cookie policy\n\n| Cookie category | Applies to |\n|---|---|\n| Strictly necessary | Both |\n"
        "| Advertising | Website (www.acme.com) |\n| Functional | Portal (my.acme.com) |\n",
        {"website": "NT", "web_portal": "FN"},
    ),
    "columns of ticks": (
        "# Cookie policy\n\n| Category | Website | Customer portal |\n|---|---|---|\n| Strictly necessary | ✓ | ✓ |\n"
        "| Performance | ✓ | - |\n| Targeting | ✓ | - |\n",
        {"website": "NPT", "web_portal": "N"},
    ),
    "Dutch headings": (
        "# Cookiebeleid\n\n## Cookies op onze website\n\n- Analytische cookies\n- Marketing cookies\n\n"
        "## Cookies in het klantportaal\n\n- Noodzakelijke cookies\n",
        {"website": "PT", "web_portal": "N"},
    ),
    "French headings": (
        "# Politique de cookies\n\n## Cookies sur notre site\n\n- Cookies de performance\n- Cookies publicitaires\n\n"
        "## Cookies dans l'espace client\n\n- Cookies strictement nécessaires\n",
        {"website": "PT", "web_portal": "N"},
    ),
    "Spanish headings": (
        "# Política de cookies\n\nEsta política explica qué cookies se utilizan y para qué sirven.\n\n"
        "## Cookies en nuestra web\n\n- Cookies analíticas\n- Cookies publicitarias\n\n"
        "## Cookies en el portal de clientes\n\n- Cookies técnicas\n",
        {"website": "PT", "web_portal": "N"},
    ),
    "Italian headings": (
        "# Informativa sui cookie\n\nQuesta informativa spiega quali cookie vengono "
        "utilizzati e a che cosa servono.\n\n"
        "## Cookie sul nostro sito\n\n- Cookie analitici\n- Cookie di profilazione\n\n"
        "## Cookie nel portale clienti\n\n- Cookie tecnici\n",
        {"website": "PT", "web_portal": "N"},
    ),
    "column of a cookie table": (
        "# Cookie policy\n\n| Cookie | Category | Duration | Site |\n|---|---|---|---|\n"
        "| _ga | Analytics | 2 years | Website |\n| sid | Strictly necessary | session | Customer portal |\n",
        {"website": "P", "web_portal": "N"},
    ),
    "German column": (
        "# Cookie-Richtlinie\n\n| Kategorie | Zweck | Einsatzort |\n|---|---|---|\n"
        "| Notwendig | Anmeldung | Website und Kundenportal |\n| Marketing | Werbung | Website |\n",
        {"website": "NT", "web_portal": "N"},
    ),
}


@pytest.mark.parametrize("case", STRUCTURES)
def test_headings_lists_and_tables_bind_categories_to_places(case):
    text, expected = STRUCTURES[case]
    assert bound(text, "policy.md") == expected


def test_hosts_stay_with_their_places():
    text = SENTENCES["place as subject"][0]
    assert hosts("Cookie policy\n\n" + text) == {"website": ("www.acme.com",), "web_portal": ("portal.acme.com",)}


def test_several_hosts_of_one_place_are_one_scope():
    text = (
        "Cookie policy\n\nOn our website, acme.com and acme.co.uk, we use advertising cookies. "
        "On our portal, *.acme.net, we use strictly necessary cookies."
    )
    assert bound(text) == {"website": "T", "web_portal": "N"}
    assert hosts(text)["website"] == ("acme.com", "acme.co.uk")
    assert "*.acme.net" in hosts(text)["web_portal"]


def test_sub_domains_belong_to_their_host():
    text = (
        "Cookie policy\n\nWe use advertising cookies on our website www.acme.com and its sub-domains. "
        "We use functional cookies in our mobile app."
    )
    assert hosts(text) == {"website": ("www.acme.com", "*.acme.com"), "app": ()}


def test_a_logo_names_no_scope():
    text = (
        "<html><body><header><div><span>B</span><a href='/'>Brightline</a></div></header><main><h1>Cookie policy</h1>"
        "<p>We use strictly necessary and advertising cookies.</p></main></body></html>"
    )
    (scope,) = read_policy(text.encode(), name="policy.html").scopes
    assert (scope.name, scope.default) == ("Cookie policy", True)


BAITS = {
    "subject of a description": (
        "We use cookies on our website and app. Strictly necessary cookies make our website work. "
        "Functional cookies remember your settings in the app. Marketing cookies show ads on our website."
    ),
    "services of others on the site": (
        "On our website we use marketing cookies from www.facebook.com, and functional cookies from portal.hubspot.com."
    ),
    "if you accept": (
        "We use functional cookies. The website may use analytics cookies if you accept, "
        "and visitors of the app see marketing cookies explained."
    ),
    "headings with hosts": (
        "Our website is www.acme.com.\n\n## Contact us at www.acme.com\n\nWe use functional and analytics cookies.\n\n"
        "## Visit my.acme.com\n\nThere you change your mind on marketing cookies."
    ),
    "headings of other subjects": (
        "We use functional cookies.\n\n## Our app\n\nThe app asks for your location.\n\n## Our portal\n\n"
        "The portal shows your bills."
    ),
    "browser vendors": "We use analytics cookies on our website. See www.allaboutcookies.org for functional cookies.",
    "partner's site": "We use functional cookies on our website and advertising cookies on third-party sites.",
    "their websites": (
        "We use functional cookies on our website. Our partners use advertising cookies on their websites."
    ),
    "foreign host": "On www.acme.com we use functional cookies. On www.facebook.com we use advertising cookies.",
    "foreign portal": "We use analytics cookies on our website and marketing cookies on other portals.",
    "one place": "On our website, www.acme.com, we use functional and advertising cookies.",
    "one place twice": "On our website we use functional cookies. Our website www.acme.com uses advertising cookies.",
    "portal only": "We use strictly necessary and marketing cookies on our customer portal.",
    "unplaced rest": "We use strictly necessary cookies on our portal and advertising cookies.",
    "denied": "We use advertising cookies on our website but not on the customer portal.",
    "denied second": "On our website we use advertising cookies. On our portal we do not use advertising cookies.",
    "access to the portal": (
        "Strictly necessary cookies let you move around our website and log in to the portal, "
        "and marketing cookies show ads on our website."
    ),
    "far apart": (
        "On our website we use analytics cookies.\n\nOne.\n\nTwo.\n\nThree.\n\nFour.\n\n"
        "In our mobile app we use functional cookies."
    ),
    "choices": "You can refuse advertising cookies on our website and in the portal under settings.",
    "same categories everywhere": (
        "We use functional and advertising cookies on our website and in the customer portal."
    ),
    "links": (
        "We use functional cookies on our website.\n\nMore: "
        "https://tools.google.com/dlpage/gaoptout and www.ghostery.com."
    ),
    "e-mail address": (
        "We use advertising cookies on our website. Write to portal@portal.acme.com about functional cookies."
    ),
    "heading of one place": "Cookies on our website\n\n- Functional cookies\n- Advertising cookies",
    "headings without categories": (
        "Our website\n\nWe use advertising cookies.\n\nOur portal\n\nIn the portal you find your invoices."
    ),
    "Dutch": "Wij gebruiken functionele cookies op onze website en marketing cookies op websites van derden.",
    "Dutch denial": (
        "Op onze website gebruiken wij marketing cookies. In het klantportaal gebruiken wij geen marketing cookies."
    ),
    "German": "Auf unserer Website verwenden wir Marketing-Cookies, im Kundenportal jedoch keine Marketing-Cookies.",
    "French": (
        "Sur notre site, nous utilisons des cookies publicitaires. Les sites tiers utilisent des cookies fonctionnels."
    ),
    "Spanish": "En nuestra web utilizamos cookies publicitarias y en otras webs se usan cookies funcionales.",
    "Italian": (
        "Sul nostro sito utilizziamo cookie pubblicitari. Nell'area clienti non utilizziamo cookie pubblicitari."
    ),
    "domain column": (
        "| Cookie | Category | Domain |\n|---|---|---|\n| _ga | Performance | .acme.com "
        "|\n| sid | Functional | app.acme.com |"
    ),
    "site column with others' hosts": (
        "| Category | Site |\n|---|---|\n| Performance | www.acme.com |\n| Targeting | doubleclick.net |"
    ),
    "column of prose": (
        "| Category | Where used |\n|---|---|\n| Performance | On each page of our website, to count visits |\n"
        "| Functional | When you sign in to the portal |"
    ),
}


@pytest.mark.parametrize("case", BAITS)
def test_a_mere_mention_tells_no_scopes_apart(case):
    declaration = read_policy(("# Cookie policy\n\n" + BAITS[case] + "\n").encode(), name="policy.md")
    shared = case in ("same categories everywhere", "subject of a description")  # "on our website and app"
    assert len(declaration.scopes) in (1, 1 + shared)
    assert len({category.scope_ids for category in declaration.categories}) <= 1
    assert all(declaration.scopes[0].id in category.scope_ids for category in declaration.categories)


def test_long_sentences_are_read_in_linear_time():
    text = "Cookie policy\n\n" + "on our website we use functional cookies and on the portal " * 4000
    assert len(read_policy(text.encode(), name="policy.txt").scopes) <= 2


@pytest.mark.parametrize(
    "text",
    [
        "On our website www.acme.com we use necessary and marketing cookies.\n\n"
        "In the customer portal portal.acme.com we only use strictly necessary cookies.\n",
        "## Website\n\nOn our website www.acme.com we use necessary and marketing cookies.\n\n"
        "## Customer portal\n\nIn the customer portal portal.acme.com we only use strictly necessary cookies.\n",
    ],
)
def test_a_claim_about_one_scope_is_none_about_another_that_uses_the_category(read, text):
    declaration = read(f"# Cookie policy\n\n{text}")
    assert [(c.type, c.scope_ids) for c in declaration.claims] == [("only_category", ("portal",))]


def test_a_column_of_category_numbers_is_bound_to_its_places_and_names_no_cookies(read):
    declaration = read(
        "# Cookie policy\n\nWe use cookies on our websites.\n\n"
        "## Category 1: Strictly necessary cookies\n\nThese cookies are needed for the site to work.\n\n"
        "## Category 2: Performance cookies\n\nThese cookies count visits.\n\n"
        "## Category 3: Functionality cookies\n\nThese cookies remember your choices.\n\n"
        "## Category 4: Targeting cookies\n\nThese cookies show you relevant advertising.\n\n"
        "## Where each category is used\n\n| Site | Categories in use |\n|---|---|\n"
        "| www.example.com | 1, 2, 3 and 4 |\n| my.example.com | 1 and 3 |\n\n"
        "On the customer portal at my.example.com we use cookies of categories 1 and 3 only.\n"
    )
    assert declaration.cookies == ()
    hosts = {scope.id: scope.hosts for scope in declaration.scopes}
    used = {c.number: sorted(host for one in c.scope_ids for host in hosts[one]) for c in declaration.categories}
    assert used == {
        "1": ["my.example.com", "www.example.com"],
        "2": ["www.example.com"],
        "3": ["my.example.com", "www.example.com"],
        "4": ["www.example.com"],
    }


TABLE = """# Cookie policy

We use cookies.

| {title} | {column} |
|---|---|
| {one} | {much} |
| {other} | {little} |
"""
LISTED = {"title": "Host", "column": "Categories", "much": "Necessary, functional, analytics and advertising"}


def placed(declaration):
    """The hosts of each declared category."""
    hosts = {scope.id: scope.hosts for scope in declaration.scopes}
    return {c.canonical.value: [host for one in c.scope_ids for host in hosts[one]] for c in declaration.categories}


@pytest.mark.parametrize(
    "cells",
    [
        LISTED | {"little": "Necessary and functional cookies only"},
        LISTED | {"title": "Website", "column": "Cookies used", "little": "Necessary, functional"},
        {"title": "Domain", "column": "Cookie categories", "much": "1, 2, 3 and 4", "little": "1, 3"},
    ],
)
def test_a_table_of_two_hosts_of_one_owner_binds_what_each_lists(read, cells):
    """No sentence says whose the hosts are, nor which of them is the portal."""
    found = placed(read(TABLE.format(one="www.example.com", other="my.example.com", **cells)))
    www, both = ["www.example.com"], ["www.example.com", "my.example.com"]
    assert found == {"strictly_necessary": both, "functional": both, "performance": www, "targeting": www}


def test_a_table_of_ticks_below_two_hosts_of_one_owner_binds_them(read):
    rows = "| Necessary cookies | yes | yes |\n| Advertising cookies | yes | no |\n"
    head = "| Category | www.example.com | my.example.com |\n|---|---|---|\n"
    found = placed(read(f"# Cookie policy\n\nWe use cookies.\n\n{head}{rows}"))
    assert found["targeting"] == ["www.example.com"]
    assert found["strictly_necessary"] == ["www.example.com", "my.example.com"]


@pytest.mark.parametrize(
    "cells",
    [
        {"one": "www.google.com", "other": "maps.google.com", "little": "Necessary, functional"},
        {"one": "www.example.com", "other": "tags.another.com", "little": "Necessary, functional"},
        {"one": "www.example.com", "other": "my.example.com", "little": "Necessary (and advertising on some pages)"},
        {"one": "www.example.com", "other": "my.example.com", "little": "Necessary, and whatever partners set"},
    ],
)
def test_a_table_that_may_say_something_else_binds_no_hosts(read, cells):
    declaration = read(TABLE.format(**LISTED, **cells))
    assert len(declaration.scopes) == 1
    declared = {category for one in declaration.categories for category in (one.canonical, *one.covers)}
    assert declared >= {Category.PERFORMANCE, Category.TARGETING, Category.FUNCTIONAL}
