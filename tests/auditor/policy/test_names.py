"""Cookies named outside of tables: in parentheses, in quotes, in headings of records, in runs of names."""

from __future__ import annotations

import pytest


def cookies(declaration):
    return [(c.name, c.category, c.duration.kind, c.duration.seconds) for c in declaration.cookies]


def test_quoted_names_in_parentheses(read):
    text = (
        "# Cookies\n\n## PHP\n\nThe shop sets a session cookie ('PHPSESSID') to tell visitors apart. It goes when "
        "you close your browser and holds no personal information.\n\n## Choice\n\n"
        "A cookie (“seen_notice”) keeps your answer. It is stored for up to one year.\n"
    )
    declaration = read(text)
    assert [(name, kind, seconds) for name, _, kind, seconds in cookies(declaration)] == [
        ("PHPSESSID", "session", 0),
        ("seen_notice", "max", 31_536_000),
    ]
    assert [(c.type, c.subject_kind, c.subject_value) for c in declaration.claims] == [
        ("no_personal_data", "cookie", "PHPSESSID")
    ]


@pytest.mark.parametrize("words", ["(localStorage)", "'example.com'", "(HTML5)", "'getItem()'"])
def test_what_is_no_name(read, words):
    assert read(f"# Cookies\n\nWe use cookies and the storage of your browser {words} here.\n").cookies == ()


def test_a_run_of_names(read):
    declaration = read(
        "# Cookies\n\nWe use cookies:\n\n- stat_id, stat_ses, _pk_* and the like come from our counter.\n"
    )
    assert [c.name for c in declaration.cookies] == ["stat_id", "stat_ses", "_pk_*"]


def test_items_without_a_technical_look(read):
    declaration = read("# Cookies\n\nSession cookies:\n\n- be_user (until you leave)\n- shopid (until you leave)\n")
    assert [c.name for c in declaration.cookies] == ["be_user", "shopid"]


def test_items_of_settings_are_no_cookies(read):
    declaration = read("# Cookies\n\nWe use cookies.\n\n- _ga: counts\n- Location: switch it off on your phone\n")
    assert [c.name for c in declaration.cookies] == ["_ga"]


def test_records_under_headings(read):
    text = (
        "# Cookie policy\n\n## The cookies\n\n### 1. `shop_theme` — colours\n\n- **Type:** strictly necessary\n"
        "- **Duration:** 1 year\n- **Purpose:** keeps the colours\n\n### 2. `shop_seen` — notice\n\n"
        "- **Type:** analytics\n- **Duration:** 30 days\n"
    )
    assert cookies(read(text)) == [
        ("shop_theme", "strictly_necessary", "fixed", 31_536_000),
        ("shop_seen", "performance", "fixed", 2_592_000),
    ]


def test_records_of_name_and_purpose(read):
    text = (
        "<h1>Kakor</h1><p>Vi använder kakor för att mäta trafiken och för att visa annonser.</p><ul>"
        "<li><p>Namn: besok</p><p>Syfte: Används för statistik om sidor.</p></li>"
        "<li><p>Namn: _ga, _gid och _gat</p><p>Syfte: Används av Google Analytics för statistik.</p></li></ul>"
    )
    declaration = read(text)
    assert [(c.name, c.category) for c in declaration.cookies] == [
        (name, "performance") for name in ("besok", "_ga", "_gid", "_gat")
    ]
    assert [(c.canonical, c.basis) for c in declaration.categories] == [
        ("performance", "purpose_list"),
        ("targeting", "purpose_list"),
    ]


def test_the_introduction_of_a_list_names_the_category(read):
    text = (
        "# Cookies\n\nThe following necessary cookies are set by the shop:\n\n- SHOPSID – spreads the load of cookies\n"
    )
    assert [(c.name, c.category) for c in read(text).cookies] == [("SHOPSID", "strictly_necessary")]


@pytest.mark.parametrize(
    "text",
    [
        "We use cookies to improve your experience.",
        "We do not use cookies to show advertisements.",
        "# What are cookies?\n\nSites use cookies to show advertisements and to count visits.",
    ],
)
def test_purposes_that_name_no_category(read, text):
    assert read(f"# Cookie notice\n\n{text}\n").categories == ()


