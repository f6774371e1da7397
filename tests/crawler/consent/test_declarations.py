"""CMP declarations as records."""

from __future__ import annotations

import pytest

from auditor.model import Category, NameMatch
from crawler.consent.declarations import category_for, from_rows, name_match, read_length, read_responses


@pytest.mark.parametrize(
    ("label", "category"),
    [
        ("Targeting Cookies", Category.TARGETING),
        ("Strictly Necessary Cookies", Category.STRICTLY_NECESSARY),
        ("Performance Cookies", Category.PERFORMANCE),
        ("Functional Cookies", Category.FUNCTIONAL),
        ("Statistics", Category.PERFORMANCE),
        ("ads", Category.TARGETING),
        ("Non-essential cookies", None),
        ("Nicht notwendige Cookies", None),
        ("Unbedingt erforderliche Cookies", Category.STRICTLY_NECESSARY),
        ("Leistungs-Cookies", Category.PERFORMANCE),
        ("Cookies für Marketingzwecke", Category.TARGETING),
        ("Strikt noodzakelijke cookies", Category.STRICTLY_NECESSARY),
        ("Prestatiecookies", Category.PERFORMANCE),
        ("Doelgroepgerichte cookies", Category.TARGETING),
        ("Cookies strictement nécessaires", Category.STRICTLY_NECESSARY),
        ("Cookies de performance", Category.PERFORMANCE),
        ("Cookies pour une publicité ciblée", Category.TARGETING),
        ("Cookies de fonctionnalité", Category.FUNCTIONAL),
        ("Cookies estrictamente necesarias", Category.STRICTLY_NECESSARY),
        ("Cookies de rendimiento", Category.PERFORMANCE),
        ("Cookies dirigidas", Category.TARGETING),
        ("Cookie strettamente necessari", Category.STRICTLY_NECESSARY),
        ("Cookie di prestazione", Category.PERFORMANCE),
        ("Cookie di funzionalità", Category.FUNCTIONAL),
        ("Cookie di profilazione", Category.TARGETING),
        ("Niezbędne pliki cookie", Category.STRICTLY_NECESSARY),
        ("Wydajnościowe pliki cookie", Category.PERFORMANCE),
        ("Reklamowe pliki cookie", Category.TARGETING),
        ("Cookies de desempenho", Category.PERFORMANCE),
        ("Cookies de publicidade", Category.TARGETING),
        ("Absolut nödvändiga cookies", Category.STRICTLY_NECESSARY),
        ("Prestandacookies", Category.PERFORMANCE),
        ("Marknadsföringscookies", Category.TARGETING),
        ("Strengt nødvendige informasjonskapsler", Category.STRICTLY_NECESSARY),
        ("Markedsføring", Category.TARGETING),
        ("Ydeevnecookies", Category.PERFORMANCE),
        ("Välttämättömät evästeet", Category.STRICTLY_NECESSARY),
        ("Suorituskykyevästeet", Category.PERFORMANCE),
        ("Kohdentavat evästeet", Category.TARGETING),
        ("Nezbytně nutné soubory cookie", Category.STRICTLY_NECESSARY),
        ("Výkonnostní cookies", Category.PERFORMANCE),
        ("Reklamní cookies", Category.TARGETING),
        ("analytic", Category.PERFORMANCE),
        ("Blue", None),
        ("", None),
    ],
)
def test_categories_by_label(label, category):
    assert category_for(label) is category


@pytest.mark.parametrize(
    ("text", "kind", "seconds"),
    [
        ("3 months", "fixed", 7_776_000),
        ("90 days", "fixed", 7_776_000),
        ("1 year 1 month 4 days", "fixed", 34_473_600),
        ("13 Monate 4 Tage", "fixed", 34_041_600),
        ("Max. 400 dni", "fixed", 34_560_000),
        ("2 jaar", "fixed", 63_072_000),
        ("13 mois", "fixed", 33_696_000),
        ("30 Minuten", "fixed", 1800),
        ("0 days", "few_seconds", None),
        ("Session", "session", None),
        ("Persistent", "persistent", None),
        ("undefined days", "not_stated", None),
        ("", "not_stated", None),
        ("soon", "unknown", None),
    ],
)
def test_lifetimes(text, kind, seconds):
    duration = read_length(text)
    assert (duration.kind, duration.seconds) == (kind, seconds)


