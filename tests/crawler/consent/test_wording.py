"""Labels of real buttons in 30 languages, and the traps among them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.consent.labels import Side, read_label
from crawler.consent.seen import read_button
from crawler.consent.wording import BUTTON_CONCEPTS, fold, guess_language, languages, topic_words

LABELS = json.loads((Path(__file__).parent / "labels.json").read_text("utf-8"))
OTHERS = {"accept": {"reject"}, "reject": {"accept"}, "settings": {"accept"}, "save": {"accept", "reject"}}


@pytest.mark.parametrize("language", sorted(LABELS))
def test_labels_are_read(language):
    got = {label: read_label(label, language).side.value for labels in LABELS[language].values() for label in labels}
    assert got == {label: side for side, labels in LABELS[language].items() for label in labels}


@pytest.mark.parametrize("language", sorted(LABELS))
def test_no_label_is_read_as_another_side_in_any_language(language):
    """A banner's language may be guessed wrong: what is read then may be nothing, but not something else."""
    wrong = [
        (label, other, read_label(label, other).side.value)
        for side, others in OTHERS.items()
        for label in LABELS[language].get(side, [])
        for other in languages()
        if read_label(label, other).side.value in others
    ]
    assert wrong == []


def test_every_language_has_every_concept():
    assert len(languages()) == 30
    assert set(LABELS) == set(languages())
    needed = (*BUTTON_CONCEPTS, "topic", "weak", "stop", "newsletter", "age", "login")
    folder = Path(__file__).parents[3] / "crawler/consent/wording"
    missing = {
        (file.name, concept)
        for file in folder.glob("*.json")
        for concept in needed
        if not json.loads(file.read_text("utf-8")).get(concept)
    }
    assert missing == set()


@pytest.mark.parametrize(
    ("label", "side"),
    [
        ("Reject offers?", Side.UNKNOWN),
        ("Accept the terms", Side.UNKNOWN),
        ("Accept or reject", Side.DOUBT),
        ("Reject all and accept", Side.DOUBT),
        ("Don't reject", Side.DOUBT),
        ("Accept all except analytics", Side.DOUBT),
        ("Reject cookies?", Side.DOUBT),
        ("Accept necessary and optional cookies", Side.DOUBT),
        ("Pay to reject", Side.PAY),
        ("Do not share this page", Side.UNKNOWN),
        ("Do not share my personal data", Side.OPT_OUT),
        ("Why we do not use cookies", Side.DOUBT),
        ("Do not use necessary cookies", Side.DOUBT),
        ("Do not use this site", Side.UNKNOWN),
        ("Choose all and confirm", Side.DOUBT),
        ("Save and accept", Side.SAVE),
        ("Save and accept all", Side.ACCEPT),
        ("Accept selection", Side.SAVE),
        ("Accept non-essential cookies", Side.ACCEPT),
        ("Reject non-essential cookies", Side.REJECT),
        ("Strictly necessary", Side.UNKNOWN),
        ("No, manage settings", Side.SETTINGS),
        ("", Side.UNKNOWN),
        ("word " * 40, Side.UNKNOWN),
    ],
)
def test_traps(label, side):
    assert read_label(label, "en").side is side


@pytest.mark.parametrize(
    ("label", "language", "side"),
    [
        ("Zonder cookies voor € 2,49", "nl", Side.PAY),
        ("Refuser et s'abonner 1,99 €/mois", "fr", Side.PAY),
        ("Ablehnen für 4,99 € im Monat", "de", Side.PAY),
        ("Necessary only, from $2.99 a month", "en", Side.PAY),
        ("Reject for 3 EUR", "en", Side.PAY),
        ("Reject all · free / 0 €", "en", Side.REJECT),
        ("Reject all (€0.00)", "en", Side.REJECT),
        ("Accept all · 0 €", "en", Side.ACCEPT),
        ("Reject all 29 partners", "en", Side.REJECT),
        ("Plus for £3", "en", Side.UNKNOWN),
    ],
)
def test_a_refusal_that_costs_money_is_the_side_that_pays(label, language, side):
    assert read_label(label, language).side is side


@pytest.mark.parametrize(
    ("text", "aria", "side"),
    [
        ("✕", "Continue without accepting", Side.REJECT),
        ("×", "Accept all and close", Side.ACCEPT),
        ("✕", "Close", Side.DISMISS),
        ("✕", "", Side.DISMISS),
        ("✕", "Reject", Side.DISMISS),
        ("Reject", "Reject for € 2,49", Side.PAY),
        ("Reject", "Accept", Side.DOUBT),
    ],
)
def test_a_bare_cross_speaks_its_hidden_label(text, aria, side):
    raw = {"id": 1, "kind": "button", "text": text, "aria": aria, "hints": "button close", "icon": False}
    place = {"box": [0, 0, 20, 20], "disabled": False, "leaves": False, "url": "", "own": True}
    assert read_button(raw | place, "en").side is side


@pytest.mark.parametrize(
    ("text", "labels", "hint", "language"),
    [
        ("We use cookies on this website.", ["Accept", "Reject"], "", "en"),
        ("Wij gebruiken cookies op deze website.", ["Akkoord", "Weigeren"], "en", "nl"),
        ("Używamy plików cookie na tej stronie.", ["Zgadzam się"], "en", "pl"),
        ("Vi bruger cookies på denne hjemmeside.", ["Accepter alle", "Afvis alle"], "", "da"),
        ("Vi bruker informasjonskapsler på nettsiden.", ["Godta alle", "Avvis alle"], "nb-NO", "no"),
        ("Utilitzem galetes en aquest lloc web per millorar l'experiència.", ["Accepta-ho tot"], "es", "ca"),
        ("Мы используем файлы cookie на этом сайте.", ["Принять все", "Отклонить"], "", "ru"),
        ("Ми використовуємо файли cookie на цьому сайті.", ["Прийняти всі", "Відхилити"], "", "uk"),
        ("Χρησιμοποιούμε cookies για να βελτιώσουμε τον ιστότοπο.", ["Αποδοχή όλων"], "", "el"),
    ],
)
def test_the_language_is_known_by_the_words(text, labels, hint, language):
    assert guess_language(text, labels, hint) == language


def test_folding():
    assert fold("  Alle AKZEPTIEREN & schließen! ") == "alle akzeptieren schliessen"
    assert fold("AYARLARI") == fold("ayarları")
    assert fold("J’accepte") == "j accepte"


def test_a_long_hostile_label_is_read_in_bounded_time():
    assert read_label("accept " * 20_000, "en").side is Side.UNKNOWN
    assert guess_language("cookie " * 100_000, ["accept"] * 1000, "xx") in languages()


def test_topic_words_have_no_pattern_characters():
    assert "cookie" in topic_words()
    assert "*" not in topic_words().replace("\\*", "")
