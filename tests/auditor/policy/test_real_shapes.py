"""Shapes of real policies: what a service is for, whose settings are meant, dates without a word."""

# ruff: noqa: E501  a policy's lines are as long as they are

from __future__ import annotations

import pytest


@pytest.fixture
def services(read):
    """{name: category} of every declared service."""

    def of(text):
        return {s.name: s.category and s.category.value for s in read(text).services}

    return of


@pytest.fixture
def mechanisms(read):
    def of(text):
        return {c.mechanism for c in read(text).consent}

    return of


@pytest.fixture
def technologies(read):
    def of(text):
        return {t.name for t in read(text).technologies if t.declared}

    return of


@pytest.mark.parametrize(
    "text",
    [
        "# Cookie policy\n\nThis cookie policy explains how our website uses cookies, including Google Analytics, and how you can change your preferences.",
        "# Cookie-Richtlinie\n\nDiese Cookie-Richtlinie informiert darüber, wie unsere Website Cookies verwendet, darunter Google Analytics, und wie Sie Ihre Einstellungen ändern.",
        "# Cookieverklaring\n\nDit cookiebeleid beschrijft hoe onze website cookies gebruikt, waaronder Google Analytics, en hoe u uw voorkeuren aanpast.",
        "# Politique de cookies\n\nCette politique explique comment notre site utilise des cookies, dont Google Analytics, et comment changer vos préférences.",
        "# Polityka cookies\n\nPolityka ma na celu poinformowanie o wykorzystywaniu plików cookies, w tym Google Analytics, oraz o zarządzaniu nimi w zakresie ustawień przeglądarki.",
        "# Política de cookies\n\nEsta política explica cómo nuestro sitio utiliza cookies, entre ellas Google Analytics, y cómo cambiar sus preferencias.",
        "# Cookie policy\n\nYou can change your preferences for the cookies of Google Analytics in your browser.",
        "# Cookie-Richtlinie\n\nSie können Ihre Einstellungen zu Cookies von Google Analytics im Browser ändern.",
    ],
)
def test_what_a_policy_is_for_is_no_purpose_of_a_service(services, text):
    assert services(text) == {"Google Analytics": "performance"}


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Twitter: display our Twitter feed on the website.", "functional"),
        ("Twitter: display advertisements and videos on the website.", "targeting"),
        ("Twitter: shows videos and ads that are relevant to you.", "targeting"),
        ("Twitter: to analyse statistics of visits.", "performance"),
    ],
)
def test_a_service_that_shows_a_feed_serves_a_function(services, text, category):
    page = f"# Cookie policy\n\n## Third party cookies\n\nThird party cookies used on our websites:\n\n* {text}\n"
    assert services(page) == {"Twitter": category}


@pytest.mark.parametrize(
    "text",
    [
        "# Cookie policy\n\nWe use cookies from YouTube to show videos on our pages.",
        "# Cookie-Richtlinie\n\nWir verwenden Cookies von YouTube, um Videos anzuzeigen.",
        "# Cookiebeleid\n\nWij gebruiken cookies van YouTube om video's te tonen.",
        "# Politique de cookies\n\nNous utilisons des cookies de YouTube pour afficher des vidéos.",
        "# Política de cookies\n\nUtilizamos cookies de YouTube para mostrar vídeos.",
        "# Cookie policy\n\nIl sito utilizza cookie di YouTube per la visualizzazione dei video.",
        "# Polityka cookies\n\nUżywamy plików cookies YouTube, aby wyświetlać filmy.",
        "# Política de cookies\n\nUtilizamos cookies do YouTube para exibir vídeos.",
    ],
)
def test_showing_videos_is_a_function(services, text):
    assert services(text) == {"YouTube": "functional"}


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("We use Formspree for our forms. This service may set functional cookies.", "functional"),
        ("We use Formspree for our forms. Our shop sets functional cookies.", None),
    ],
)
def test_what_this_service_sets_is_told_by_the_next_sentence(services, text, category):
    page = (
        f"# Cookie policy\n\n## Cookies of others\n\nWe use services that may set cookies:\n\n### Formspree\n\n{text}\n"
    )
    assert services(page) == {"Formspree": category}


def test_an_analytics_tool_is_called_by_its_whole_name(services):
    text = "# Cookiepolitik\n\nVi bruger Squarespace Analytics til statistik om vores cookies."
    assert services(text) == {"Squarespace Analytics": "performance"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("We share download statistics with Google Play.", set()),
        ("Our app is provided by the Google Play Store and Apple App Store.", set()),
        ("We share statistics with Google.", {"Google"}),
    ],
)
def test_a_shop_for_apps_is_no_tracker(services, text, named):
    assert set(services(f"# Privacy policy\n\n{text}\n")) == named


