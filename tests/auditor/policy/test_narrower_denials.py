"""Denials that hold under a condition, before consent or in one place only deny no category of the whole site."""

from __future__ import annotations

import pytest

from auditor.policy.read import read_policy

KINDS = {
    "en": "We use strictly necessary, performance and advertising cookies on this website.",
    "cs": "Na tomto webu používáme nezbytné, analytické a reklamní cookies.",
    "pl": "Na stronie używamy niezbędnych, analitycznych i reklamowych plików cookies.",
    "de": "Wir verwenden notwendige Cookies, Statistik-Cookies und Marketing-Cookies auf dieser Website.",
    "nl": "Wij gebruiken noodzakelijke, statistische en marketingcookies op deze website.",
    "fr": "Nous utilisons des cookies nécessaires, statistiques et publicitaires sur ce site.",
    "es": "Utilizamos cookies necesarias, analíticas y publicitarias en este sitio web.",
    "it": "Utilizziamo cookie necessari, statistici e pubblicitari su questo sito.",
    "pt": "Utilizamos cookies necessários, analíticos e de publicidade neste site.",
    "sv": "Vi använder nödvändiga cookies, statistikcookies och marknadsföringscookies på webbplatsen.",
    "da": "Vi bruger nødvendige cookies, statistikcookies og marketingcookies på hjemmesiden.",
    "no": "Vi bruker nødvendige, statistiske og markedsføringskapsler på nettstedet.",
    "fi": "Käytämme välttämättömiä evästeitä, tilastoevästeitä ja mainosevästeitä sivustolla.",
}
NARROWER = [
    (
        "en",
        "We honor the Global Privacy Control: if your browser sends it, we will not use advertising cookies.",
    ),
    ("en", "Before you give consent we set no analytics or advertising cookies."),
    ("en", "Without your consent we do not use advertising cookies."),
    ("en", "Should your browser send the GPC signal, no advertising cookies are used."),
    ("en", "When you opt out, we do not use advertising cookies."),
    ("en", "In the customer portal we use no advertising cookies."),
    ("en", "Until you accept, we do not place advertising cookies."),
    ("en", "If you are under 16, we do not use advertising cookies."),
    ("cs", "Před udělením souhlasu nenastavujeme žádné analytické ani reklamní cookies."),
    ("cs", "Bez vašeho souhlasu nepoužíváme žádné reklamní cookies."),
    ("cs", "Pokud odmítnete, nepoužíváme žádné reklamní cookies."),
    ("cs", "Dokud neudělíte souhlas, nepoužíváme reklamní cookies."),
    ("pl", "W panelu klienta nie używamy żadnych reklamowych plików cookies."),
    ("pl", "Przed wyrażeniem zgody nie używamy żadnych reklamowych plików cookies."),
    ("pl", "Bez Twojej zgody nie używamy reklamowych plików cookies."),
    ("pl", "Jeśli odmówisz, nie używamy reklamowych plików cookies."),
    ("de", "Vor Ihrer Einwilligung setzen wir keine Marketing-Cookies."),
    ("de", "Ohne Ihre Einwilligung verwenden wir keine Marketing-Cookies."),
    ("de", "Wenn Ihr Browser das GPC-Signal sendet, verwenden wir keine Marketing-Cookies."),
    ("de", "Sendet Ihr Browser dieses Signal, verwenden wir keine Marketing-Cookies."),
    ("de", "Im Kundenportal verwenden wir keine Marketing-Cookies."),
    ("de", "Marketing-Cookies verwenden wir auf dieser Website, Statistik-Cookies dagegen nicht."),
    ("de", "Marketing-Cookies verwenden wir auf dieser Website nur, wenn Sie nicht widersprechen."),
    ("de", "Marketing-Cookies verwenden wir auf dieser Website nicht ohne Ihre Einwilligung."),
    ("de", "Marketing-Cookies verwenden wir im Kundenportal nicht."),
    ("de", "Marketing-Cookies verwenden wir im Online-Banking nicht."),
    ("nl", "Marketingcookies gebruiken wij op deze website niet zonder uw toestemming."),
    ("nl", "Voordat u toestemming geeft plaatsen wij geen marketingcookies."),
    ("nl", "Zonder uw toestemming gebruiken wij geen marketingcookies."),
    ("nl", "Als u weigert, gebruiken wij geen marketingcookies."),
    ("nl", "In het klantportaal gebruiken wij geen marketingcookies."),
    ("fr", "Avant votre consentement, nous n'utilisons aucun cookie publicitaire."),
    ("fr", "Sans votre consentement, nous n'utilisons aucun cookie publicitaire."),
    ("fr", "Si votre navigateur envoie ce signal, nous n'utilisons aucun cookie publicitaire."),
    ("fr", "Dans l'espace client, nous n'utilisons aucun cookie publicitaire."),
    ("es", "Antes de que dé su consentimiento no utilizamos cookies publicitarias."),
    ("es", "Sin su consentimiento no utilizamos cookies publicitarias."),
    ("es", "Si su navegador envía esta señal, no utilizamos cookies publicitarias."),
    ("es", "En el área de clientes no utilizamos cookies publicitarias."),
    ("it", "Prima del consenso non utilizziamo cookie pubblicitari."),
    ("it", "Senza il tuo consenso non utilizziamo cookie pubblicitari."),
    ("it", "Se il browser invia questo segnale, non utilizziamo cookie pubblicitari."),
    ("it", "Nell'area clienti non utilizziamo cookie pubblicitari."),
    ("pt", "Antes do consentimento não utilizamos cookies de publicidade."),
    ("pt", "Sem o seu consentimento não utilizamos cookies de publicidade."),
    ("pt", "Se recusar, não utilizamos cookies de publicidade."),
    ("sv", "Innan du samtycker använder vi inga marknadsföringscookies."),
    ("sv", "Utan ditt samtycke använder vi inga marknadsföringscookies."),
    ("sv", "Om du nekar använder vi inga marknadsföringscookies."),
    ("da", "Før du giver samtykke, bruger vi ingen marketingcookies."),
    ("da", "Uden dit samtykke bruger vi ingen marketingcookies."),
    ("da", "Hvis du afviser, bruger vi ingen marketingcookies."),
    ("no", "Før du samtykker, bruker vi ingen markedsføringskapsler."),
    ("no", "Uten ditt samtykke bruker vi ingen informasjonskapsler for markedsføring."),
    ("no", "Hvis du avviser, bruker vi ingen informasjonskapsler for markedsføring."),
    ("fi", "Ennen suostumustasi emme käytä mainosevästeitä."),
    ("fi", "Ilman suostumustasi emme käytä mainosevästeitä."),
    ("fi", "Jos kieltäydyt, emme käytä mainosevästeitä."),
]
DENIED = [
    ("en", "We use no advertising cookies."),
    ("de", "Wir verwenden keine Marketing-Cookies."),
    ("de", "Marketing-Cookies verwenden wir auf dieser Website nicht."),
    ("de", "Marketing-Cookies setzen wir hier nicht ein."),
    ("nl", "Wij gebruiken geen marketingcookies."),
    ("nl", "Marketingcookies gebruiken we op deze website niet."),
    ("fr", "Nous n'utilisons aucun cookie publicitaire."),
    ("es", "No utilizamos cookies publicitarias."),
    ("it", "Non utilizziamo cookie pubblicitari."),
    ("pl", "Nie używamy żadnych reklamowych plików cookies."),
    ("cs", "Nepoužíváme žádné reklamní cookies."),
]
PORTAL = """# Cookie policy

## Website www.vendor.example

Strictly necessary cookies keep you signed in and advertising cookies show adverts.

## Customer portal portal.vendor.example

In the customer portal portal.vendor.example we use strictly necessary cookies only. In the customer portal we use no
advertising cookies.
"""