@pytest.mark.parametrize("heading", ["Why we use cookies", "Purposes of the cookies"])
def test_purposes_below_a_heading(read, heading):
    declaration = read(f"# Notice\n\n## {heading}\n\n- Remembering your language\n- Counting visits for statistics\n")
    assert [(c.canonical, c.basis) for c in declaration.categories] == [
        ("functional", "purpose_list"),
        ("performance", "purpose_list"),
    ]


def test_what_is_not_essential_is_not_necessary(read):
    declaration = read(
        "# Cookies\n\n| Name | Type | Lifetime |\n|---|---|---|\n| shop_id | Essential | Session |\n"
        "| shop_x | Non-essential | Session |\n| shop_y | Non-essential (functional) | Session |\n"
    )
    assert [c.category for c in declaration.cookies] == ["strictly_necessary", None, "functional"]


def test_a_table_under_the_only_category(read):
    declaration = read(
        "# Cookies\n\n- Analytics cookies: they count our visits.\n\n## The cookies\n\n"
        "| Name | Meaning | Lifetime |\n|---|---|---|\n| shop_id | a number | 13 months |\n"
    )
    assert [(c.name, c.category) for c in declaration.cookies] == [("shop_id", "performance")]


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("`_xy`, `XYZ` e altri di Tracker", ["_xy", "XYZ"]),
        ("`_xy` and other cookies", ["_xy"]),
        ("`_xySession_<ID>` und weitere `_xy*`", ["_xySession_*", "_xy*"]),
        ("`_xy_a` et autres", ["_xy_a"]),
    ],
)
def test_others_that_are_only_mentioned_are_no_name(read, cell, names):
    declaration = read(
        "# Cookies\n\n| Cookie | Purpose | Duration |\n|---|---|---|\n"
        f"| {cell} | Counts visits | 30 minutes to 1 year |\n"
        "| _last | Counts visits | 1 day |\n"
    )
    assert [c.match.pattern for c in declaration.cookies] == [*names, "_last"]
    assert {c.duration.kind for c in declaration.cookies[:-1]} == {"range"}


def test_one_stretch_is_that_of_both_names(read):
    declaration = read(
        "# Cookies\n\n| Cookie | Purpose | Duration |\n|---|---|---|\n"
        "| _one, _two | Counts visits | from 30 minutes to 1 year |\n"
        "| _three, _four | Counts visits | 2 years, 1 day |\n"
    )
    assert [(c.duration.kind, c.duration.min_seconds, c.duration.max_seconds) for c in declaration.cookies[:2]] == [
        ("range", 1800, 31_536_000)
    ] * 2
    assert [c.duration.seconds for c in declaration.cookies[2:]] == [2 * 31_536_000, 86_400]


_WORDS = {
    "en": "This page says which cookies our website uses and what each of them is for.",
    "nl": "Op deze pagina leest u welke cookies onze website gebruikt en waarvoor elke cookie dient.",
    "de": "Auf dieser Seite steht, welche Cookies unsere Website verwendet und wofür jedes von ihnen dient.",
    "fr": "Cette page indique quels cookies notre site utilise et à quoi sert chacun d'entre eux.",
    "es": "Esta página indica qué cookies utiliza nuestro sitio web y para qué sirve cada una de ellas.",
    "it": "Questa pagina indica quali cookie utilizza il nostro sito e a che cosa serve ognuno di essi.",
    "pl": "Na tej stronie opisujemy, jakich plików cookie używa nasza witryna i do czego służy każdy z nich.",
    "sv": "På den här sidan står vilka cookies vår webbplats använder och vad var och en av dem är till för.",
    "da": "På denne side kan du læse, hvilke cookies vores hjemmeside bruger, og hvad hver af dem er til.",
    "no": "På denne siden kan du lese hvilke informasjonskapsler nettstedet vårt bruker, og hva hver av dem er til.",
    "fi": "Tällä sivulla kerrotaan, mitä evästeitä verkkosivustomme käyttää ja mihin kutakin niistä käytetään.",
    "pt": "Esta página indica quais os cookies que o nosso sítio utiliza e para que serve cada um deles.",
    "cs": "Na této stránce se dočtete, jaké soubory cookie naše webové stránky používají a k čemu každý slouží.",
}


