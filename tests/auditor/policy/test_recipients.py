"""Third parties outside the parts about cookies, in columns of providers, and as what a claim is about."""

from __future__ import annotations

import pytest

PRIVACY = "# Privacy policy\n\n## Who gets your data\n\n{}\n\n## Cookies\n\nWe use cookies.\n"


def services(declaration):
    return [(service.name, service.category and service.category.value) for service in declaration.services]


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("We share your address with Mailgun to send receipts.", ["Mailgun"]),
        ("Braintree is our payment processor.", ["Braintree"]),
        ("Our servers are hosted by Hetzner.", ["Hetzner"]),
        ("Services that we use:\n\n- Hosting: Hetzner, Germany\n- Payment: Stripe", ["Hetzner", "Stripe"]),
        ("You can register through your account with Facebook.", []),
        ("Visit our page on LinkedIn, whose links lead to other sites.", []),
        ("We do not share your data with Stripe.", []),
    ],
)
def test_who_gets_data_is_named_without_a_category(read, sentence, named):
    assert services(read(PRIVACY.format(sentence))) == [(name, None) for name in named]


def test_a_column_of_providers_declares_no_services(read):
    """It says whose a listed cookie is: a declared service would cover the cookies that the list leaves out."""
    table = "| Cookie | Provider | Duration |\n|---|---|---|\n| __hstc | HubSpot | 13 months |\n| x1 | Google | |\n"
    declaration = read(f"# Cookie policy\n\nWe use cookies.\n\n## Marketing cookies\n\n{table}")
    assert [(one.name, one.provider) for one in declaration.cookies] == [
        ("__hstc", "HubSpot"),
        ("x1", "Google"),
    ]
    assert services(declaration) == []


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Google Analytics shortens your IP address before it is stored.", ("service", "Google Analytics")),
        ("## Matomo\n\nYour IP address is anonymised.", ("category", "performance")),
        ("Your IP address is anonymised.", ("document", None)),
    ],
)
def test_whose_addresses_are_shortened(read, text, subject):
    made = read(f"# Cookie policy\n\nWe use cookies.\n\n{text}").claims
    assert [(c.subject_kind, c.subject_value) for c in made if c.type == "ip_anonymised"] == [subject]


def test_a_heading_that_is_a_service_names_it_where_the_text_speaks_of_use(read):
    text = "# Datenschutzerklärung\n\n## Analyse-Tools und Werbung\n\n### Meta-Pixel\n\n{}\n"
    used = "Diese Website nutzt zur Messung das Pixel von Meta."
    assert services(read(text.format(used))) == [("Facebook Pixel", "targeting")]
    assert services(read(text.format("Wir verwenden keine Pixel dieses Anbieters."))) == []


def test_a_service_beside_its_provider_begins_no_other_record(read):
    lines = ["Name: ab_cd", "Purpose: Bots", "Provider: .example.com", "Service: Cloudflare", "Expires in: 30 minutes"]
    declaration = read("\n\n".join(["# Cookie policy", "## Essential cookies", *lines]))
    assert [(c.name, c.duration.seconds) for c in declaration.cookies] == [("ab_cd", 1800)]
    assert services(declaration) == [("Cloudflare", "strictly_necessary")]


def test_that_one_service_waits_for_consent_is_said_of_it(read):
    text = "# Datenschutzerklärung\n\n## Google Analytics\n\nWir verwenden Google Analytics. {}"
    made = read(text.format("Die Nutzung dieses Dienstes erfolgt auf Grundlage Ihrer Einwilligung.")).claims
    assert [(c.type, c.subject_kind, c.subject_value) for c in made] == [
        ("consent_before_setting", "category", "performance")
    ]
