"""Places told by hosts with their kinds, by headings with letters, and by proper names."""

from __future__ import annotations

import pytest

from auditor.policy.read import read_policy

POLICY = """# {title}

{intro}

- {consent}
- {denial}

## A. {a} www.{host}

**{necessary}**: sid. **{marketing}**: {ads} Meta Pixel.

| {name} | {purpose} | {term} |
|---|---|---|
| _fbp | Meta Pixel | {months} |

## B. {b} {sub}.{host}

**{necessary}**: {here}

| {name} | {purpose} | {term} |
|---|---|---|
| sess | Login | {months} |
"""
WORDING = {
    "da": {
        "title": "Cookiepolitik",
        "intro": "Vi bruger cookies på vores to websteder: www.vendor.dk (vores hjemmeside) og mit.vendor.dk "
        "(selvbetjeningen Mit Nordlys). De to steder bruger ikke de samme cookies.",
        "consent": "Cookies til marketing sættes først, når du har givet samtykke.",
        "denial": "Mit Nordlys bruger ingen marketingcookies.",
        "a": "Hjemmesiden", "b": "Selvbetjeningen", "sub": "mit", "host": "vendor.dk",
        "necessary": "Nødvendige cookies", "marketing": "Marketingcookies", "ads": "vi viser dig annoncer med",
        "here": "her bruger vi kun nødvendige cookies.",
        "name": "Navn", "purpose": "Formål", "term": "Varighed", "months": "3 måneder",
    },
    "en": {
        "title": "Cookie policy",
        "intro": "We use cookies on our two websites: www.vendor.com (our website) and my.vendor.com (the customer "
        "portal My Northlight). They do not use the same cookies.",
        "consent": "Marketing cookies are set only after you have given consent.",
        "denial": "My Northlight uses no marketing cookies.",
        "a": "The website", "b": "The customer portal", "sub": "my", "host": "vendor.com",
        "necessary": "Necessary cookies", "marketing": "Marketing cookies", "ads": "we show you ads with",
        "here": "here we use necessary cookies only.",
        "name": "Name", "purpose": "Purpose", "term": "Duration", "months": "3 months",
    },
    "de": {
        "title": "Cookie-Richtlinie",
        "intro": "Diese Richtlinie beschreibt, wie wir Cookies auf unseren zwei Websites verwenden: www.vendor.de "
        "(unsere Website) und mein.vendor.de (das Kundenportal Mein Nordlicht).",
        "consent": "Marketing-Cookies werden erst gesetzt, wenn Sie eingewilligt haben.",
        "denial": "Mein Nordlicht verwendet keine Marketing-Cookies.",
        "a": "Die Website", "b": "Das Kundenportal", "sub": "mein", "host": "vendor.de",
        "necessary": "Notwendige Cookies", "marketing": "Marketing-Cookies", "ads": "wir zeigen Ihnen Werbung mit",
        "here": "hier verwenden wir nur notwendige Cookies.",
        "name": "Name", "purpose": "Zweck", "term": "Speicherdauer", "months": "3 Monate",
    },
    "fr": {
        "title": "Politique relative aux cookies",
        "intro": "Nous utilisons des cookies sur nos deux sites : www.vendor.fr (notre site web) et mon.vendor.fr "
        "(l'espace client Mon Nordlumière). Les deux sites n'utilisent pas les mêmes cookies.",
        "consent": "Les cookies marketing ne sont déposés qu'après votre consentement.",
        "denial": "Mon Nordlumière n'utilise aucun cookie marketing.",
        "a": "Le site", "b": "L'espace client", "sub": "mon", "host": "vendor.fr",
        "necessary": "Les cookies nécessaires", "marketing": "Les cookies marketing",
        "ads": "nous affichons des publicités avec", "here": "ici, nous n'utilisons que des cookies nécessaires.",
        "name": "Nom", "purpose": "Finalité", "term": "Durée", "months": "3 mois",
    },
    "nl": {
        "title": "Cookiebeleid",
        "intro": "Dit beleid beschrijft hoe wij cookies gebruiken op onze twee websites: www.vendor.nl (onze website) "
        "en mijn.vendor.nl (het klantportaal Mijn Noorderlicht).",
        "consent": "Marketingcookies worden pas geplaatst nadat u toestemming hebt gegeven.",
        "denial": "Mijn Noorderlicht gebruikt geen marketingcookies.",
        "a": "De website", "b": "Het klantportaal", "sub": "mijn", "host": "vendor.nl",
        "necessary": "Noodzakelijke cookies", "marketing": "Marketingcookies", "ads": "wij tonen u advertenties met",
        "here": "hier gebruiken wij alleen noodzakelijke cookies.",
        "name": "Naam", "purpose": "Doel", "term": "Bewaartermijn", "months": "3 maanden",
    },
}  # fmt: skip


