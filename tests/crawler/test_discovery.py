"""Finding policies nobody configured: links first, usual addresses next, the sitemap last, and the truth if nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from auditor.model import Control, Outcome, Phase, PolicyDocument, Site, Vendor
from crawler.config import CrawlConfig, NetworkConfig
from crawler.discovery import Discovery
from crawler.fetch import Fetcher

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.network import AddressGuard

    Discover = Callable[..., tuple[PolicyDocument, ...]]

HOME = "https://www.a.example/"
POLICY = "<title>Privacy</title><main><h1>Privacy policy</h1><p>" + "We use cookies to measure visits. " * 20
COOKIES = "<main><h1>Cookie policy</h1><p>" + "These cookies are used. " * 20


@pytest.fixture
def discover(run: Callable[..., Any], guard: AddressGuard) -> Callable[..., tuple[PolicyDocument, ...]]:
    """Searches for the policies of a vendor; ``links`` are (text, URL) of its pages' footers."""

    def go(*links: tuple[str, str], sites: tuple[str, ...] = (HOME,)) -> tuple[PolicyDocument, ...]:
        vendor = Vendor(id="a", name="A", sites=tuple(Site(url=url) for url in sites))
        controls = tuple(
            Control(text=text, url=url, location="footer", page=HOME, phase=Phase.BEFORE_CHOICE) for text, url in links
        )

        async def within() -> tuple[PolicyDocument, ...]:
            async with Fetcher(guard, NetworkConfig(ignore_certificate_errors=True), CrawlConfig()) as fetcher:
                return await Discovery(vendor, fetcher, None).documents(controls)

        found: tuple[PolicyDocument, ...] = run(within())
        return found

    return go


def where(documents: tuple[PolicyDocument, ...]) -> list[tuple[str | None, str]]:
    return [(document.url, document.found_by) for document in documents]


def test_linked_policies_of_both_kinds(web: Any, discover: Discover) -> None:
    privacy = web.serve("www.a.example/legal/one", POLICY)
    cookies = web.serve("www.a.example/legal/two", COOKIES)
    found = discover(("Privacyverklaring", privacy), ("Cookiebeleid", cookies), ("Contact", HOME + "contact"))
    assert where(found) == [(cookies, "link"), (privacy, "link")]
    assert [asked.path for asked in web.log] == ["/robots.txt", "/legal/two", "/legal/one"]


def test_each_domain_of_a_vendor_has_its_own(web: Any, discover: Discover) -> None:
    one = web.serve("www.a.example/privacy", POLICY)
    two = web.serve("www.b.example/privacy", POLICY + "other")
    found = discover(("Privacy", one), ("Privacy", two), sites=(HOME, "https://www.b.example/"))
    assert where(found) == [(one, "link"), (two, "link")]


def test_a_dead_link_is_replaced_by_the_next(web: Any, discover: Discover) -> None:
    good = web.serve("www.a.example/en/privacy", POLICY)
    found = discover(("Privacy policy", HOME + "privacy"), ("Privacy", good))
    assert where(found) == [(good, "link")]


def test_a_found_policy_leads_to_the_cookie_policy_once(web: Any, discover: Discover) -> None:
    deeper = web.serve("www.a.example/deeper", COOKIES)
    cookies = web.serve("www.a.example/second", COOKIES + f"<a href='{deeper}'>Cookie policy</a>")
    privacy = web.serve("www.a.example/first", POLICY + f"<p>See our <a href='{cookies}'>Cookie Policy</a>.")
    assert where(discover(("Privacy", privacy))) == [(privacy, "link"), (cookies, "link")]


def test_usual_addresses(web: Any, discover: Discover) -> None:
    privacy = web.serve("www.a.example/privacybeleid", POLICY)
    cookies = web.serve("www.a.example/cookies", COOKIES)
    assert where(discover()) == [(privacy, "usual_path"), (cookies, "usual_path")]


def test_a_site_that_answers_everything_with_its_home_page_has_no_policy(web: Any, discover: Discover) -> None:
    web.serve(
        "www.a.example/*", "<h1>Telephones</h1><p>Buy now.<footer><a href='/x'>Privacy policy, cookies</a></footer>"
    )
    (record,) = discover()
    assert (record.source, record.url, record.content, record.outcome) == (None, None, None, Outcome.HTTP_ERROR)
    assert record.failure == "no policy was found on the site, at usual addresses or in the sitemap"
    assert record.tried[0] == HOME + "privacy-policy"
    assert record.tried[-2:] == (HOME + "sitemap.xml", HOME)
    assert len(record.tried) == 25


def test_the_sitemap(web: Any, discover: Discover) -> None:
    policy = web.serve("www.a.example/en/legal/privacy-information", POLICY)
    part = web.serve("www.a.example/part.xml", f"<urlset><loc>{HOME}x</loc><loc>{policy}</loc></urlset>")
    web.serve("www.a.example/sitemap.xml", f"<sitemapindex><sitemap><loc>{part}</loc></sitemap></sitemapindex>")
    assert where(discover()) == [(policy, "sitemap")]


def test_a_linked_policy_behind_a_login_is_recorded_as_that(web: Any, discover: Discover) -> None:
    linked = web.serve("www.a.example/p", "<form><input type=password></form>Sign in")
    (record,) = discover(("Privacy policy", linked))
    assert (record.url, record.found_by, record.problem, record.content) == (linked, "link", "login", None)
    assert len(record.tried) == 26


def test_versions_in_other_languages(web: Any, discover: Discover) -> None:
    policy = web.serve("www.a.example/en/legal", POLICY)
    version = web.serve("www.a.example/en/", f"<p>Hello<a href='{policy}'>Privacy policy</a>")
    elsewhere = "<link rel=alternate hreflang=nl href='https://www.b.example/'>"
    web.serve("www.a.example/", f"<link rel=alternate hreflang=en-GB href='{version}'>{elsewhere}<p>Kies een taal")
    assert where(discover()) == [(policy, "hreflang")]


def test_an_unreachable_site_is_asked_once(run: Any, web: Any, discover: Discover) -> None:
    (record,) = discover(sites=("http://127.0.0.1:9/",))
    assert (record.source, record.outcome) == (None, Outcome.REFUSED)
    assert record.tried == ("http://127.0.0.1:9/privacy-policy",)


def test_a_bot_wall_is_not_mistaken_for_a_missing_policy(web: Any, discover: Discover) -> None:
    web.serve("www.a.example/*", "Access denied", status=403)
    (record,) = discover()
    assert (record.source, record.outcome, record.failure) == (None, Outcome.BLOCKED, "answered 403")
    assert len(record.tried) == 3


def test_robots_may_forbid_to_look(web: Any, discover: Discover) -> None:
    web.serve("www.a.example/robots.txt", "User-agent: *\nDisallow: /", kind="text/plain")
    (record,) = discover()
    assert (record.source, record.outcome) == (None, Outcome.REFUSED)
    assert [asked.path for asked in web.log] == ["/robots.txt"]