@pytest.mark.parametrize(
    ("text", "pixels"),
    [
        ("Piksel Facebooka kieruje reklamy do osób, które zapisały się na newsletter.", False),
        ("Nasz newsletter zawiera piksel, który mierzy otwarcia.", True),
        ("Der Facebook-Pixel zeigt Werbung allen, die unseren Newsletter abonniert haben.", False),
        ("Unser Newsletter enthält Zählpixel.", True),
        ("The Facebook Pixel helps us to reach people who subscribed to our newsletter.", False),
        ("Our emails contain pixels that tell whether they were opened.", True),
        ("Il Pixel di Facebook raggiunge gli iscritti alla newsletter.", False),
        ("La newsletter contiene un pixel che misura le aperture.", True),
    ],
)
def test_the_pixel_of_a_service_is_no_pixel_of_an_email(technologies, text, pixels):
    assert ("email_pixels" in technologies(f"# Cookies\n\n## Cookies\n\n{text}\n")) is pixels


@pytest.mark.parametrize(
    ("text", "similar"),
    [
        ("Wir informieren über unsere Verwendung von Cookies und verwandten Technologien.", True),
        ("Wir informieren über unsere Verwendung von Cookies und deren verwandten Fragen.", False),
        ("Vi bruger cookies og beslægtede teknologier.", True),
        ("Vi använder cookies och besläktade tekniker.", True),
        ("Usamos cookies e tecnologias afins.", True),
    ],
)
def test_related_technologies(technologies, text, similar):
    assert ("similar_technologies" in technologies(f"# Cookies\n\n{text}\n")) is similar


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Użytkownik może zmieniać swoje preferencje reklamowe w ustawieniach konta Facebook. Strona używa plików cookies.",
            {"service_opt_out"},
        ),
        (
            "Użytkownik może zmienić ustawienia plików cookies. Zmian można dokonać za pomocą ustawień przeglądarki.",
            {"browser_settings"},
        ),
        ("You can change your settings for Google Analytics in the cookie settings.", {"preference_centre"}),
        ("Sie können Ihre Einwilligung zu Google Analytics in den Cookie-Einstellungen ändern.", {"preference_centre"}),
        ("Możesz zmienić ustawienia plików cookies, klikając link w stopce.", {"preference_centre"}),
    ],
)
def test_settings_of_others_are_no_preference_centre(mechanisms, text, expected):
    assert mechanisms(f"# Cookies\n\n{text}\n") == expected


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("2016 Oct 23", "2016-10-23"),
        ("By Jo Smith - 18/08/2020", "2020-08-18"),
        ("[I]23 October 2016[/I]", "2016-10-23"),
        ("We used cookies from 18/08/2020 on", None),
        ("18/08/2020 to 20/09/2021", None),
        ("Copyright 2021", None),
        ("Next review: 12 March 2026", None),
    ],
)
def test_a_date_that_ends_the_line_below_the_title(read, line, date):
    told = read(f"Cookie Policy\n\n{line}\n\nOur website uses cookies to count visits.\n").last_updated
    assert (told and told.date) == date


def test_a_date_elsewhere_is_not_that_of_the_policy(read):
    assert read("Cookie Policy\n\nWe use cookies.\n\nBerlin\n\n18/08/2020\n").last_updated is None


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("Strona zbiera m.in. dane o stronach. Nasza strona m.in. używa cookies.", ()),
        ("Nasza strona www.sklep.pl używa plików cookies.", ("www.sklep.pl",)),
        ("Il nostro sito p.es. usa cookie.", ()),
    ],
)
def test_an_abbreviation_is_no_host(read, text, hosts):
    assert read(f"# Cookies\n\n{text}\n").scopes[0].hosts == hosts


@pytest.mark.parametrize(
    ("banner", "kinds"),
    [
        ("On your first visit a cookie banner asks you to either disallow or allow cookies.", ["consent_conflict"]),
        ("A cookie banner tells you that by using our website you agree to cookies.", []),
    ],
)
def test_a_choice_in_a_banner_contradicts_consent_by_use(read, banner, kinds):
    text = f"# Cookie policy\n\nBy using our website you consent to our use of cookies.\n\n{banner}\n"
    assert [c.kind for c in read(text).contradictions] == kinds


