"""Which links lead to policies, in many languages, and which do not."""

from __future__ import annotations

import pytest

from crawler.policy_links import (
    Link,
    kind_of_address,
    language_versions,
    links_of,
    mentions,
    policy_links,
    sitemap_addresses,
)

SITE = "https://www.a.example/"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Privacy Policy", "privacy"),
        ("PRIVACY", "privacy"),
        ("Privacy & Cookies", "privacy"),
        ("Cookie Policy", "cookies"),
        ("Cookies", "cookies"),
        ("Privacyverklaring", "privacy"),
        ("Cookiebeleid", "cookies"),
        ("Datenschutzerklärung", "privacy"),
        ("Cookie-Richtlinie", "cookies"),
        ("Politique de confidentialité", "privacy"),
        ("Política de privacidad", "privacy"),
        ("Informativa sulla privacy", "privacy"),
        ("Polityka prywatności", "privacy"),
        ("Ochrana osobních údajů", "privacy"),
        ("Tietosuojaseloste", "privacy"),
        ("Evästeet", "cookies"),
        ("Πολιτική απορρήτου", "privacy"),
        ("Политика за поверителност", "privacy"),
        ("Kişisel Verilerin Korunması", "privacy"),
        ("GİZLİLİK POLİTİKASI", "privacy"),
        ("Terms of use", None),
        ("Private parties", None),
        ("", None),
    ],
)
def test_words(text: str, kind: str | None) -> None:
    found = policy_links([Link(text, "https://www.a.example/page")], SITE)
    assert [link.kind for link in found] == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://www.a.example/legal/privacy.html", "privacy"),
        ("https://www.a.example/cookie-policy", "cookies"),
        ("https://www.a.example/datenschutz/", "privacy"),
        ("https://privacy.a.example/", None),
        ("https://www.a.example/", None),
    ],
)
def test_addresses(url: str, kind: str | None) -> None:
    assert kind_of_address(url) == kind


def test_the_sites_own_footer_link_comes_first() -> None:
    links = [
        Link("Privacy Policy", "https://policies.google.com/privacy"),
        Link("Privacy", "https://parent.example/privacy"),
        Link("Read more", "https://www.a.example/blog/privacy-matters"),
        Link("Privacy Policy", "https://www.a.example/legal/privacy", footer=True),
    ]
    assert [link.url for link in policy_links(links, SITE)] == [
        "https://www.a.example/legal/privacy",
        "https://www.a.example/blog/privacy-matters",
        "https://parent.example/privacy",
    ]


@pytest.mark.parametrize(
    "link",
    [
        Link("Cookie settings", "https://www.a.example/#"),
        Link("Privacy", "https://www.a.example/#privacy"),
        Link("Cookie preferences", "https://www.a.example/settings"),
        Link("Privacy Policy", "javascript:void(0)"),
        Link("Privacy Policy", "mailto:privacy@a.example"),
        Link("Privacy Policy", "https://[broken/"),
    ],
)
def test_what_leads_to_no_policy(link: Link) -> None:
    assert policy_links([link], SITE) == ()


def test_a_settings_page_is_a_last_resort() -> None:
    links = [
        Link("Cookie settings", "https://www.a.example/cookie-settings", footer=True),
        Link("Cookies", "https://www.a.example/cookies", footer=True),
    ]
    assert [link.url for link in policy_links(links, SITE)] == [links[1].url, links[0].url]


def test_links_of_a_page() -> None:
    page = b"""<a href="/p">Privacy <b>policy</b></a><a>no address</a><a href="https://[bad">x</a>
    <a href=" sub/q#part ">&#67;ookies</a><script>'<a href="/no">'</script>"""
    assert links_of(page, "https://www.a.example/dir/") == (
        Link("Privacy policy", "https://www.a.example/p"),
        Link("Cookies", "https://www.a.example/dir/sub/q#part"),
    )
    assert links_of(b"", SITE) == links_of(b"\0\xff<", SITE) == ()


def test_sitemaps() -> None:
    listing = b"<urlset><url><loc> https://a.example/?a=1&amp;b=2 </loc></url><loc>file:///etc/passwd</loc></urlset>"
    assert sitemap_addresses(listing) == ("https://a.example/?a=1&b=2",)
    assert sitemap_addresses(b"<loc>" * 100_000) == ()
    versions = (
        b'<url><loc>https://a.example/</loc><xhtml:link rel="alternate" hreflang="nl" href="https://a.example/nl"/>'
    )
    assert sitemap_addresses(versions) == ("https://a.example/", "https://a.example/nl")


def test_language_versions() -> None:
    page = b"".join(
        f"<link rel='{rel}' hreflang='{code}' href='{href}'>".encode()
        for rel, code, href in (
            ("alternate", "de", "/de"), ("alternate", "x-default", "/all#top"), ("alternate", "en-GB", "/en"),
            ("alternate", "nl-BE", "/nl"), ("alternate", "fr", "https://b.example/"), ("canonical", "it", "/it"),
        )
    )  # fmt: skip
    found = language_versions(page, "https://www.a.example/de", "nl")
    assert found == ("https://www.a.example/nl", "https://www.a.example/all", "https://www.a.example/en")
    assert language_versions(b"", "https://www.a.example/", "nl") == ()


def test_mentions() -> None:
    assert mentions("Privacy policy. We use cookies. Wij gebruiken cookies.") == 3
    assert mentions("Buy our telephones") == 0