@pytest.mark.parametrize(
    ("name", "regex", "match"),
    [
        ("_fbp", False, NameMatch(kind="exact", pattern="_fbp")),
        ("_ga_#", False, NameMatch(kind="glob", pattern="_ga_*")),
        ("^_ga", True, NameMatch(kind="glob", pattern="_ga*")),
        ("^_ga$", True, NameMatch(kind="exact", pattern="_ga")),
        (r"^_ga_.*$", True, NameMatch(kind="glob", pattern="_ga_*")),
        ("^_hj(Session|First)", True, NameMatch(kind="glob", pattern="_hj*")),
    ],
)
def test_names(name, regex, match):
    assert name_match(name, regex=regex) == match


def test_rows_of_onetrust():
    row = [
        "OneTrust",
        "cookie",
        "__adroll",
        ".AdRoll.com",
        "Targeting Cookies",
        "397 days",
        "Adverts",
        "AdRoll",
        "exact",
        "",
    ]
    service = ["OneTrust", "service", "AdRoll", "adroll.com", "Targeting Cookies", "", "", "", "exact", ""]
    declared = from_rows([row, row, service])
    cookie = declared.cookies[0]
    assert (declared.cmp, len(declared.cookies), len(declared.services)) == ("OneTrust", 1, 1)
    assert (cookie.name, cookie.host, cookie.category, cookie.category_label) == (
        "__adroll", "adroll.com", Category.TARGETING, "Targeting Cookies",
    )  # fmt: skip
    assert (cookie.duration.seconds, cookie.provider, cookie.basis, cookie.evidence) == (
        397 * 86400,
        "AdRoll",
        "list",
        (),
    )
    assert (declared.services[0].name, declared.services[0].domains) == ("AdRoll", ("adroll.com",))


def test_a_name_that_fits_everything_declares_nothing():
    assert from_rows([["Klaro", "cookie", "^(_ga|_gid)", "", "analytics", "", "", "", "regex", ""]]).cookies == ()


@pytest.mark.parametrize(
    ("what", "storage"),
    [
        ("HTTP", "cookie"),
        ("HTML", "local_storage"),
        ("Pixel", "pixel"),
        ("pixel_tracker", "pixel"),
        ("html_local_storage", "local_storage"),
        ("html_session_storage", "session_storage"),
        ("", "cookie"),
    ],
)
def test_what_a_row_says_it_is(what, storage):
    row = ["Cookiebot", "cookie", "tr", "facebook.com", "Advertising", "Session", "Ads", "facebook.com", "exact", what]
    assert from_rows([row]).cookies[0].storage == storage


def usercentrics(**slugs):
    rows = [["Usercentrics", "service", name, "", slug, "", "", "", "exact", ""] for name, slug in slugs.items()]
    return {one.name: (one.category, *one.alternatives) for one in from_rows(rows).services}


def test_functional_may_be_measuring_where_usercentrics_has_no_category_for_that():
    assert usercentrics(Hotjar="functional", AdRoll="marketing") == {
        "Hotjar": (Category.FUNCTIONAL, Category.PERFORMANCE),
        "AdRoll": (Category.TARGETING,),
    }
    assert usercentrics(Hotjar="functional", Segment="performance") == {
        "Hotjar": (Category.FUNCTIONAL,),
        "Segment": (Category.PERFORMANCE,),
    }


def test_nothing_declared():
    assert from_rows([]) is None