def test_a_choice_in_a_banner_contradicts_consent_by_use_in_danish(read):
    text = (
        "# Cookiepolitik\n\nVed at bruge vores hjemmeside accepterer du vores brug af cookies.\n\n"
        "Du kan ændre dine præferencer og afvise cookies via vores cookie-banner.\n"
    )
    assert [c.kind for c in read(text).contradictions] == ["consent_conflict"]


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ("They count visits. Google may transfer this information to third parties.", "not_stated"),
        (
            "They count visits. Google passes it to third parties, or those third parties process it for Google.",
            "not_stated",
        ),
        ("They count visits and are set by third parties.", "third"),
    ],
)
def test_who_is_given_data_sets_no_cookies(read, text, party):
    page = f"# Cookie policy\n\n## Necessary cookies\n\nSign-in.\n\n## Analytics cookies\n\n{text}\n"
    assert [c.party.value for c in read(page).categories] == ["not_stated", party]


def test_cells_that_say_whose_cookies_they_are_and_rows_without_a_name(read):
    page = (
        "# Cookie policy\n\n| Cookie key | Used on | Domain | Cookie type | Description |\n|---|---|---|---|---|\n"
        "| | a.shop.example | a.shop.example | cookie | necessary |\n"
        "| | b.shop.example | b.shop.example | cookie | necessary |\n"
        "| _cf_x | .shop.example | .shop.example | Third party cookie | Strictly necessary |\n"
        "| _cf_y | .shop.example | .shop.example | cookie | Strictly necessary |\n"
    )
    told = read(page)
    assert [(c.name, c.party.value) for c in told.cookies] == [("_cf_x", "third"), ("_cf_y", "not_stated")]
    assert [(c.subject, len(c.evidence)) for c in told.contradictions if c.kind == "row_incomplete"] == [
        ("a.shop.example", 2)
    ]


@pytest.fixture
def labels(read):
    """(category, label, basis) of every declared category."""

    def of(text):
        return [(c.canonical.value, c.label, c.basis) for c in read(text).categories]

    return of


@pytest.mark.parametrize(
    "lines",
    [
        "“Functional cookies” allow the site to remember choices.\n\nMoreover, “performance cookies” allow us to count visits.",
        "„Funktionale Cookies“ merken sich Ihre Auswahl auf der Website.\n\nDie „Performance-Cookies“ zählen Besuche.",
        "Les « cookies fonctionnels » mémorisent vos choix sur le site.\n\nLes « cookies de performance » mesurent les visites.",
        'I "cookie funzionali" ricordano le scelte sul sito.\n\nI "cookie analitici" misurano le visite al sito.',
        '"Functionele cookies" onthouden uw keuzes op de website.\n\n"Analytische cookies" meten bezoeken.',
    ],
)
def test_quoted_labels_begin_their_paragraphs(categories, lines):
    assert set(categories(f"# Cookie policy\n\n## Terminology\n\n{lines}\n")) == {"functional", "performance"}


@pytest.mark.parametrize(
    "line",
    [
        "“Persistent cookies” remain on your device and “session cookies” do not.",
        "“Functional design” allows our site to be read on phones.",
    ],
)
def test_other_quoted_words_are_no_labels(categories, line):
    assert categories(f"# Cookie policy\n\n## Terminology\n\n{line}\n") == {}


LED = {
    "en": (
        "Why we use cookies",
        "We use cookies for the following purposes:",
        "Authentication: We use cookies to recognise you.",
        "Site performance and analysis: We use cookies to understand use.",
    ),
    "pt": (
        "Por que utilizamos cookies?",
        "Utilizamos cookies pelos seguintes motivos:",
        "Autenticação: Usamos cookies para reconhecer você.",
        "Medição do site e análises: Utilizamos cookies para entender o uso.",
    ),
    "de": (
        "Wozu verwenden wir Cookies?",
        "Wir verwenden Cookies für diese Zwecke:",
        "Anmeldung: Wir verwenden Cookies, um Sie zu erkennen.",
        "Statistik der Nutzung: Wir verwenden Cookies, um Besuche zu zählen.",
    ),
}


@pytest.mark.parametrize("language", LED)
def test_purposes_set_off_before_the_use_of_cookies(categories, language):
    heading, opening, *lines = LED[language]
    page = f"# Cookies\n\n## {heading}\n\n{opening}\n\n" + "\n\n".join(lines)
    assert set(categories(page + "\n")) == {"strictly_necessary", "performance"}


