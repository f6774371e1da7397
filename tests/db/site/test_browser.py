"""The pages in a real browser: width, scripts, keyboard, accessibility, and the way to a decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from playwright.sync_api import sync_playwright

from auditor.model import RunStatus
from crawler.browser import find_browser
from db.site.access import Access, User
from db.site.framework import hash_password
from db.site.text import day
from db.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
WIDTHS = (390, 768, 1280)


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(find_browser(None).path), args=["--no-sandbox"])
        yield browser
        browser.close()


def paths(client, name: str) -> list[str]:
    found = client.get(f"/{name}/findings.json", params={"_shape": "array", "_size": "max"}).json()
    vendors = client.get(f"/{name}/vendors.json", params={"_shape": "array"}).json()
    items = client.get(f"/{name}/observed_items.json", params={"_shape": "array", "_size": "max"}).json()
    read = client.get(f"/{name}/readings.json", params={"_shape": "array"}).json()
    runs = client.get(f"/{name}/runs.json", params={"_shape": "array"}).json()
    return [
        "/",
        "/rules",
        "/services",
        *(
            f"/services?{urlencode({'name': service})}"
            for service in sorted({row["service"] for row in items} - {None})
        ),
        *(f"/cookies?{urlencode({'name': row['name']})}" for row in items[:20] if row["kind"] == "cookie"),
        "/runs",
        *(f"/runs/{row['id']}" for row in runs[:3]),
        f"/runs/{runs[0]['id']}/{runs[-1]['id']}",
        *(f"/policies/{row['sha256']}" for row in read[:2]),
        *(f"/policies/{row['sha256']}/{read[-1]['sha256']}" for row in read[:1]),
        "/search",
        "/search?q=a",
        f"/{name}",
        f"/{name}/mismatches",
        f"/{name}/findings",
        f"/{name}/runs/1",
        f"/{name}/open_findings?vendor_id={vendors[0]['id']}",
        "/nothing",
        *(f"/vendors/{row['id']}" for row in vendors),
        *(f"/findings/{row['fingerprint']}" for row in found[:20]),
    ]


@pytest.fixture(scope="module")
def axe(project) -> str:
    """The source of axe-core, which judges pages by WCAG."""
    source = project / "node_modules" / "axe-core" / "axe.min.js"
    if not source.is_file():
        pytest.skip("axe-core is missing, so accessibility was NOT checked: install npm and run `make install`")
    return source.read_text("utf-8")


def listening(browser: Browser, address: str) -> tuple[Page, list[str]]:
    """A page, and a list of what its scripts, dialogs and content security policy will have said."""
    wrong: list[str] = []
    page = browser.new_context(viewport={"width": 1280, "height": 800}, base_url=address).new_page()
    page.on("dialog", lambda dialog: (wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: wrong.append(f"error {error}"))
    page.on("console", lambda message: wrong.append(message.text) if "404" not in message.text else None)
    return page, wrong


def too_wide(page: Page, width: int) -> list[str]:
    """What is said when the page needs to be scrolled sideways at a width."""
    page.set_viewport_size({"width": width, "height": 800})
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{page.url} is {over} pixels too wide at {width}"] if over > 0 else []


def barriers(page: Page, axe: str) -> list[str]:
    """Violations of WCAG 2.2 A and AA on a page, light and dark, wide and narrow, with everything unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })")
    page.evaluate(axe)
    found = []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            violations = page.evaluate(AXE)
            found += [f"{page.url} {width} {scheme}: {violation}" for violation in violations]
    page.emulate_media(color_scheme="light")
    return found


AXE = """
async () => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
  const found = await axe.run(document, {runOnly: tags, resultTypes: ['violations']});
  return found.violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
}
"""


def test_pages_fit_are_quiet_and_open_to_everybody(chromium, site, axe):
    page, wrong = listening(chromium, str(site.base_url))
    for path in paths(site, "consent-audit"):
        page.goto(path)
        for width in WIDTHS:
            wrong += too_wide(page, width)
        assert page.locator("h1").count() == 1, path
        wrong += barriers(page, axe)
    page.context.close()
    assert wrong == []


