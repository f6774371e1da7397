"""Lists and rows of company names, told by the known ones among them; labels with descriptions in one column."""

from __future__ import annotations

import pytest


def services(declaration):
    return {(s.name, s.category and s.category.value) for s in declaration.services}


def items(*lines):
    return "\n".join(f"* {line}" for line in lines) + "\n"


def test_tools_with_what_they_do(read):
    text = (
        "# Cookie policy\n\nWe use cookies in our app.\n\n## Strictly necessary SDKs\n\n"
        "The SDKs listed below enable our app to work, for example to help you sign in.\n\n"
        + items(
            "Stripe, Nimbopay (iOS only): These are used to take payments",
            "Facebook: This is used to let you sign in",
            "Framelet (Beltan - Android only): This is used to load pictures",
        )
    )
    necessary = "strictly_necessary"
    assert services(read(text)) == {(n, necessary) for n in ("Stripe", "Nimbopay", "Facebook", "Framelet")}


def test_names_alone_below_an_introduction(read):
    text = (
        "# Cookies\n\nNous utilisons des cookies.\n\n## Partenaires\n\n"
        "Les partenaires publicitaires suivants déposent des cookies :\n\n" + items("Criteo", "Adventis", "Outbrain")
    )
    assert services(read(text)) == {(name, "targeting") for name in ("Criteo", "Adventis", "Outbrain")}


def test_a_tool_counts_in_each_list_that_names_it(read):
    text = (
        "# Cookies\n\nOur apps use cookies and SDKs.\n\n## Strictly necessary SDKs\n\nThese SDKs are used:\n\n"
        + items("Facebook: to sign you in", "Stripe: to pay", "Pushling: to notify you")
        + "\n## SDKs used for advertising\n\nThese SDKs are used:\n\n"
        + items("Facebook", "AppsFlyer", "Pushling")
    )
    assert {("Pushling", "strictly_necessary"), ("Pushling", "targeting"), ("Facebook", "targeting")} <= services(
        read(text)
    )


@pytest.mark.parametrize(
    ("sentence", "unknown"),
    [
        ("Nos partenaires publicitaires sont notamment : Outbrain, Plot, Teads/Videor, Adnomis, Criteo.", "Adnomis"),
        ("Cookies werden von Werbenetzwerken gesetzt, wie Outbrain, Adnomis, Taboola und Criteo.", "Adnomis"),
        ("We use advertising cookies of partners such as Outbrain, Taboola, Adnomis and Criteo.", "Adnomis"),
    ],
)
def test_rows_of_names(read, sentence, unknown):
    found = services(read(f"# Cookies\n\n{sentence}\n"))
    assert (unknown, "targeting") in found
    assert len(found) >= 4


@pytest.mark.parametrize(
    "text",
    [
        "We do not use advertising cookies of Outbrain, Taboola, Adnomis and Criteo.",
        "Cookies help us to count visits from France, Spain, Facebook and Twitter.",
        "Our cookies record: Language, Country, Google Analytics, Currency.",
        "To refuse cookies of partners:\n\n" + items("Criteo", "Outbrain", "Adnomis"),
        "To block cookies, see:\n\n" + items("Google Chrome", "Adnomis", "Facebook", "Twitter"),
        "We use cookies for:\n\n" + items("Facebook: ads", "Twitter: ads", "Legal basis of it: Consent of users"),
        "Follow us:\n\n" + items("Facebook", "Twitter", "Adnomis"),
        "Partners and session cookies:\n\n" + items("Facebook", "Twitter", "Session", "Adnomis"),
        "Where to refuse:\n\n" + items("Criteo: https://criteo.example", "Outbrain: https://x.example", "Adnomis: https://y.example"),
    ],
)  # fmt: skip
def test_what_is_no_list_of_services(read, text):
    names = {name for name, _ in services(read(f"# Cookie policy\n\nThis site uses cookies.\n\n{text}\n"))}
    assert names.isdisjoint({"Adnomis", "France", "Spain", "Language", "Country", "Currency", "Legal basis of it"})


TABLE = (
    "# Cookie statement\n\nThe cookies of our websites, acme.example, are described below:\n\n"
    "| Types of cookies | {who} | How to refuse |\n|---|---|---|\n"
    "| **Essential website cookies:** They are needed to log in. | Acme | Change your browser. |\n"
    "| **Analytics cookies:** They count visits. | _Matomo_ <br> _Zahlomat_ | Change your browser. |\n"
    "| **Advertising cookies**: They show advertisements. | _Criteo_ | Change your browser. |\n"
)


def test_labels_and_descriptions_in_one_column(read):
    declared = read(TABLE.format(who="Who serves these cookies"))
    assert [(c.canonical.value, c.label) for c in declared.categories] == [
        ("strictly_necessary", "Essential website cookies"),
        ("performance", "Analytics cookies"),
        ("targeting", "Advertising cookies"),
    ]
    assert services(declared) == {("Matomo", "performance"), ("Zahlomat", "performance"), ("Criteo", "targeting")}
    assert declared.cookies == ()


def test_a_colon_that_sets_no_label_off(read):
    table = "| Cookie | Purpose |\n|---|---|\n| ab_id | Analytics: counts visits |\n| ab_on | Shop: a basket |\n"
    assert [c.name for c in read(f"# Cookies\n\nWe use cookies.\n\n{table}").cookies] == ["ab_id", "ab_on"]


def test_two_names_in_one_cell(read):
    table = "| Third party | Purpose |\n|---|---|\n| Criteo/Adnomis/ | Advertising |\n| Matomo | Analytics |\n"
    assert services(read(f"# Cookies\n\nThird parties set cookies here.\n\n{table}")) == {
        ("Criteo", "targeting"), ("Adnomis", "targeting"), ("Matomo", "performance"),
    }  # fmt: skip


def test_tools_that_look_like_names_of_cookies(read):
    text = "# Cookies\n\nOur app uses SDKs:\n\n" + items(
        "NotifyKit: This is used to notify you", "Facebook: This is used to sign in", "Stripe: This is used to pay"
    )
    declared = read(text)
    assert declared.cookies == ()
    assert "NotifyKit" in {name for name, _ in services(declared)}


def test_headings_that_name_a_service(read):
    text = (
        "# Cookie Policy\n\nUsiamo cookie.\n\n## Necessari\n\nSono cookie necessari.\n\n"
        "### Google Tag Manager (Google Ireland Limited)\n\nServe a gestire i tag.\n\n"
        "## Come evitare Google Tag Manager e altro\n\nSi veda il browser.\n"
    )
    assert services(read(text)) == {("Google Tag Manager", "strictly_necessary")}
    assert services(read(text.replace("### Google Tag Manager (Google Ireland Limited)", "### Altri"))) == set()


def test_cookies_beside_names_of_services(read):
    text = "# Cookies\n\nWe use the cookies of third parties:\n\n" + items(
        "IDE: used to advertise", "Hotjar: used to measure", "Intercom: used to chat", "AWSALB: used to share load"
    )
    assert {name for name, _ in services(read(text))} == {"Hotjar", "Intercom"}
