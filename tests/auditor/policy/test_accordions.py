"""Policies whose categories open at a click, and headings that say more or other than a category."""

from __future__ import annotations

import pytest

TABLE = (
    "<table><tr><th>Cookie</th><th>Duration</th></tr>"
    "<tr><td>{}</td><td>1 year</td></tr><tr><td>{}</td><td>2 days</td></tr></table>"
)


@pytest.fixture
def categories(read):
    """{name: category} of every declared cookie, and {label: category} of every declared category."""

    def of(page):
        declared = read(page)
        cookies = {c.name: c.category and c.category.value for c in declared.cookies}
        return cookies, {c.label: c.canonical.value for c in declared.categories}

    return of


def test_what_opens_at_a_click_is_governed_by_its_title_only(categories):
    page = (
        "<h1>Cookies</h1><h2>Our cookies</h2>"
        f"<details><summary>Necessary cookies (always active)</summary>{TABLE.format('sid', 'csrf')}</details>"
        f"<details><summary>Surveys</summary>{TABLE.format('_hjid', '_hjx')}</details>"
        f"<details><summary>Marketing cookies</summary><h3>Video</h3>{TABLE.format('YSC', 'PREF')}</details>"
        f"<h2>Others</h2>{TABLE.format('foo_id', 'bar_id')}"
    )
    cookies, labels = categories(page)
    assert cookies["sid"] == "strictly_necessary"
    assert cookies["YSC"] == "targeting"  # a heading inside does not end what the title governs
    assert "strictly_necessary" not in (cookies["_hjid"], cookies["foo_id"])
    assert cookies["foo_id"] is None
    assert labels == {"Necessary cookies": "strictly_necessary", "Marketing cookies": "targeting"}


def test_a_title_with_a_heading_in_it(categories):
    page = "<h2>Our cookies</h2>" + "".join(
        f"<details><summary><h4>{title}</h4></summary>{TABLE.format(first, second)}</details>"
        for title, first, second in (("Necessary cookies", "sid", "csrf"), ("Marketing cookies", "YSC", "PREF"))
    )
    assert categories(page)[0] == {
        "sid": "strictly_necessary",
        "csrf": "strictly_necessary",
        "YSC": "targeting",
        "PREF": "targeting",
    }


def test_a_summary_that_opens_nothing_is_no_heading(read):
    page = "<h2>Marketing cookies</h2><summary>In short</summary>" + TABLE.format("YSC", "PREF")
    assert [cookie.category.value for cookie in read(page).cookies] == ["targeting", "targeting"]


@pytest.mark.parametrize(
    ("badge", "other", "third"),
    [
        ("Noodzakelijke cookies (altijd aan)", "Feedback (alleen met toestemming)", "Marketing (met toestemming)"),
        ("Essential cookies  Always active", "Surveys  Needs consent", "Marketing  Needs consent"),
    ],
)
def test_a_line_with_a_badge_ends_what_the_one_before_governs(categories, badge, other, third):
    page = (
        f"<h1>Cookies</h1><p>{badge}</p>{TABLE.format('sid', 'csrf')}"
        f"<p>{other}</p>{TABLE.format('_hjid', '_hjx')}<p>{third}</p>{TABLE.format('YSC', 'PREF')}"
    )
    cookies, _ = categories(page)
    assert cookies["sid"] == "strictly_necessary"
    assert cookies["_hjid"] is None


@pytest.mark.parametrize(
    ("heading", "text", "category"),
    [
        ("Analytische cookies: feedbackonderzoek", "Wij gebruiken deze cookies voor ons onderzoek.", "performance"),
        ("Marketing cookies: videos and social media", "Our cookies are these.", "targeting"),
        ("Statistik-Cookies: Umfragen", "Wir verwenden diese Cookies auf unserer Seite.", "performance"),
        ("Cookies: what they are", "Our cookies are these.", None),
        ("Marketing cookies: none", "Our cookies are these.", None),
    ],
)
def test_a_heading_may_say_what_a_category_is_there_for(categories, heading, text, category):
    page = f"<h1>Cookies</h1><h2>{heading}</h2><p>{text}</p>{TABLE.format('abc_id', 'xyz_id')}"
    assert categories(page)[0]["abc_id"] == category


@pytest.mark.parametrize(
    ("text", "technologies"),
    [
        ("Wij gebruiken cookies en meetpixels op deze website.", {"web_beacons"}),
        ("Wij gebruiken cookies en meetscripts op deze website.", {"tracking_scripts"}),
        ("Wir nutzen auf dieser Website Cookies und Messpixel.", {"web_beacons"}),
        ("Wir verwenden Cookies und Analyseskripte.", {"tracking_scripts"}),
        ("Vi använder kakor och mätpixlar på webbplatsen.", {"web_beacons"}),
        ("Vi bruger cookies og målepixels på hjemmesiden.", {"web_beacons"}),
        ("Vi bruker informasjonskapsler og sporingsskript.", {"tracking_scripts"}),
        ("Käytämme evästeitä ja seurantapikseleitä sivustolla.", {"web_beacons"}),
        ("Wij gebruiken cookies, maar geen meetpixels.", set()),
        ("Wij gebruiken cookies en meten de pagina in megapixels.", set()),
    ],
)
def test_compound_names_of_beacons_and_scripts(read, text, technologies):
    assert {t.name for t in read(f"# Cookies\n\n{text}\n").technologies} - {"cookies"} == technologies


@pytest.mark.parametrize(
    ("heading", "storage"),
    [("Facebook (Meta Pixel)", "cookie"), ("LinkedIn Pixel", "cookie"), ("Pixel trackers", "pixel")],
)
def test_the_name_of_a_service_is_no_way_of_storing(read, heading, storage):
    rows = "<tr><td>_fbp</td><td>3 months</td></tr><tr><td>_fbc</td><td>2 years</td></tr>"
    page = f"<h1>Cookies</h1><h3>{heading}</h3><table><tr><th>Name</th><th>Expiration</th></tr>{rows}</table>"
    assert {cookie.storage for cookie in read(page).cookies} == {storage}