UUID = "0aa9bb8a-1111-2222-3333-444455556666"
ONETRUST = f"https://cdn.cookielaw.org/consent/{UUID}/{UUID}/en.json"
COOKIEBOT = f"https://consent.cookiebot.com/{UUID}/cc.js?renew=false&referer=www.a.example"
TERMLY = f"https://app.termly.io/api/v1/snippets/websites/{UUID}/documents/1/cookies"
COOKIEYES = "https://cdn-cookieyes.com/client_data/0123456789abcdef/config/Abc123.json"
ANSWERS = {
    ONETRUST: """{"DomainData":{"Groups":[
        {"GroupName":"Targeting Cookies",
         "FirstPartyCookies":[{"Name":"_fbp","Host":"a.example","IsSession":false,"Length":"89"}],
         "Hosts":[{"HostName":"adroll.com","DisplayName":"AdRoll",
                   "Cookies":[{"Name":"__adroll","Host":"adroll.com","Length":"397"}]}]},
        {"GroupName":"Strictly Necessary Cookies",
         "FirstPartyCookies":[{"Name":"sid","Host":"a.example","IsSession":true}]}]}}""",
    COOKIEBOT: """CookieConsent.setNumUniqueCookies(2);
CookieConsentDialog.cookieTableNecessary = [['sid','a.example','Keeps it\\'s state; [here]','Session','HTTP','1']];
CookieConsentDialog.cookieTableAdvertising = [['_fbp','a.example','Ads','3 months','HTTP','1'],
  ['_gcl_#','a.example','Ads','90 days','HTML','2']];
CookieConsentDialog.cookieTableStatistics = [];""",
    TERMLY: """{"cookies":{"essential":[{"name":"sid","domain":"a.example","expire":"session","service":null}],
        "advertising":[{"name":"_fbp","domain":"a.example","expire":"3 months","service":null,"en_us":"Ads"}]}}""",
    COOKIEYES: """{"categories":[{"slug":"advertisement","cookies":[{"cookie_id":"_fbp","domain":".a.example",
        "duration":{"en":"3 months"},"description":{"en":"Ads"}}]}]}""",
}


def read(run, answers):
    async def body(text):
        return text

    return run(read_responses({url: (lambda text=text: body(text)) for url, text in answers.items()}))


@pytest.mark.parametrize(
    ("url", "cmp"), [(ONETRUST, "OneTrust"), (COOKIEBOT, "Cookiebot"), (TERMLY, "Termly"), (COOKIEYES, "CookieYes")]
)
def test_an_answer_that_the_page_has_got_is_read(run, url, cmp):
    found = read(run, {"https://www.a.example/": "<p>hello", url: ANSWERS[url]})
    fbp = next(cookie for cookie in found.cookies if cookie.name == "_fbp")
    assert (found.cmp, fbp.category, fbp.host) == (cmp, Category.TARGETING, "a.example")
    assert 7_600_000 < fbp.duration.seconds < 7_800_000


def test_what_is_in_the_answers_besides(run):
    found = read(run, {ONETRUST: ANSWERS[ONETRUST]})
    assert {cookie.name: cookie.category for cookie in found.cookies} == {
        "_fbp": Category.TARGETING,
        "__adroll": Category.TARGETING,
        "sid": Category.STRICTLY_NECESSARY,
    }
    assert [(service.name, service.domains) for service in found.services] == [("AdRoll", ("adroll.com",))]
    tables = read(run, {COOKIEBOT: ANSWERS[COOKIEBOT]}).cookies
    assert [(cookie.match, cookie.storage) for cookie in tables if "#" in cookie.name] == [
        (NameMatch(kind="glob", pattern="_gcl_*"), "local_storage")
    ]


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '{"DomainData":null}', '{"DomainData":{"Groups":[1]}}', "[" * 9999]
)
@pytest.mark.parametrize("url", ANSWERS)
def test_answers_of_another_shape_are_no_declaration(run, url, body):
    assert read(run, {url: body}) is None


def test_other_answers_are_not_asked_for(run):
    async def never():
        raise AssertionError("asked for")

    assert run(read_responses({"https://www.a.example/consent/en.json": never})) is None