def test_a_long_timeline_scrolls_in_its_own_box_and_dark_pages_print_light(chromium, tmp_path, records):
    path = tmp_path / "audit.db"
    with Store(path) as store:
        for _ in range(12):
            run = records.start(store, plan=records.PLAN[:1])
            store.finish_run(run, RunStatus.COMPLETE)
            store.save_audit(records.audit(run))
    with records.serving(path) as address:
        page, wrong = listening(chromium, address)
        page.goto("/vendors/vendor")
        wrong += too_wide(page, 390)
        box = page.locator(".sideways").evaluate("(box) => [box.scrollWidth > box.clientWidth, box.tabIndex]")
        page.emulate_media(media="print", color_scheme="dark")
        colours = page.evaluate(
            "['html', '.severity.critical'].map((name) => getComputedStyle(document.querySelector(name)))"
            ".flatMap((style) => [style.backgroundColor, style.color])"
        )
        page.context.close()
    assert box == [True, 0]
    assert colours == ["rgb(255, 255, 255)", "rgb(0, 0, 0)", "rgba(0, 0, 0, 0)", "rgb(143, 29, 44)"]
    assert wrong == []


def test_hostile_pages_fit_and_run_nothing(chromium, hostile_site):
    page, wrong = listening(chromium, str(hostile_site.base_url))
    for path in paths(hostile_site, "hostile"):
        page.goto(path)
        wrong += too_wide(page, 1280)
        wrong += too_wide(page, 390)
    page.context.close()
    assert wrong == []


def test_the_keyboard_reaches_the_worst_finding(chromium, site):
    context = chromium.new_context(base_url=str(site.base_url))
    page = context.new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    box = page.locator(":focus").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    page.get_by_role("link", name="Vendor Office").first.press("Enter")
    page.wait_for_url("**/vendors/vendor")
    page.get_by_role("link", name="service:AdRoll").first.press("Enter")
    page.wait_for_url("**/findings/*")
    assert page.locator("mark").text_content() == "We use Category 1 and 2 Cookies on office.vendor.example."
    context.close()


SECRET = "correct horse"
PEOPLE = Access(users=(User(name="ada", role="compliance", password_hash=hash_password(SECRET)),))


def test_the_worst_finding_is_accepted_leaves_the_overview_and_returns(chromium, filled, records, axe):
    """The way of somebody from compliance, without JavaScript."""
    with Store(filled.path) as store:
        known = records.audit(filled.run)
        service, cookie = known.findings
        store.save_audit(replace(known, findings=(service, replace(cookie, declaration=records.quoted()))))
    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    with records.serving(filled.path, PEOPLE) as address:
        page = chromium.new_context(base_url=address, java_script_enabled=False).new_page()
        page.goto("/-/login")
        page.get_by_label("Name").fill("ada")
        page.get_by_label("Password").fill(SECRET)
        page.get_by_role("button", name="Log in").click()

        page.goto("/")
        assert page.get_by_role("heading", level=1).inner_text() == "2 open findings on 1 vendor"
        page.locator("table.ranking tbody tr").first.get_by_role("link").first.click()
        assert page.get_by_role("heading", level=1).inner_text() == "Vendor Office"
        page.locator("section", has=page.locator("#findings")).locator(".what a").first.click()
        finding = page.url
        assert page.locator("main code").first.inner_text() == "cookie:__adroll@d.adroll.com"
        assert page.locator("mark").inner_text() == records.SENTENCE

        page.get_by_label("Decision").select_option("accepted")
        page.get_by_label("Accepted until").fill(until)
        page.get_by_label("Note").fill("The vendor removes it with the new site.")
        page.get_by_role("button", name="Record it").click()
        assert page.url.split("#")[0] == finding
        assert f"Accepted until {day(until)}" in page.locator("main").inner_text()
        assert "The vendor removes it with the new site." in page.locator("main").inner_text()

        page.goto("/")
        path = finding.removeprefix(address)
        assert page.locator(f'a[href="{path}"]').count() == 0
        assert page.get_by_role("heading", level=1).inner_text() == "1 open finding on 1 vendor"
        lapse(filled.path)
        page.reload()
        assert page.locator(f'a[href="{path}"]').count() == 1
        page.context.close()
        assert people_pages(chromium, address, path, axe) == []


def lapse(path: Path) -> None:
    """The last day of every acceptance is over."""
    with Store(path) as store, store._writing() as database:
        database.execute("UPDATE findings SET accepted_until = '2020-01-01' WHERE status = 'accepted'")


def people_pages(chromium: Browser, address: str, finding: str, axe: str) -> list[str]:
    """What is wrong with the pages that only people with an account see."""
    page, wrong = listening(chromium, address)
    page.goto("/-/login")
    wrong += [*too_wide(page, 390), *barriers(page, axe)]
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill(SECRET)
    page.get_by_role("button", name="Log in").click()
    for path in (finding, "/-/logout"):
        page.goto(path)
        wrong += [*too_wide(page, 390), *barriers(page, axe)]
    page.context.close()
    return wrong
