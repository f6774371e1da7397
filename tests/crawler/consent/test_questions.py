"""What "OK" means in the browser dialogs of pages, in many languages."""

from __future__ import annotations

import pytest

from crawler.consent.questions import meaning_of_ok

MEANINGS = {
    "reject": (
        ("en", "Reject all cookies?"),
        ("en", "Are you sure you want to reject all cookies?"),
        ("en", "You are about to refuse cookies. Continue?"),
        ("en", "Continue without accepting?"),
        ("en", "Without cookies, some features will not work. Are you sure?"),
        ("en", "Are you sure you don't want to accept cookies?"),
        ("en", "Use only necessary cookies?"),
        ("en", "Disable all tracking?"),
        ("en", "If you decline, parts of this site may be slower. Do you want to continue?"),
        ("en", "Press OK to reject, or Cancel to accept all cookies."),
        ("en", "OK = refuse, Cancel = accept"),
        ("de", "Möchten Sie wirklich alle Cookies ablehnen?"),
        ("de", "Ohne Cookies fortfahren?"),
        ("de", "Nur notwendige Cookies verwenden?"),
        ("fr", "Voulez-vous vraiment refuser tous les cookies ?"),
        ("fr", "Continuer sans accepter ?"),
        ("es", "¿Seguro que quiere rechazar todas las cookies?"),
        ("it", "Vuoi davvero rifiutare tutti i cookie?"),
        ("nl", "Weet u zeker dat u alle cookies wilt weigeren?"),
        ("pl", "Czy na pewno chcesz odrzucić wszystkie pliki cookie?"),
        ("pt", "Tem certeza de que deseja rejeitar todos os cookies?"),
        ("sv", "Vill du verkligen avvisa alla cookies?"),
        ("da", "Er du sikker på, at du vil afvise alle cookies?"),
        ("fi", "Haluatko varmasti hylätä kaikki evästeet?"),
        ("cs", "Opravdu chcete odmítnout všechny soubory cookie?"),
        ("hu", "Biztosan elutasítja az összes sütit?"),
        ("ro", "Sigur doriți să respingeți toate cookie-urile?"),
        ("el", "Είστε σίγουροι ότι θέλετε να απορρίψετε όλα τα cookies;"),
        ("uk", "Ви впевнені, що хочете відхилити всі файли cookie?"),
        ("tr", "Tüm çerezleri reddetmek istediğinizden emin misiniz?"),
    ),
    "accept": (
        ("en", "Accept all cookies?"),
        ("en", "Do you want to allow cookies instead?"),
        ("en", "You have rejected cookies. Would you like to accept them after all?"),
        ("en", "Our site works best with cookies. Enable them?"),
        ("en", "You are about to accept all cookies. Continue?"),
        ("en", "Click OK to accept all cookies or Cancel to reject"),
        ("en", "To accept press OK, to reject press Cancel."),
        ("de", "Alle Cookies akzeptieren?"),
        ("de", "Möchten Sie Cookies doch zulassen?"),
        ("de", "Mit OK stimmen Sie zu, mit Abbrechen lehnen Sie ab."),
        ("fr", "Accepter tous les cookies ?"),
        ("es", "¿Aceptar todas las cookies?"),
        ("it", "Vuoi accettare tutti i cookie?"),
        ("nl", "Alle cookies accepteren?"),
        ("pl", "Czy zaakceptować wszystkie pliki cookie?"),
        ("sv", "Vill du acceptera alla cookies?"),
        ("fi", "Hyväksytäänkö kaikki evästeet?"),
        ("cs", "Přijmout všechny cookies?"),
        ("el", "Αποδοχή όλων των cookies;"),
        ("tr", "Tüm çerezler kabul edilsin mi?"),
    ),
    "neutral": (
        ("en", "Are you sure?"),
        ("en", "Continue?"),
        ("en", "Save your choice?"),
        ("en", "Close this window?"),
        ("de", "Sind Sie sicher?"),
        ("fr", "Êtes-vous sûr ?"),
        ("nl", "Weet u het zeker?"),
        ("pl", "Czy na pewno?"),
        ("en", ""),
    ),
    "doubt": (
        ("en", "Do you not want to accept cookies?"),
        ("en", "Don't you want cookies?"),
        ("en", "May we use cookies?"),
        ("en", "Do you want cookies?"),
        ("en", "You rejected all cookies. Reject or accept?"),
        ("en", "Delete all cookies?"),
        ("en", "Would you like to accept our newsletter?"),
        ("en", "Accept only necessary cookies or all?"),
        ("en", "OK or Cancel: accept, reject"),
        ("de", "Wollen Sie keine Cookies akzeptieren?"),
        ("es", "¿No quiere aceptar las cookies?"),
        ("en", "Cookies keep this site free. Press OK to reject, OK to accept."),
    ),
}  # fmt: skip


@pytest.mark.parametrize("meaning", sorted(MEANINGS))
def test_what_ok_means(meaning):
    got = {text: meaning_of_ok(text, hint).value for hint, text in MEANINGS[meaning]}
    assert got == {text: meaning for _, text in MEANINGS[meaning]}


def test_a_long_hostile_message_is_read_in_bounded_time():
    assert meaning_of_ok("OK accept cancel reject? " * 50_000, "en").value in MEANINGS