@pytest.mark.parametrize(
    ("language", "purpose"),
    list(zip(_WORDS, [
        "Remembers that you have accepted the use of cookies",
        "Onthoudt of u cookies heeft geaccepteerd",
        "Speichert, ob Sie den Cookies zugestimmt haben",
        "Mémorise si vous avez accepté les cookies",
        "Recuerda si el usuario ha aceptado las cookies",
        "Memorizza se hai accettato i cookie",
        "Zapamiętuje, czy użytkownik zaakceptował pliki cookie",
        "Används för att komma ihåg att du godkänt cookies",
        "Husker om du har accepteret cookies",
        "Husker at du har akseptert informasjonskapsler",
        "Muistaa, oletko hyväksynyt evästeet",
        "Guarda se o utilizador aceitou os cookies",
        "Pamatuje si, zda jste přijali cookies",
    ], strict=True)),
)  # fmt: skip
def test_what_remembers_the_answer_about_cookies_is_necessary(read, language, purpose):
    declaration = read(f"# Cookies\n\n{_WORDS[language]}\n\n| Cookie | |\n|---|---|\n| _answered | {purpose} |\n")
    assert [(c.name, c.category) for c in declaration.cookies] == [("_answered", "strictly_necessary")]


def names(read, text):
    return [one.name for one in read(f"# Cookies\n\n{_WORDS['en']}\n\n{text}\n").cookies]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Firebase <br>Cloud <br>Messaging", ["Firebase Cloud Messaging"]),
        ("The Firebase  <br>events", ["The Firebase events"]),
        ("ab_id  <br>lang  <br>theme", ["ab_id", "lang", "theme"]),
        ("Basket<br>Language", ["Basket", "Language"]),
        ("Google Analytics<br>Hotjar", ["Google Analytics", "Hotjar"]),
        ("Firebase<br>ab_id", ["Firebase", "ab_id"]),
    ],
)
def test_lines_of_a_cell_are_names_unless_they_name_a_part_of_a_service(read, cell, expected):
    table = f"| Cookie | Purpose | Duration |\n|---|---|---|\n| {cell} | Counts visitors | 1 day |\n"
    assert names(read, f"{table}| ab_x | Counts | 1 day |") == [*expected, "ab_x"]


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Development kits (SDKs) of our app", ["ab_id"]),
        ("Cookies and SDKs", ["PushKit", "MapView", "ab_id"]),
        ("Our cookies", ["PushKit", "MapView", "ab_id"]),
    ],
)
def test_products_below_a_heading_about_development_kits_are_no_cookies(read, heading, expected):
    items = "- PushKit: used to send messages\n- MapView: used to show maps\n- ab_id: used to count visits"
    assert names(read, f"## {heading}\n\nThese are in use.\n\n{items}") == expected


@pytest.mark.parametrize("lead", ["_Browsers._", "_Apps!_", "_Others:_", "_Mobile apps._"])
def test_a_lead_in_italics_is_no_name(read, lead):
    assert names(read, f"{lead} You may refuse cookies in your browser.") == []


def test_a_line_in_italics_with_a_space_at_its_end_is_no_name(read):
    assert names(read, "_Third-party cookies (set by our partners): _\n\nNone.") == []


@pytest.mark.parametrize("name", ["_ga_AB", "_pk_id", "_Ab_id"])
def test_a_name_with_underscores_stays_one(read, name):
    assert names(read, f"The cookie {name}. It counts visitors.") == [name]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("ab_source / ab_medium / ab_term", ["ab_source", "ab_medium", "ab_term"]),
        ("ab_source/*", ["ab_source/*"]),
        ("Session / login", ["Session / login"]),
    ],
)
def test_names_between_slashes(read, cell, expected):
    assert names(read, f"| Cookie | Purpose | Duration |\n|---|---|---|\n| {cell} | Campaign | 1 day |") == expected


def first(read, language, text):
    return read(f"# Cookies\n\n{_WORDS[language]}\n\n{text}\n").cookies[0]


@pytest.mark.parametrize(
    ("purpose", "storage"),
    [("Facebook Pixel: tells who came from an advert", "cookie"), ("Tracking pixel of our partner", "pixel")],
)
def test_the_pixel_of_a_service_is_no_way_of_storing(read, purpose, storage):
    table = f"| Cookie | Purpose | Duration |\n|---|---|---|\n| ab_id | {purpose} | 1 day |"
    assert first(read, "en", table).storage == storage


