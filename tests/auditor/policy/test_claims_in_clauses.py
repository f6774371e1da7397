"""Claims of conceded clauses, of social networks and of those who set cookies of third parties; told elsewhere."""

from __future__ import annotations

import pytest

HEADS = {
    "de": "# Cookie-Richtlinie\n\nWir verwenden Cookies auf unserer Website.\n\n",
    "en": "# Cookie policy\n\nWe use cookies on our website.\n\n",
    "es": "# Política de cookies\n\nUtilizamos cookies en nuestra web.\n\n",
    "fr": "# Politique de cookies\n\nNous utilisons des cookies sur notre site.\n\n",
    "it": "# Informativa sui cookie\n\nUtilizziamo i cookie sul nostro sito.\n\n",
    "nl": "# Cookiebeleid\n\nWij gebruiken cookies op onze website.\n\n",
}
ADS = {
    "de": "## Werbe-Cookies\n\n", "en": "## Advertising cookies\n\n", "es": "## Cookies publicitarias\n\n",
    "fr": "## Cookies publicitaires\n\n", "it": "## Cookie pubblicitari\n\n", "nl": "## Advertentiecookies\n\n",
}  # fmt: skip
CROSS, SETS, TRACKS = "cross_site_tracking", "third_party_sets", "tracks_behaviour"
TARGETING, SOCIAL = ("category", "targeting"), ("category", "social_media")
THIRDS, DOCUMENT = ("technology", "third_party_cookies"), ("document", None)


@pytest.fixture
def claims(read):
    """(type, subject) of what a text claims."""
    return lambda text: {(one.type, (one.subject_kind, one.subject_value)) for one in read(text).claims}


@pytest.mark.parametrize(
    ("language", "sentence", "claim"),
    [
        ("en", "Those who set third-party cookies can recognise your device when it visits our site and also when it "
         "visits certain other sites.", (CROSS, THIRDS)),
        ("fr", "Ceux qui posent ces cookies de tiers peuvent reconnaître votre ordinateur lorsqu'il visite notre site "
         "et certains autres sites.", (CROSS, THIRDS)),
        ("en", "Social media sites such as Chatter may set cookies through our pages.", (SETS, SOCIAL)),
        ("fr", "Des cookies peuvent être déposés par les boutons des réseaux sociaux.", (SETS, SOCIAL)),
        ("de", "Soziale Netzwerke können auch eigene Cookies setzen.", (SETS, SOCIAL)),
        ("fr", "Le réseau social peut vous identifier grâce à ce bouton.", ("identifies_user", SOCIAL)),
        ("fr", "Ce module permet au réseau social de suivre votre navigation.", (TRACKS, SOCIAL)),
        ("en", "Some cookies help us track and target the interests of our users.", (TRACKS, DOCUMENT)),
        ("en", "A number of third-party cookies are set on our shop.", ("third_party_cookies_used", DOCUMENT)),
        ("en", "Our partners may use pixels to measure their campaigns.", (SETS, ("technology", "web_beacons"))),
        ("es", "No compartimos datos con plataformas externas con fines comerciales.",
         ("no_marketing_sharing", DOCUMENT)),
        ("en", "You may refuse to accept cookies by managing your cookie preferences.", ("reject_possible", DOCUMENT)),
        ("es", "Las cookies no identifican al usuario.", ("anonymous_data", DOCUMENT)),
        ("es", "El almacenamiento estrictamente necesario está exento del deber de consentimiento para cookies.",
         ("set_without_consent", ("category", "strictly_necessary"))),
        ("fr", "Le panneau suit les termes du TCF : il fonctionne selon les termes du Transparency and Consent "
         "Framework.", ("tcf_participation", DOCUMENT)),
    ],
)  # fmt: skip
def test_what_is_claimed(claims, language, sentence, claim):
    assert claim in claims(HEADS[language] + sentence + "\n")


@pytest.mark.parametrize(
    ("language", "sentence", "claim"),
    [
        ("en", "These cookies work by uniquely identifying your browser.", ("identifies_user", TARGETING)),
        ("en", "They show you relevant ads on our app and on other third-party platforms.", (CROSS, TARGETING)),
        ("nl", "Ze gebruiken je gedrag op deze en andere websites.", (CROSS, TARGETING)),
        ("de", "Sie nutzen Ihr Verhalten auf dieser und anderen Websites.", (CROSS, TARGETING)),
        ("fr", "Ils utilisent votre navigation sur ce site et d'autres sites.", (CROSS, TARGETING)),
        ("en", "These cookies are used by third parties to choose advertisements.", (SETS, TARGETING)),
        ("en", "Our pages allow third-party companies that we know to use cookies.", (SETS, TARGETING)),
        ("en", "We may share data about your use of our services with our partners.",
         ("shared_with_third_parties", TARGETING)),
        ("de", "Obwohl diese Cookies Ihre Besuche im Internet verfolgen, kennen sie Ihren Namen nicht.",
         (CROSS, TARGETING)),
        ("en", "Although these cookies track you across websites, they do not know your name.", (CROSS, TARGETING)),
    ],
)  # fmt: skip
def test_what_is_claimed_of_a_category(claims, language, sentence, claim):
    assert claim in claims(HEADS[language] + ADS[language] + sentence + "\n")