def denied(language, sentence):
    """The claims of absence that a sentence after some categories makes."""
    text = f"# Cookies\n\n{KINDS[language]}\n\n{sentence}\n"
    claims = read_policy(text.encode(), name="policy.md").claims
    return [(c.type, c.subject_value) for c in claims if c.type in ("category_unused", "cookies_unused")]


@pytest.mark.parametrize(("language", "sentence"), NARROWER)
def test_what_holds_sometimes_or_somewhere_denies_nothing_of_the_site(language, sentence):
    assert denied(language, sentence) == []


@pytest.mark.parametrize(("language", "sentence"), DENIED)
def test_what_holds_always_is_denied(language, sentence):
    assert denied(language, sentence) == [("category_unused", "targeting")]


def test_what_the_portal_does_without_is_denied_of_the_portal():
    policy = read_policy(PORTAL.encode(), name="policy.md")
    denials = [c.scope_ids for c in policy.claims if c.type == "category_unused"]
    assert denials == [("portal",)]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("no", "Uten ditt samtykke bruker vi ingen informasjonskapsler for markedsføring."),
        ("da", "Uden dit samtykke bruger vi ingen cookies til markedsføring."),
    ],
)
def test_what_is_not_used_without_consent_is_not_set_without_it(language, sentence):
    claims = read_policy(f"# Cookies\n\n{KINDS[language]}\n\n{sentence}\n".encode(), name="policy.md").claims
    assert "set_without_consent" not in {claim.type for claim in claims}


