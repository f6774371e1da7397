"""One visit of each kind in a real browser: the planted cookies really appear, and only those."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from crawler.browser import find_browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.demo.web import DemoWeb

pytestmark = pytest.mark.browser

# Libraries stay away from browsers that look automated, so this one looks like anybody's.
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36"
ACCEPT = re.compile("^(accept|allow|alles accepteren)", re.IGNORECASE)
REJECT = re.compile("^(reject|refuse|alles weigeren)", re.IGNORECASE)

ADROLL = {"__adroll@d.adroll.com", "__adroll_fpc@ooma.example", "__ar_v4@ooma.example"}
META = {"_fbp", "fr@facebook.com"}
HUBSPOT = {"hubspotutk", "__hstc", "__hssc", "__hssrc", "__cf_bm@hubspot.com"}
LINKEDIN = {f"{name}@linkedin.com" for name in ("bcookie", "lidc", "li_gc", "UserMatchHistory")}

BEFORE = {
    "www.ooma.example": {"_ga", "_ga_7K2XQ9LM4B", "pll_language@www", *ADROLL},
    "office.ooma.example": {"_ga", "_ga_7K2XQ9LM4B", "JSESSIONID@office", *ADROLL},
    "www.officium.example": {"_ga", "_ga_3FJ8W1N5TC", "PHPSESSID@www", *LINKEDIN},
    "www.ozmo.example": {"PHPSESSID@www"},
    "www.ozone.example": {"_ga", "_ga_H9C4T7Y1XE", *HUBSPOT},
    "www.easymeeting.example": {"_hjSessionUser_2846193", "_hjSession_2846193"},
    "www.brightline.example": {"PHPSESSID@www"},
    "www.lantern.example": set(),
    "www.silverbirch.example": set(),
    "www.redfern.example": {"PHPSESSID@www", "csrf_token@www", "rf_visit@www"},
    "www.harbour.example": set(),
    "www.foxglove.example": {"OptanonConsent@www"},
    "www.meridian.example": {"__adroll@d.adroll.com", "__adroll_fpc", "__ar_v4"},
}
ACCEPTED = {
    "www.ozmo.example": {"_ga", "_ga_Q6ZP0R2VDK", "cookieconsent_status@www", *META},
    "www.brightline.example": {"_ga", "_ga_B5M8L3J6SA", "cookieconsent_status@www", "pll_language@www", *META},
    "www.lantern.example": {"_ga", "_ga_N2U7E4K9PW", "lantern_choice@www", *LINKEDIN},
    "www.silverbirch.example": {
        "_ga",
        "_ga_W8D1G5R3ZQ",
        "_hjSessionUser_1759204",
        "_hjSession_1759204",
        "cc_cookie@www",
    },
    "www.pinewood.example": {"_ga", "_ga_K4V9A6X2HT", "pinewood_cookies@www"},
    "www.redfern.example": {
        "_ga",
        "_ga_R7F2B8C5MN",
        "_hjSessionUser_3917465",
        "_hjSession_3917465",
        "cookieconsent_status@www",
        *META,
        *HUBSPOT,
    },
    "www.harbour.example": {"_ga", "_ga_J1S6Q3L8YD", "cookieconsent_status@www"},
}
REJECTED = {
    "www.ozmo.example": {"_ga", "_ga_Q6ZP0R2VDK", "cookieconsent_status@www", *META},
    "www.brightline.example": {"cookieconsent_status@www"},
    "www.silverbirch.example": {"cc_cookie@www"},
    "www.pinewood.example": {"pinewood_cookies@www"},
    "www.redfern.example": {"cookieconsent_status@www"},
}


@pytest.fixture(scope="module")
def browser(web: DemoWeb) -> Iterator[Browser]:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    flags = ["--disable-blink-features=AutomationControlled", f"--host-resolver-rules=MAP * 127.0.0.1:{web.port}"]
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=find_browser(None).path, args=[*sandbox, *flags])
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(ignore_https_errors=True, user_agent=USER_AGENT)
    yield context.new_page()
    context.close()


def complete(host: str, names: set[str]) -> set[str]:
    """`_ga` is on the vendor's registrable domain, `x@www` on a host of it, `x@other.org` elsewhere."""
    base = host.partition(".")[2]
    full = (name if "@" in name else f"{name}@{base}" for name in names)
    return {name if "." in name.partition("@")[2] else f"{name}.{base}" for name in full}


def jar(page: Page) -> set[str]:
    return {f"{cookie['name']}@{cookie['domain'].removeprefix('.')}" for cookie in page.context.cookies()}


