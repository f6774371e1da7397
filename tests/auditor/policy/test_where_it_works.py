"""Where cookies are said to work: places of the vendor, e-mails, devices; and what is said of them after a refusal."""

from __future__ import annotations

import pytest


def technologies(declaration):
    return {one.name for one in declaration.technologies if one.declared}


@pytest.mark.parametrize(
    "text",
    [
        "# Cookies\n\nCookies are little files that let websites and mobile apps know you. We use analytics cookies.\n",
        "# Cookies\n\nLes cookies sont des fichiers lus par les sites web et les applications. "
        "Nous utilisons des cookies analytiques.\n",
    ],
)
def test_places_of_anybody_are_no_scopes(read, text):
    assert [scope.kind for scope in read(text).scopes] == ["website"]


@pytest.mark.parametrize(
    "text",
    [
        "# Cookies\n\nOur website and our mobile app use analytics cookies.\n",
        "# Cookies\n\nWe use analytics cookies on the website and in the mobile app.\n",
        "# Cookies\n\nNous utilisons des cookies analytiques sur notre site web et nos applications mobiles.\n",
    ],
)
def test_places_of_the_vendor_share_what_is_said(read, text):
    declared = read(text)
    assert [scope.kind for scope in declared.scopes] == ["website", "app"]
    assert declared.categories[0].scope_ids == ("site", "app")


@pytest.mark.parametrize(
    "text",
    [
        "We use cookies and comparable tools on our website, in our apps and in our emails.",
        "We use cookies to count visits, and for learning how you interact with the newsletters we send.",
        "Wir setzen Cookies auf unserer Website und in unseren E-Mails ein.",
        "Nous utilisons des cookies sur notre site et dans nos communications par e-mail.",
        "Wij gebruiken cookies op onze website en in onze nieuwsbrieven.",
    ],
)
def test_cookies_in_mails_are_pixels_of_mails(read, text):
    assert "email_pixels" in technologies(read(f"# Cookies\n\n{text}\n"))


@pytest.mark.parametrize(
    "text",
    [
        "We use cookies to show you offers on our website and in our emails.",
        "We do not use cookies in our emails. We use cookies on our website.",
        "We use cookies. How you can leave is told in our emails.",
        "Wir verwenden Cookies, um Ihnen Angebote in unseren E-Mails zu zeigen.",
    ],
)
def test_mails_that_tell_of_no_pixels(read, text):
    assert "email_pixels" not in technologies(read(f"# Cookies\n\n{text}\n"))


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("Identifiers linked to your device are used as well.", True),
        ("Les identifiants associés à votre appareil sont également utilisés.", True),
        ("The tag sends the advertising identifiers stored in these cookies.", False),
        ("Die Seite sendet die Werbe-ID in den Cookies mit.", False),
        ("The tag sends advertising identifiers, as other cookies do.", True),
    ],
)
def test_an_identifier_in_a_cookie_is_none_of_a_device(read, text, declared):
    assert ("device_ids" in technologies(read(f"# Cookies\n\nWe use cookies. {text}\n"))) is declared


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("Other technologies, such as web storage, may be used for similar purposes.", True),
        ("Andere Technologien können für ähnliche Zwecke eingesetzt werden.", True),
        ("Andere technieken kunnen voor dezelfde doeleinden worden ingezet.", True),
        ("We use no other technologies for similar purposes.", False),
    ],
)
def test_other_technologies_for_the_same_purposes(read, text, declared):
    assert ("similar_technologies" in technologies(read(f"# Cookies\n\nCookies. {text}\n"))) is declared


@pytest.mark.parametrize(
    "text",
    [
        'Wij plaatsen noodzakelijke cookies. Klik je op "Weigeren", dan worden er geen marketingcookies geplaatst.',
        "Wir verwenden notwendige Cookies. Lehnen Sie ab, werden keine Marketing-Cookies gesetzt.",
        "We use necessary cookies. If you refuse, no marketing cookies are set.",
        "We use necessary cookies. Without your consent we do not set marketing cookies.",
        "Vi sätter nödvändiga cookies. Nekar du, sätts inga marknadsföringscookies.",
    ],
)
def test_what_is_not_set_after_a_refusal_is_in_use(read, text):
    declared = read(f"# Cookies\n\n{text}\n")
    assert {(c.canonical.value, c.in_use) for c in declared.categories} == {
        ("strictly_necessary", "yes"),
        ("targeting", "yes"),
    }
    assert "category_unused" not in {claim.type for claim in declared.claims}


def test_what_is_not_set_for_some_visitors_is_told_neither_way(read):
    declared = read("# Cookies\n\nWe use necessary cookies. If you come from France, no marketing cookies are set.\n")
    assert [c.canonical.value for c in declared.categories] == ["strictly_necessary"]


def test_places_that_are_defined_as_terms(read):
    found = read(
        "# Cookies\n\nWe use cookies when you use the Tandil mobile application (on any device) (“App”) or websites "
        "(such as tandil.example) (“Websites”).\n\n## Analytics cookies\n\nThey count visits.\n"
    )
    assert [(scope.kind, scope.hosts) for scope in found.scopes] == [("website", ("tandil.example",)), ("app", ())]
