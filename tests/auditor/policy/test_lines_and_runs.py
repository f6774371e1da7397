"""Lists that lost their bullets, names in a row of prose, words for means, and dialogs beside a policy's text."""

# ruff: noqa: E501  a policy's lines are as long as they are

from __future__ import annotations

import pytest

DAY = 86_400
PRINTED = """Cookie policy
2. Necessary cookies
They are needed for the site.
SESSID – Acme – keeps you signed in while you buy – lifetime:
session
XSRF-TOKEN – Acme – protects forms – lifetime: 2 hours
acme_choice – Acme – remembers your choice – lifetime: 90
days
3. Marketing cookies
We use the Meta Pixel with your consent.
_fbp – Facebook – measures adverts – lifetime: 30 days
fr – Facebook – shows adverts – lifetime: 7 days
"""


def test_the_lines_of_a_printed_list_are_its_items(read):
    assert [(c.name, c.category.value, c.duration.seconds) for c in read(PRINTED).cookies] == [
        ("SESSID", "strictly_necessary", 0),
        ("XSRF-TOKEN", "strictly_necessary", 7200),
        ("acme_choice", "strictly_necessary", 90 * DAY),
        ("_fbp", "targeting", 30 * DAY),
        ("fr", "targeting", 7 * DAY),
    ]


def test_lines_of_words_before_dashes_are_no_cookies(read):
    text = "Cookie policy\nWe use cookies.\nContact – by mail or telephone\nChanges – we publish them here\n"
    assert read(text).cookies == ()


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("acme-consent-v2, acmeUser and acmeDate (Acme) keep your choices for 13 months.", ["acme-consent-v2", "acmeUser", "acmeDate"]),
        ("Acme sets the cookie shop_visitor (13 months).", ["shop_visitor"]),
        ("Settings of Safari iOS (iPhone, iPad, iPod touch) can block cookies.", []),
        ("These cookies work on iOS, macOS and in webViews.", []),
        ("We use cookies first-party and third-party.", []),
    ],
)  # fmt: skip
def test_names_in_prose_are_read_where_they_can_be_nothing_else(read, sentence, names):
    text = f"# Cookies\n\n## Necessary cookies\n\n{sentence}\n"
    assert [cookie.name for cookie in read(text).cookies] == names


@pytest.mark.parametrize("means", ["píxeles y scripts de seguimiento", "píxeles de seguimiento"])
def test_tracking_scripts_are_means_and_no_category(read, means):
    text = f"# Política de cookies\n\nUtilizamos cookies, {means}.\n\n- Cookies técnicas: son necesarias para navegar.\n- Cookies analíticas: cuentan las visitas.\n"
    assert sorted(c.canonical.value for c in read(text).categories) == ["performance", "strictly_necessary"]


def test_cookies_for_tracking_are_a_category(read):
    text = "# Política de cookies\n\nUtilizamos cookies técnicas y de seguimiento.\n"
    assert sorted(c.canonical.value for c in read(text).categories) == ["strictly_necessary", "targeting"]


BANNER = '<div role="dialog" aria-label="Cookies"><p>This website uses cookies for statistics and marketing.</p></div>'
POLICY = """<!doctype html><html lang="en"><body><main><h1>Cookie policy</h1><p>Acme uses these kinds of cookies on its website:</p>
<ul><li>Necessary cookies, which let you use the basket and place an order.</li><li>Analytics cookies, which tell us how the shop is used.</li></ul>
<p>You can delete cookies in the settings of your browser at any time. We last changed this policy in May.</p></main>ASIDE</body></html>"""


def test_a_banner_beside_the_text_declares_nothing(read):
    assert sorted(c.canonical.value for c in read(POLICY.replace("ASIDE", BANNER)).categories) == [
        "performance",
        "strictly_necessary",
    ]


BAR = '<div id="strip" role="region" aria-label="Cookies">We use cookies for marketing. <button>Accept</button></div>'


@pytest.mark.parametrize(
    ("bar", "found"),
    [
        (BAR, 2),
        (BAR.replace('role="region" aria-label="Cookies"', 'class="cookie-bar"'), 2),
        (BAR.replace("<button>Accept</button>", ""), 3),  # It asks nothing: a note of the policy's own.
        (BAR.replace("Cookies", "Note"), 3),
        (BAR.replace("We use", "We use these cookies. " * 80 + "We use"), 3),  # It is longer than what it is beside.
    ],
)
def test_a_bar_about_cookies_with_a_button_declares_nothing(read, bar, found):
    assert len(read(POLICY.replace("ASIDE", bar)).categories) == found


def test_a_policy_that_is_shown_as_a_dialog_is_read(read):
    whole = POLICY.replace("<main>", '<main role="dialog">').replace("ASIDE", "")
    assert len(read(whole).categories) == 2


def test_the_lists_of_two_sites_are_told_apart_by_what_opens_them(read):
    text = (
        "# Cookie policy\n\nAcme runs the websites www.acme.example and www.acme-shop.example.\n\n"
        "On www.acme.example we use:\n\n- Necessary cookies, which the site needs to work.\n- Analytics cookies: Acme Counter.\n\n"
        "On www.acme-shop.example we use only:\n\n- Necessary cookies, which the basket needs.\n"
    )
    declaration = read(text)
    hosts = {scope.id: scope.hosts for scope in declaration.scopes}
    assert [(c.canonical.value, [hosts[one] for one in c.scope_ids]) for c in declaration.categories] == [
        ("performance", [("www.acme.example",)]),
        ("strictly_necessary", [("www.acme.example",)]),
        ("strictly_necessary", [("www.acme-shop.example",)]),
    ]


@pytest.mark.parametrize(
    ("title", "narrow", "whole"),
    [
        ("Politique de cookies", "Ce site n'utilise aucun cookie nécessitant votre accord.", "Ce site n'utilise aucun cookie."),
        ("Politique de cookies", "Ce site n'utilise aucun cookie soumis à consentement.", "Ce site n'utilise aucun cookie."),
        ("Cookieverklaring", "Deze site gebruikt geen cookies waarvoor toestemming nodig is.", "Wij gebruiken geen cookies."),
        ("Polityka cookies", "Ta strona nie używa plików cookie wymagających zgody.", "Ta strona nie używa plików cookie."),
    ],
)  # fmt: skip
def test_no_cookies_that_need_consent_are_not_no_cookies(read, title, narrow, whole):
    assert [claim.type for claim in read(f"# {title}\n\n{narrow}\n").claims] == []
    assert [claim.type for claim in read(f"# {title}\n\n{whole}\n").claims] == ["cookies_unused"]


def test_pictures_before_a_text_are_no_part_of_it(read):
    found = read(
        "# Cookies\n\n## 🍪 Functional cookies\n\n- ✅ choice_kept – keeps your answer. Lifetime: 12 months.\n\n"
        "## ⚠️ Marketing cookies\n\n- 📊 **_xad**: shows ads. Lifetime: 1 day.\n"
    )
    assert [(one.label, one.canonical) for one in found.categories] == [
        ("Functional cookies", "functional"),
        ("Marketing cookies", "targeting"),
    ]
    assert [(one.name, one.category, one.duration.seconds) for one in found.cookies] == [
        ("choice_kept", "functional", 31_104_000),
        ("_xad", "targeting", 86_400),
    ]