def read(language, **changes):
    """The policy of two sites in a language."""
    return read_policy(POLICY.format(**WORDING[language] | changes).encode(), name="policy.md")


@pytest.mark.parametrize("language", sorted(WORDING))
def test_hosts_with_their_kinds_are_two_places_with_their_own_sections(language):
    policy = read(language)
    sub = f"{WORDING[language]['sub']}.{WORDING[language]['host']}"
    assert [(s.id, s.hosts) for s in policy.scopes] == [
        ("site", (f"www.{WORDING[language]['host']}",)),
        ("portal", (sub,)),
    ]
    targeting = [c for c in policy.categories if c.canonical == "targeting"]
    assert targeting
    assert {c.scope_ids for c in targeting} == {("site",)}
    assert {(s.name, s.scope_ids) for s in policy.services} == {("Facebook Pixel", ("site",))}


@pytest.mark.parametrize("language", sorted(WORDING))
def test_what_a_named_place_does_without_is_denied_of_that_place_alone(language):
    policy = read(language)
    denied = [(c.subject_value, c.scope_ids) for c in policy.claims if c.type == "category_unused"]
    assert denied == [("targeting", ("portal",))]
    assert not policy.contradictions


@pytest.mark.parametrize("denial", ["We use no marketing cookies.", "Northlight uses no marketing cookies."])
def test_what_the_vendor_does_without_is_denied_of_all_places(denial):
    policy = read("en", denial=denial)
    assert [c.scope_ids for c in policy.claims if c.type == "category_unused"] != [("portal",)]
    assert [c.subject for c in policy.contradictions if c.kind == "claim_conflict"] == ["targeting"]


@pytest.mark.parametrize(
    ("sentence", "denied"),
    [
        ("My Account uses no advertising cookies.", False),
        ("In My Account we use no advertising cookies.", False),
        ("Example Desk uses no advertising cookies.", False),
        ("We use no advertising cookies.", True),
        ("Vendor uses no advertising cookies.", True),
        ("Our Website uses no advertising cookies.", True),
    ],
)
def test_names_of_other_places_deny_nothing_of_the_website(sentence, denied):
    text = (
        "# Cookie policy\n\nWe use necessary, performance and advertising cookies on this website. You find your "
        f"invoices in Example Desk (our customer portal).\n\n{sentence}\n"
    )
    claims = read_policy(text.encode(), name="policy.md", vendor="Vendor").claims
    assert ("category_unused" in {c.type for c in claims}) is denied


def test_german_with_at_the_beginning_is_no_name():
    text = (
        "# Cookies\n\nWir verwenden notwendige Cookies und Statistik-Cookies auf dieser Website.\n\n"
        "Mit Matomo verwenden wir keine Marketing-Cookies.\n"
    )
    claims = read_policy(text.encode(), name="policy.md").claims
    assert [c.type for c in claims if c.type == "category_unused"] == ["category_unused"]


def test_a_place_of_a_heading_has_the_own_hosts_that_its_part_names():
    text = (
        "# Cookie policy\n\n## Website\n\nOn our website www.acme.com we use necessary and marketing cookies. "
        "Details are on the website policies.google.com.\n\n"
        "## Customer portal\n\nIn the customer portal portal.acme.com we only use strictly necessary cookies.\n"
    )
    policy = read_policy(text.encode(), name="policy.md")
    assert [(s.id, s.hosts) for s in policy.scopes] == [
        ("site", ("www.acme.com",)),
        ("portal", ("portal.acme.com",)),
    ]