def settled(page: Page, wanted: set[str]) -> set[str]:
    """The jar as soon as it holds what is wanted and the network is quiet, or after five seconds."""
    page.wait_for_load_state("networkidle")
    for _ in range(50):
        if jar(page) >= wanted:
            break
        page.wait_for_timeout(100)
    return jar(page)


def consent(page: Page, host: str, button: re.Pattern[str] | str) -> None:
    page.goto(f"https://{host}/")
    page.get_by_role("button", name=button).first.click()


@pytest.mark.parametrize("host", BEFORE)
def test_before_any_choice(page: Page, host: str) -> None:
    page.goto(f"https://{host}/")
    wanted = complete(host, BEFORE[host])
    assert settled(page, wanted) == wanted


@pytest.mark.parametrize("host", ACCEPTED)
def test_after_acceptance_and_reload(page: Page, host: str) -> None:
    consent(page, host, ACCEPT)
    wanted = complete(host, ACCEPTED[host] | BEFORE.get(host, set()))
    assert settled(page, wanted) == wanted
    page.reload()
    assert settled(page, wanted) == wanted


@pytest.mark.parametrize("host", REJECTED)
def test_after_refusal_and_reload(page: Page, host: str) -> None:
    consent(page, host, REJECT)
    wanted = complete(host, REJECTED[host] | BEFORE.get(host, set()))
    assert settled(page, wanted) == wanted
    page.reload()
    assert settled(page, wanted) == wanted


def test_refusal_on_the_second_layer(page: Page) -> None:
    consent(page, "www.lantern.example", "Cookie settings")
    for box in page.get_by_role("checkbox").all():
        box.uncheck()
    page.get_by_role("button", name="Save my choices").click()
    page.reload()
    assert settled(page, set()) == {"lantern_choice@www.lantern.example"}
    assert page.locator("#cookie-banner").count() == 0


def test_a_banner_that_can_only_be_accepted(page: Page) -> None:
    page.goto("https://www.harbour.example/")
    assert [each.inner_text() for each in page.get_by_role("button").all()] == ["Accept cookies"]


def test_the_footer_opens_the_choice_again(page: Page) -> None:
    consent(page, "www.brightline.example", REJECT)
    page.get_by_role("link", name="Cookie settings").click()
    assert page.get_by_role("button", name="Reject all").is_visible()


def test_cookies_that_are_set_and_deleted_were_there(page: Page) -> None:
    page.add_init_script(
        """const original = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
        window.written = [];
        Object.defineProperty(document, "cookie", {
          get() { return original.get.call(document); },
          set(text) { window.written.push(text.split("; Path")[0]); original.set.call(document, text); },
        });"""
    )
    page.goto("https://www.pinewood.example/")
    page.wait_for_function("window.written.length >= 4")
    names = [text.partition("=")[0] for text in page.evaluate("window.written")]
    assert names == ["_ga", "_ga_K4V9A6X2HT", "_ga", "_ga_K4V9A6X2HT"]
    assert jar(page) == set()


def test_values_have_the_shapes_of_the_real_ones(page: Page) -> None:
    shapes = {
        "_ga": r"GA1\.1\.\d{1,10}\.\d{10}",
        "_ga_R7F2B8C5MN": r"GS2\.1\.s\d{10}\$o1\$g[01]\$t\d{10}\$j\d+\$l0\$h0",
        "_fbp": r"fb\.1\.\d{13}\.\d{1,18}",
        "hubspotutk": r"[0-9a-f]{32}",
        "__hstc": r"\d+\.[0-9a-f]{32}\.\d{13}\.\d{13}\.\d{13}\.1",
        "_hjSessionUser_3917465": r"[A-Za-z0-9+/]+={0,2}",
    }
    consent(page, "www.redfern.example", ACCEPT)
    settled(page, complete("www.redfern.example", ACCEPTED["www.redfern.example"]))
    values = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert {name for name, shape in shapes.items() if re.fullmatch(shape, values[name])} == set(shapes)


def test_the_server_saw_what_the_browser_stored(page: Page, web: DemoWeb) -> None:
    before = len(web.log)
    page.goto("https://www.officium.example/")
    settled(page, complete("www.officium.example", BEFORE["www.officium.example"]))
    sent = {text.partition("=")[0] for entry in web.log[before:] for text in entry.set_cookies}
    assert sent == {"PHPSESSID", "bcookie", "lidc", "li_gc", "UserMatchHistory"}


def test_an_alias_sets_its_cookies_below_its_own_domain(page: Page) -> None:
    page.goto("https://www.ooma.co.uk/")
    assert "_ga@ooma.co.uk" in settled(page, {"_ga@ooma.co.uk", "__adroll@d.adroll.com"})
