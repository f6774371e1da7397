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


def test_a_column_of_providers_of_a_category_names_services(read):
    table = "| Cookie | Provider | Duration |\n|---|---|---|\n| _ga | Google Analytics | 2 years |\n| x1 | Google | |\n"
    declaration = read(f"# Cookie policy\n\nWe use cookies.\n\n## Analytics cookies\n\n{table}")
    assert services(declaration) == [("Google Analytics", "performance")]


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Google Analytics shortens your IP address before it is stored.", ("service", "Google Analytics")),
        ("## Matomo\n\nYour IP address is anonymised.", ("service", "Matomo")),
        ("Your IP address is anonymised.", ("document", None)),
    ],
)
def test_whose_addresses_are_shortened(read, text, subject):
    made = read(f"# Cookie policy\n\nWe use cookies.\n\n{text}").claims
    assert [(c.subject_kind, c.subject_value) for c in made if c.type == "ip_anonymised"] == [subject]