@pytest.mark.parametrize(
    ("language", "heading", "category"),
    [
        ("de", "Google Analytics Statistik", "performance"),
        ("nl", "Google Maps Functioneel", "functional"),
        ("en", "Google Analytics", "strictly_necessary"),
        ("en", "Google Analytics in our statistics department", "strictly_necessary"),
    ],
)
def test_a_category_beside_a_service_above_a_table(read, language, heading, category):
    """Without one the purpose of the row tells it."""
    column = {"de": "Dauer", "nl": "Duur", "en": "Duration"}[language]
    table = f"| Cookie | Purpose | {column} |\n|---|---|---|\n| ab_id | Keeps you signed in | 1 day |"
    assert first(read, language, f"## {heading}\n\n{table}").category == category


def test_items_that_begin_with_names_stay_below_the_label_before_them(read):
    text = (
        "**Analytics cookies.** They measure how visitors use the site:\n\n- ab_one - keeps your session. 2 years.\n"
        "- ab_two: tells you apart.\n\n**Other matters.** Write to us.\n\n- The address: our office.\n"
    )
    cookies = read(f"# Cookies\n\n{_WORDS['en']}\n\n{text}").cookies
    assert [(one.name, one.category) for one in cookies] == [("ab_one", "performance"), ("ab_two", "performance")]


def test_names_that_say_how_they_are_stored(read):
    found = read(
        "Cookies\n\nFunctional cookies\n\n- shop_lang (cookie): your language. Lifetime: 2 hours.\n"
        "- lang (cookie): your language.\n- shop:last-seen (local storage): the page seen last.\n- _sh:counts pages\n"
    ).cookies
    assert [(one.name, one.storage, one.duration.seconds) for one in found] == [
        ("shop_lang", "cookie", 7200),
        ("lang", "cookie", None),
        ("shop:last-seen", "local_storage", None),
        ("_sh", "cookie", None),
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The cookie “csrftoken” protects our forms and lasts 1 year.", ["csrftoken"]),
        ("Das Cookie „sessionid“ hält Ihre Sitzung zusammen.", ["sessionid"]),
        ("Le cookie « sessionid » garde votre visite.", ["sessionid"]),
        ("The cookie “notice” is shown once.", []),
        ("Il cookie “tecnico” serve alla navigazione.", []),
        ("Cookies “sessionid” style names are common.", []),
        ("A “csrftoken” is no cookie of ours.", []),
    ],
)
def test_known_names_that_look_like_words_are_quoted_behind_the_cookie(read, text, names):
    assert [one.name for one in read(f"Cookies\n\nWe use cookies.\n\n{text}\n").cookies] == names


def test_names_in_quotes_before_the_cookie_have_their_lifetimes(read):
    found = read(
        "# Cookies\n\n## Security cookies\n\nThese are the “twid” cookies (retained for 1 year) and the “check_ticket” "
        "cookies (retained for 30 days).\n\n## Advertising cookies\n\nThe “ttq” first-party cookie lasts 1 week.\n"
    )
    assert {(name, seconds) for name, _, _, seconds in cookies(found)} == {
        ("twid", 31_536_000),
        ("check_ticket", 2_592_000),
        ("ttq", 604_800),
    }


@pytest.mark.parametrize("kind", ["session", "persistent", "necessary", "third-party", "analytics"])
def test_kinds_in_quotes_before_the_cookie_are_no_names(read, kind):
    assert read(f"# Cookies\n\nWe use cookies. The “{kind}” cookies are kept for 1 day.\n").cookies == ()


def test_names_listed_behind_the_word_cookies(read):
    text = "# Cookies\n\n## Marketing cookies\n\nWe measure ads. Cookies {} are kept for 13 months.\n"
    named = read(text.format("e.g. _gcl_xy, IDX, test_kie, NIX")).cookies
    assert [cookie.name for cookie in named] == ["_gcl_xy", "IDX", "test_kie", "NIX"]
    assert read(text.format("from Google, Meta, TikTok")).cookies == ()
    assert read(text.format("(EU, USA, UK)")).cookies == ()
