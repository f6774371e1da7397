"""Opening the consent settings again to withdraw a choice: which controls of a page do that, and the CMP's function.

A control is one that names cookies, consent or privacy and an action on a choice; or one that a consent tool marks as
its own (``reopen.js``). Footer links go first, then other controls of the page, then floating buttons; links to another
document are pages to look at, not controls.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawler.consent.labels import Side, read_label
from crawler.consent.wording import fold, guess_language
from crawler.consent.worlds import WorldError, script

if TYPE_CHECKING:
    from crawler.consent.worlds import World, Worlds

MAX_PAGES = 3
_PLACES = ("footer", "page", "floating")
_SUBJECT = re.compile(
    r"\b(?:cookie|consent|privacy|gdpr|rgpd|dsgvo|ccpa|avg|tracking|datenschutz|privatsphare|einwilligung|toestemming|"
    r"consentement|confidentialite|vie privee|traceur|privacidad|consentimiento|privacidade|consentimento|riservatezza|"
    r"consenso|zgod|prywatno|ciaste|samtyck|integritet|kakor|samtykke|privatliv|personvern|informasjonskaps|evast|"
    r"suostumu|tietosuoj|soukrom|souhlas|sukrom|suhlas|suti|hozzajarul|adatved|confidentialitat|consimtaman|"
    r"бисквит|съгласие|поверит|απορρητ|συγκαταθεσ|kolacic|privola|pristan|privatn|piskot|zasebnost|privolit|kupsis|"
    r"noustumu|nousolek|privaatsus|sikdat|piekrisan|privatum|slapuk|sutikim|cerez|gizlilik|onay|riza|згод|конфіденц|"
    r"vafrakok|samthykki|priobhaideach)"
)
_ACTIONS = frozenset({"settings", "reject", "selection"})
_OTHER_SIDES = frozenset({Side.PAY, Side.ACKNOWLEDGE, Side.SAVE, Side.DISMISS})
_AGAIN = re.compile(
    r"\b(?:revisit|renew|reopen|re open|change|modify|update|withdraw|revoke|your (?:cookie )?(?:choice|right)|"
    r"erneuern|andern|widerruf|wijzig|intrek|herzien|modifier|retir|changer|cambiar|modificar|retirar|modifica|revoca|zmie|wycofa|"
    r"andra|aterkall|aendre|endre|tilbag|trekk|muuta|peru|zmen|odvol|spremen|promijeni|muuda|mainit|keisti|degistir|modos|"
    r"modific|retrage|промен|оттегл|αλλαγ|ανακαλ|змін|відкл)"
)
_SHORT = 3
_WORDLESS = re.compile(r"^[^\w]{0,4}$")
_POLICY = re.compile(r"\b(?:policy|policies|statement|notice|richtlinie|verklaring|politique|politica|polityka)\b")

# Each is the documented function of its CMP that shows the settings again; true when one was called.
_API = """() => {
  const ways = [
    () => window.OneTrust && window.OneTrust.ToggleInfoDisplay(),
    () => window.Cookiebot && window.Cookiebot.renew(),
    () => window.__ucCmp && window.__ucCmp.showSecondLayer(),
    () => window.UC_UI && window.UC_UI.showSecondLayer(),
    () => window.Didomi && window.Didomi.preferences.show(),
    () => window.klaro && window.klaro.show(undefined, true),
    () => window.CookieConsent && window.CookieConsent.showPreferences(),
    () => window.tarteaucitron && window.tarteaucitron.userInterface.openPanel(),
    () => window.orejime && window.orejime.prompt(),
    () => window.revisitCkyConsent && window.revisitCkyConsent(),
    () => window.Osano && window.Osano.cm.showDrawer(),
    () => window.displayPreferenceModal && window.displayPreferenceModal(),
    () => window._iub && window._iub.cs.api.openPreferences(),
    () => window.BorlabsCookie && window.BorlabsCookie.Consents.openDialogPreferences(),
    () => window.openAxeptioCookies && window.openAxeptioCookies(),
    () => window.CookieControl && window.CookieControl.open(),
    () => window.CookieScript && window.CookieScript.instance.show(),
    () => window.cookiehub && window.cookiehub.openSettings(),
    () => window.CookieFirst && window.CookieFirst.openPanel(),
    () => window.CookieInformation && window.renewConsent(),
    () => window._hsp && window._hsp.push(["showBanner"]),
    () => window.truste && window.truste.eu.clickListener(),
    () => window.googlefc && window.googlefc.showRevocationMessage(),
    () => window._sp_ && window._sp_.gdpr.loadPrivacyManagerModal(),
    () => window.__cmp && window.__cmp("showScreenAdvanced"),
  ];
  const there = [window.OneTrust, window.Cookiebot, window.__ucCmp, window.UC_UI, window.Didomi, window.klaro,
    window.CookieConsent, window.tarteaucitron, window.orejime, window.revisitCkyConsent, window.Osano,
    window.displayPreferenceModal, window._iub, window.BorlabsCookie, window.openAxeptioCookies, window.CookieControl,
    window.CookieScript, window.cookiehub, window.CookieFirst, window.CookieInformation, window._hsp, window.truste,
    window.googlefc, window._sp_, window.__cmp];
  for (let i = 0; i < ways.length; i += 1) {
    if (!there[i]) continue;
    try { ways[i](); return true; } catch { /* not this one after all */ }
  }
  return false;
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A control by its number in its world; it may open the settings, or withdraw by itself (side reject, opt_out)."""

    world: World
    id: int
    text: str
    side: Side
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The controls of a page, best first; the pages that links about the choice lead to; whether all was seen."""

    controls: tuple[Way, ...]
    pages: tuple[str, ...]
    complete: bool


async def ways(worlds: Worlds) -> Ways:
    """What the page offers for changing a choice, in all its frames."""
    controls: list[tuple[int, Way]] = []
    pages: dict[str, None] = {}
    complete = True
    try:
        frames = await worlds.all()
    except WorldError:
        return Ways(controls=(), pages=(), complete=False)
    for number, world in enumerate(frames):
        if number > 0 and not (world.owner or {}).get("shown"):
            continue
        try:
            seen = await world.call(script("reopen.js"))
        except WorldError:
            complete = False
            continue
        complete = complete and bool(seen["complete"])
        for raw in seen["found"]:
            _sort(world, raw, controls, pages)
    ordered = sorted(controls, key=lambda pair: pair[0])
    return Ways(controls=tuple(way for _, way in ordered), pages=tuple(pages)[:MAX_PAGES], complete=complete)


def _sort(world: World, raw: dict[str, Any], controls: list[tuple[int, Way]], pages: dict[str, None]) -> None:
    text = str(raw["text"] or raw["aria"])
    leaves, language = bool(raw["leaves"]), str(raw["lang"])
    loads = leaves or bool(raw["same"])
    side = side_of(text, language, tool=bool(raw["tool"]), loads=loads)
    if side is None and raw["text"] and raw["aria"]:
        side = side_of(str(raw["aria"]), language, tool=False, loads=loads)
    if side is None:
        return
    if leaves:
        pages.setdefault(str(raw["url"]))
        return
    rank = 2 * _PLACES.index(str(raw["place"])) + (side is Side.REJECT)
    controls.append((rank, Way(world=world, id=int(raw["id"]), text=text[:120], side=side, place=str(raw["place"]))))


def side_of(text: str, hint: str, *, tool: bool, loads: bool) -> Side | None:
    """What a control for changing a choice does: ``settings``, ``reject`` or ``opt_out``; None where it is no such one.

    ``hint`` is the document's language; ``tool``: a consent tool marks the control as its own; ``loads``: it is a plain
    link that loads a document, another one or this one again.
    """
    folded = fold(text[:160])
    if _WORDLESS.match(folded):
        return Side.SETTINGS if tool else None
    reading = read_label(text[:100], guess_language(text, (text,), hint))
    about = tool or bool(_SUBJECT.search(folded)) or bool(reading.concepts & {"topic", "consent", "sell"})
    if not about or reading.side in _OTHER_SIDES or "accept" in reading.concepts:
        return None
    if reading.side is Side.REJECT and not reading.concepts & {"settings", "selection"}:
        return Side.REJECT
    if reading.side is Side.OPT_OUT:
        return Side.OPT_OUT
    again = reading.concepts & _ACTIONS or "sell" in reading.concepts or _AGAIN.search(folded) is not None
    policy = _POLICY.search(folded) is not None
    # Where nothing is left to read, a short "Cookies" or "Cookie consent" opens something on this very page.
    short = not loads and len(folded.split()) <= _SHORT and bool(reading.concepts & {"topic", "consent"})
    return Side.SETTINGS if tool or ((again or short) and not policy) else None


async def by_api(worlds: Worlds) -> bool:
    """Ask the page's CMP to show its settings; whether there was one to ask."""
    try:
        return bool(await worlds.in_page(await worlds.top(), _API))
    except WorldError:
        return False
