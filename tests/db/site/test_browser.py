"""The pages in a real browser: width, scripts, keyboard, contrast."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from playwright.sync_api import sync_playwright

from crawler.browser import find_browser

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
        *(f"/services?{urlencode({'name': service})}" for service in {row["service"] for row in items} - {None}),
        *(f"/cookies?{urlencode({'name': row['name']})}" for row in items[:20] if row["kind"] == "cookie"),
        "/runs",
        *(f"/runs/{row['id']}" for row in runs),
        f"/runs/{runs[0]['id']}/{runs[-1]['id']}",
        *(f"/policies/{row['sha256']}" for row in read[:2]),
        *(f"/policies/{row['sha256']}/{read[-1]['sha256']}" for row in read[:1]),
        f"/{name}",
        f"/{name}/mismatches",
        f"/{name}/declared_vs_observed",
        f"/{name}/findings",
        f"/{name}/runs/1",
        f"/{name}/open_findings?vendor_id={vendors[0]['id']}",
        "/nothing",
        *(f"/vendors/{row['id']}" for row in vendors),
        *(f"/findings/{row['fingerprint']}" for row in found[:20]),
    ]


def visit(chromium, client, name: str, width: int) -> list[str]:
    """Opens every page; returns what went wrong."""
    wrong: list[str] = []
    context = chromium.new_context(viewport={"width": width, "height": 800}, base_url=str(client.base_url))
    page = context.new_page()
    page.on("dialog", lambda dialog: (wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: wrong.append(f"error {error}"))
    page.on("console", lambda message: wrong.append(message.text) if "404" not in message.text else None)
    for path in paths(client, name):
        page.goto(path)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            wrong.append(f"{path} is {over} pixels too wide at {width}")
    context.close()
    return wrong


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_fit_and_are_quiet(chromium, site, width):
    assert visit(chromium, site, "consent-audit", width) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_hostile_pages_fit_and_run_nothing(chromium, hostile_site, width):
    assert visit(chromium, hostile_site, "hostile", width) == []


CONTRAST = """
() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const over = (top, under) => top.length < 4 ? top : [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3]));
  const ground = (element) => {
    const stack = [];
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) stack.push(colour);
      if (colour.length === 3 || colour[3] === 1) break;
    }
    return stack.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255).map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const poor = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || element.closest('svg') || !element.getClientRects().length) continue;
    const style = getComputedStyle(element);
    const under = ground(element);
    const [a, b] = [light(over(parse(style.color), under)), light(under)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const said = element.textContent.trim().slice(0, 30);
    if (ratio < 4.5) poor.push(`${element.tagName} ${element.className} ${said} ${ratio.toFixed(2)}`);
  }
  return poor;
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast(chromium, site, scheme):
    context = chromium.new_context(base_url=str(site.base_url), color_scheme=scheme)
    page = context.new_page()
    for path in paths(site, "consent-audit"):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })")
        assert page.evaluate(CONTRAST) == [], path
    context.close()


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


def test_pages_have_structure(chromium, site):
    context = chromium.new_context(base_url=str(site.base_url))
    page = context.new_page()
    for path in paths(site, "consent-audit"):
        page.goto(path)
        facts = page.evaluate("""() => ({
          headings: document.querySelectorAll('h1').length,
          language: document.documentElement.lang,
          unlabelled: [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
            .filter((field) => !field.labels.length && !field.ariaLabel).length,
          pictures: [...document.querySelectorAll('img:not([alt])')].length,
          ids: [...document.querySelectorAll('[id]')].map((element) => element.id),
          nameless: [...document.querySelectorAll('a')]
            .filter((link) => !link.textContent.trim() && !link.querySelector('img[alt]')).length,
        })""")
        ids = facts.pop("ids")
        assert facts == {"headings": 1, "language": "en", "unlabelled": 0, "pictures": 0, "nameless": 0}, path
        assert len(ids) == len(set(ids)), json.dumps(ids)
    context.close()