@pytest.mark.parametrize(
    ("language", "sentence", "kind"),
    [
        ("en", "Those who set third-party cookies cannot recognise your device when it visits other sites.", CROSS),
        ("en", "Social media sites will not set cookies through our pages.", SETS),
        ("en", "Follow us on social media; we use cookies there, too.", SETS),
        ("fr", "Le réseau social ne peut pas vous identifier.", "identifies_user"),
        ("en", "We do not track and target the interests of our users.", TRACKS),
        ("en", "No third-party cookies are set on our shop.", "third_party_cookies_used"),
        ("en", "Our partners may not use pixels here.", SETS),
        ("en", "Although these cookies do not follow you across websites, they count your visits.", CROSS),
        ("en", "While you have not agreed to anything, no cookies are set.", "cookies_unused"),
        ("de", "Während Sie noch nicht zugestimmt haben, werden keine Cookies gesetzt.", "cookies_unused"),
        ("nl", "Zolang u niets heeft gekozen, worden er geen cookies geplaatst.", "cookies_unused"),
        ("fr", "Tant que vous n'avez rien choisi, aucun cookie n'est utilisé.", "cookies_unused"),
        ("en", "Without your consent these cookies do not identify users.", "anonymous_data"),
        ("en", "Opt out there so that you receive no targeting cookies from some companies.", "category_unused"),
        ("de", "Dort können Sie widersprechen, damit Sie keine Marketing-Cookies mehr erhalten.", "category_unused"),
        ("en", "We do not allow third-party companies to use cookies here.", SETS),
        ("en", "Even if these cookies track you across websites, they do not know your name.", "no_personal_data"),
        ("fr", "Même si ces cookies suivaient votre navigation sur d'autres sites, nous ne le saurions pas.", CROSS),
        ("en", "They do not show you ads on other third-party platforms.", CROSS),
        ("en", "They store no personal data but rest on uniquely identifying your browser.", "identifies_user"),
    ],
)
def test_what_is_not_claimed(claims, language, sentence, kind):
    assert kind not in {one for one, _ in claims(HEADS[language] + ADS[language] + sentence + "\n")}


def test_what_is_erased_with_the_tab_is_said_of_its_storage(claims):
    item = "- {}: keeps the basket. It is deleted when you close the tab.\n"
    assert ("session_only", ("technology", "session_storage")) in claims(HEADS["en"] + item.format("sessionStorage"))
    assert "session_only" not in {kind for kind, _ in claims(HEADS["en"] + item.format("Session cookie"))}


def test_what_one_sentence_concedes_is_no_contradiction(read):
    text = "Although the data of these cookies are anonymous, {} uniquely identify your browser.\n"
    head = HEADS["en"] + "## Functional cookies\n\n"
    assert read(head + text.format("these cookies may")).contradictions == ()


def kinds(read, text):
    return [(one.kind, one.subject) for one in read(text).contradictions]


@pytest.mark.parametrize(
    ("language", "description", "found"),
    [
        ("en", "They measure the effectiveness of our ads elsewhere.", True),
        ("en", "They count visits and measure the effectiveness of our ads.", False),
        ("en", "They measure the performance of our website.", False),
        ("fr", "Ils mesurent l'efficacité de nos publicités.", True),
        ("fr", "Ils mesurent la fréquentation et l'efficacité de nos publicités.", False),
    ],
)
def test_performance_cookies_that_measure_only_advertisements(read, language, description, found):
    name = {"en": "Performance cookies", "fr": "Cookies de performance"}[language]
    text = HEADS[language] + f"- **{name}**: {description}\n"
    assert (("category_purpose_conflict", "performance") in kinds(read, text)) is found


def test_a_list_that_is_announced_at_the_end_is_missing(read):
    listed = HEADS["en"] + "## Statistics\n\n- `_zz`: counts visits, 1 year\n\n"
    assert ("promised_list_missing", "cookie_list") in kinds(read, listed + "## Cookie list\n")
    followed = HEADS["en"] + "## Cookie list\n\n- `_zz`: counts\n"
    assert ("promised_list_missing", "cookie_list") not in kinds(read, followed)
    between = HEADS["en"] + "## Cookie list\n\n## Statistics\n\n- `_zz`: counts visits, 1 year\n"
    assert ("promised_list_missing", "cookie_list") not in kinds(read, between)


def test_going_on_counts_as_consent_in_french(read):
    text = HEADS["fr"] + "Aucun cookie n'est déposé avant votre accord. La poursuite de la navigation vaut accord.\n"
    assert ("consent_conflict", "consent") in kinds(read, text)


@pytest.mark.parametrize(
    ("language", "sentence", "found"),
    [
        ("en", "YouTube may set a cookie when you play a video.", True),
        ("de", "YouTube setzt Cookies, sobald Sie ein Video starten.", True),
        ("fr", "YouTube peut déposer des cookies.", True),
        ("en", "YouTube does not set cookies here.", False),
        ("en", "We may set a cookie when you play a video of YouTube.", False),
    ],
)
def test_a_service_that_sets_cookies_of_its_own(claims, language, sentence, found):
    claim = ("third_party_sets", ("service", "YouTube"))
    assert (claim in claims(HEADS[language] + sentence + "\n")) is found


def test_kinds_that_a_sentence_joins_are_all_meant(claims):
    told = claims(HEADS["en"] + "Analytics cookies and the marketing cookies can be switched off in our banner.\n")
    assert {value for kind, (_, value) in told if kind == "reject_possible"} == {"performance", "targeting"}
    apart = "Analytics cookies run on our servers; marketing cookies are set by third parties.\n"
    told = claims(HEADS["en"] + apart)
    assert {value for kind, (_, value) in told if kind == SETS} == {"targeting"}