@pytest.mark.parametrize(
    ("language", "of_signals", "of_ours"),
    [
        ("pt", "Estes sinais indicam a página. Não usam cookies.", "Este site regista visitas. Não usamos cookies."),
        ("es", "Contamos visitas con Plausible. No usa cookies.", "Contamos visitas. No usamos cookies."),
        ("it", "Questi segnali indicano la pagina. Non usano cookie.", "Contiamo le visite. Non usiamo cookie."),
        ("pl", "Te sygnały wskazują stronę. Nie używają plików cookie.", "Liczymy wizyty. Nie używamy plików cookie."),
    ],
)
def test_who_is_left_out_of_a_denial_is_who_was_named_before(language, of_signals, of_ours):
    def unused(text):
        page = f"<!doctype html><html lang={language}><h1>Cookies</h1><p>{text}</p></html>"
        return [claim.type for claim in read_policy(page.encode()).claims if claim.type == "cookies_unused"]

    assert unused(of_signals) == []
    assert unused(of_ours) == ["cookies_unused"]


@pytest.mark.parametrize(
    ("language", "sentence", "claims"),
    [
        (
            "de",
            "Mit Ausnahme der essenziellen Cookies setzen wir Cookies nur mit Ihrer Einwilligung.",
            {"consent_before_setting"},
        ),
        (
            "en",
            "Apart from strictly necessary cookies we only use cookies with your consent.",
            {"consent_before_setting"},
        ),
        (
            "nl",
            "Met uitzondering van noodzakelijke cookies plaatsen wij cookies alleen met uw toestemming.",
            {"consent_before_setting"},
        ),
        ("de", "Wir setzen nur notwendige Cookies ein, eine Einwilligung ist daher nicht nötig.", {"only_category"}),
        ("en", "We only use strictly necessary cookies, so no consent is needed.", {"only_category"}),
    ],
)
def test_only_with_consent_is_no_only_category(language, sentence, claims):
    policy = read_policy(f"# Cookies\n\n{KINDS[language]}\n\n{sentence}\n".encode(), name="policy.md")
    assert {c.type for c in policy.claims} & {"only_category", "consent_before_setting"} == claims


def test_the_policy_of_a_portal_denies_for_the_portal():
    text = (
        "# Cookies im Online-Banking\n\nDiese Hinweise gelten für das Online-Banking unter banking.vendor.de "
        "(Kundenportal).\n\nWir verwenden technisch notwendige Cookies und Statistik-Cookies. Werbe-Cookies verwenden "
        "wir im Online-Banking nicht.\n"
    )
    policy = read_policy(text.encode(), name="policy.md")
    assert [(s.kind, s.hosts) for s in policy.scopes] == [("web_portal", ("banking.vendor.de",))]
    assert [c.scope_ids for c in policy.claims if c.type == "category_unused"] == [(policy.scopes[0].id,)]
    assert [c.in_use for c in policy.categories if c.canonical == "targeting"] == ["no"]


IN_USE = {"en": "Our website uses analytics cookies.\n\n", "de": "Unsere Website verwendet Analyse-Cookies.\n\n"}
LOCAL = {
    "some of them": "en|Some of the cookies that we use are essential to operate the shop.",
    "how long they last": "en|Session cookies only last until you close your browser.",
    "for one purpose": "en|No third-party cookies are used for advertising.",
    "for one purpose, German": "de|Es werden keine Cookies von Drittanbietern zu Werbezwecken eingesetzt.",
    "of fonts": "en|Fonts come from our own server. No cookies are set.",
    "of an entry": "de|- Bilderbox (img.bilderbox.example) — Fotos kommen von dort. Es werden keine Cookies gesetzt.",
    "beyond a purpose": "en|These identifiers are not used for profiling beyond this purpose.",
    "beyond a purpose, German": "de|Die Kennungen werden nicht über diesen Zweck hinaus für Profile verwendet.",
    "what a browser offers": "en|In Firefox, select ‘Cookies used only for the site you visit’ and confirm.",
}


@pytest.mark.parametrize("said", LOCAL.values(), ids=LOCAL)
def test_what_is_said_of_a_part_is_not_said_of_the_site(claims, said):
    language, _, text = said.partition("|")
    kinds = {"cookies_unused", "first_party_only", "only_category", "session_only", "purpose_limited", "no_profiling"}
    assert not [claim for claim in claims(f"{IN_USE[language]}{text}\n") if claim[0] in kinds]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("en|All cookies that we use are essential to operate the shop.", "only_category"),
        ("en|We use session cookies only.", "session_only"),
        ("de|Es werden keine Cookies von Drittanbietern eingesetzt.", "first_party_only"),
        ("en|No cookies are set on our website.", "cookies_unused"),
    ],
)
def test_what_is_said_of_the_site(claims, said, kind):
    language, _, text = said.partition("|")
    assert kind in {claim[0] for claim in claims(f"{IN_USE[language]}{text}\n")}