def test_purposes_set_off_stand_beside_labelled_categories(labels):
    heading, opening, *lines = LED["pt"]
    page = f"# Política de cookies\n\n## {heading}\n\n{opening}\n\n" + "\n\n".join(lines)
    page += "\n\n## Quais cookies utilizamos\n\nCookies essenciais - São precisos.\n\nCookies analíticos - Contam visitas.\n"
    assert sorted(labels(page)) == [
        ("performance", "Cookies analíticos", "heading"),
        ("performance", "Medição do site e análises", "purpose_list"),
        ("strictly_necessary", "Autenticação", "purpose_list"),
        ("strictly_necessary", "Cookies essenciais", "heading"),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ["Security: Our servers are guarded by day and night.", "Analysis: Our staff reads all letters."],
        ["Authentication: We use cookies to recognise you."],
        ["For example: We use cookies to remember you.", "Please note: We use cookies to count."],
    ],
)
def test_other_leads_are_no_purposes(labels, lines):
    page = "# Cookie policy\n\n## Why we use cookies\n\nWe use cookies for these purposes:\n\n" + "\n\n".join(lines)
    assert [one for one in labels(page + "\n") if one[2] == "purpose_list" and ":" not in one[1]] == []


def test_a_label_with_another_word_stands_among_labels(labels):
    page = (
        "# Cookie policy\n\n## Cookies on our site\n\nThe cookies are used for one of these purposes:\n\n"
        "**Strictly necessary**: These cookies are necessary for our site.\n\n"
        "**Important functionality**: These cookies enable us to remember your preferences.\n\n"
        "**Performance**: These cookies enable us to analyze visits.\n"
    )
    assert [label for _, label, _ in labels(page)] == ["Strictly necessary", "Performance", "Important functionality"]


@pytest.mark.parametrize(
    ("page", "label"),
    [
        (
            "# Cookie policy\n\nIl sito utilizza:\n\n* cookie di sessione, che scadono alla chiusura.\n\n"
            "* cookie di terza parte per la visualizzazione dei video.\n",
            "cookie di terza parte per la visualizzazione dei video",
        ),
        (
            "# Cookie policy\n\nWe use:\n\n* cookies of the session, which expire.\n\n* third-party cookies to play videos.\n",
            None,  # does not begin with the cookie word
        ),
        (
            "# Cookie policy\n\nWe use:\n\n* cookies of the session, which expire.\n\n* cookies for the language you chose.\n",
            "cookies for the language you chose",
        ),
        (
            "# Cookie policy\n\nWe use:\n\n* cookies of the session, which expire.\n\n* cookies for all that you like.\n",
            None,
        ),
    ],
)
def test_items_of_cookies_and_what_they_are_for(labels, page, label):
    assert [one[:2] for one in labels(page)] == ([("functional", label)] if label else [])


@pytest.mark.parametrize(
    ("item", "label"),
    [
        (
            "Making sign-in, forms and other functions easier to use.",
            "Making sign-in, forms and other functions easier to use",
        ),
        (
            "Adapting the content of the pages to the language and to other preferences of those who visit them, so that",
            "Adapting the content of the pages to the language and to other preferences of",
        ),
    ],
)
def test_an_item_as_a_label_is_cut_between_words(labels, item, label):
    page = f"# Cookie policy\n\n## Purposes of cookies\n\n1. {item}\n2. Statistics of our visits.\n"
    assert [one for _, one, _ in labels(page)] == [label, "Statistics of our visits"]


@pytest.mark.parametrize(("title", "hosts"), [("Used on", ("a.shop.example",)), ("Set by", ())])
def test_columns_that_say_where_cookies_are_used_name_the_sites(read, title, hosts):
    page = (
        "# Cookie policy\n\nWrite to info@shop.example.\n\n"
        f"| Cookie | {title} | Category |\n|---|---|---|\n"
        "| _a_x | a.shop.example | necessary |\n| _b_x | b.shop.example | necessary |\n| _c_x | cdn.other.example | analytics |\n"
    )
    assert read(page).scopes[0].hosts == hosts


@pytest.mark.parametrize(
    ("heading", "described", "in_use"),
    [
        ("Marketing-Cookies", "Sie zeigen Werbung. Derzeit verwenden wir keine Marketing-Cookies.", "no"),
        (
            "Marketing-Cookies",
            "Sie zeigen Werbung. Ohne Ihre Einwilligung verwenden wir keine Marketing-Cookies.",
            "yes",
        ),
        ("Cookies marketing", "Ils affichent des annonces. Nous n'utilisons aucun cookie marketing.", "no"),
        ("Marketing cookies", "They show ads. We use no marketing cookies.", "no"),
        ("Marketing cookies", "They show ads. We use no marketing cookies without your consent.", "yes"),
        ("Marketing cookies", "They show ads. We use no performance cookies.", "yes"),
    ],
)
def test_a_category_whose_description_denies_it_is_not_in_use(read, heading, described, in_use):
    page = f"# Cookie policy\n\n## Necessary cookies\n\nSign-in.\n\n## {heading}\n\n{described}\n"
    assert [c.in_use for c in read(page).categories][1:2] == [in_use]
