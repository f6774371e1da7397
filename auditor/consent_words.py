"""What the keys of consent records mean: words for purposes, ids of known CMPs, names of services."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import defaultdict
from functools import cache

from auditor import facts
from auditor.model import TRACKING, Category

NON_ESSENTIAL = (Category.PERFORMANCE, Category.FUNCTIONAL, Category.TARGETING)

_WORDS = {
    Category.STRICTLY_NECESSARY: (
        "necessary essential essentials required requiredcookies strict strictlynecessary"
        " strictlynecessarycookies basic core technical security"
        " securitystorage necessarycookies essentialcookies essenziell notwendig erforderlich technisch noodzakelijk"
        " necessaires necessaire essentiels necesarias necesario tecnicas necessari tecnici niezbedne nodvandiga"
        " nodvendige necessarios"
        " unbedingterforderliche erforderliche notwendige noodzakelijke strictementnecessaires indispensables"
        " indispensable estrictamentenecesarias necesaria obligatorias strettamentenecessari necessaria"
        " tecnico niezbedny konieczne absolutnodvandiga nodvandig nødvendige nødvendig strengtnødvendige"
        " valttamattomat valttamattomia pakolliset nezbytne nezbytnenutne nutne nevyhnutne nevyhnutnepotrebne"
        " technicke feltetlenulszukseges szukseges strictnecesare necesare necessarias estritamentenecessarios"
        " estritamentenecessarias необходими απαραιτητα απολυτωςαπαραιτητα neophodni nuzni nujni nujno"
        " technicallyrequired technicallynecessary"
        " hadavalikud vajalikud nepieciesamas butini butinieji zorunlu gerekli необхідні nauosynleg"
    ),
    Category.FUNCTIONAL: (
        "externmedia externalcontent"
        " functional functionality functionalcookies preference preferences preferencecookies convenience comfort"
        " personalization personalisation functionalitystorage personalizationstorage externalmedia media embeds"
        " funktional funktionell praferenzen komfort functioneel voorkeuren fonctionnel fonctionnels preferencias"
        " funcionales preferenze funzionali"
        " funktionale funktionelle funktionellen functionele functionaliteit fonctionnelles fonctionnelle"
        " fonctionnalite fonctionnalites personnalisation funcional funcionalidad personalizacion funzionale"
        " funzionalita personalizzazione preferenza funkcjonalne funkcjonalny funkcjonalnosc preferencyjne"
        " funcionais funcionalidade preferencias funktionella funktionalitet præferencer"
        " praeferencer preferanser funksjonelle funksjonalitet toiminnalliset toiminnallisuus mieltymykset"
        " funkcni preferencni funkcne funkcionalne funkcionalis preferenciak functionale"
        " functionalitate preferinte функционални λειτουργικοτητας λειτουργικα funkcijski funkcionaalsed"
        " funkcionalas funkciniai islevsel tercih функціональні komfortfunktionen"
    ),
    Category.PERFORMANCE: (
        "performance performancecookies statistic statistics statisticscookies statisticsanonymous analytics analytical"
        " analyticscookies analyticsstorage stats measurement audience experience statistik statistiken analyse"
        " statistieken analytisch statistiques mesure estadisticas analisis statistiche analitici statystyka"
        " leistung leistungs leistungscookies statistische analytische analysecookies messung prestatie"
        " prestaties prestatiecookies performances statistique statistiques audience rendimiento"
        " estadistica estadisticos estadisticas analitica analiticas prestazione prestazioni statistica"
        " statistici analitico wydajnosciowe wydajnosc statystyczne statystyka analityczne desempenho"
        " estatistica estatisticas analiticos prestanda prestandacookies analys ydeevne ydeevnecookies ydelse"
        " ytelse ytelsescookies statistikk suorituskyky suorituskykyevasteet tilasto tilastot tilastolliset"
        " analytiikka vykonnostni statisticke analyticke vykonnostne vykonove teljesitmeny statisztikai"
        " statisztika statistice analitice статистически аналитични ефективност αποδοσης"
        " στατιστικα αναλυση statisticki analiticki ucinkovitosti izvedbeni statisticni analiticni statistika"
        " joudlus analuutika veiktspejas analitiskas naslumo statistiniai performans istatistik analitik"
        " статистичні аналітичні"
        " mesureaudience mesuredaudience mesuresdaudience medicionaudiencia reichweitenmessung bereikmeting"
    ),
    Category.TARGETING: (
        "targeting targetingcookies marketing marketingcookies advertising advertisement advertisements ads ad"
        " advertisingcookies adstorage aduserdata adpersonalization tracking trackers social socialmedia"
        " socialnetworking remarketing retargeting profiling werbung reklame advertentie advertenties publicite"
        " publicidad pubblicita profilazione reklama"
        " zielgruppen zielgruppenorientierte marketingzwecke marketingzwecken werbe werbezwecke werbecookies"
        " targetingcookies doelgroepgerichte doelgroepen gerichte gepersonaliseerde advertentiecookies"
        " marketingcookies publicitaire publicitaires cibles ciblee ciblage dirigidas dirigida publicitarias"
        " publicitaria publicitari pubblicitario pubblicitari profilazione mirati reklamowe reklamowy"
        " targetowane marketingowe ukierunkowane publicidade publicitarios direcionamento segmentacao"
        " marknadsforing marknadsforingscookies riktade annonsering reklam markedsforing markedsføring"
        " markedsforingscookies annoncering malrettede målrettede reklame annonse kohdentavat kohdennetut"
        " kohdentaminen mainonta mainos markkinointi reklamni marketingove cilene reklamne cielene celzott"
        " hirdetesi hirdetes marketinges publicitate directionare рекламни маркетинг таргетиране στοχευσης"
        " διαφημισης διαφημιστικα marketinski oglasni ciljani ciljni trzenjski oglasevalski turundus reklaami"
        " sihtimine reklamas marketinga merkesanas rinkodaros tiksliniai reklamos hedefleme pazarlama рекламні"
        " маркетингові markadssetning"
        " reseauxsociaux partagesocial redessociales redessociais socialemedia sozialemedien sozialenetzwerke"
        " socialamedier socialemedier mediaspołecznosciowe sosialemedier sosiaalinenmedia"
    ),
    Category.UNCLASSIFIED: "unclassified uncategorized uncategorised other unclassifiedcookies",
}
_BY_WORD = {word: category for category, words in _WORDS.items() for word in words.split()}

_SERVICE_KEYS = {
    "gtag": Category.PERFORMANCE,
    "gajs": Category.PERFORMANCE,
    "ga": Category.PERFORMANCE,
    "multiplegtag": Category.PERFORMANCE,
    "gcmanalyticsstorage": Category.PERFORMANCE,
    "gcmadstorage": Category.TARGETING,
    "gcmadsuserdata": Category.TARGETING,
    "gcmpersonalization": Category.TARGETING,
    "googleadwordsconversion": Category.TARGETING,
    "googleadwordsremarketing": Category.TARGETING,
    "metapixel": Category.TARGETING,
    "pixel": Category.TARGETING,
    "clarity": Category.PERFORMANCE,
    "bingads": Category.TARGETING,
}
"""Keys that tarteaucitron and klaro configurations commonly use for services (read in their service lists)."""

_LEGITIMATE_INTEREST = (
    "berechtigte Interessen | berechtigten Interesse | berechtigten Interesses | berechtigtes Interesse | "
    "berettigede interesser | berettiget interesse | berättigade intressen | berättigat intresse | "
    "gerechtvaardigd belang | gerechtvaardigde belang | interes legitim | interese legitime | intereses "
    "legítimos | interess leġittimu | interesse legittimo | interesse legítimo | interesses legítimos | "
    "interessi legittimi | interessi leġittimi | interessos legítims | interesul legitim | interès legítim | "
    "interés legítimo | intérêt légitime | intérêts légitimes | jogos érdek | leas dlisteanach | leasanna "
    "dlisteanacha | legitiem belang | legitim interesse | legitiman interes | legitimate interest | legitime "
    "interesser | legitimni interes | legitimnog interesa | legittimi interessi | legittimo interesse | "
    "legítimo interesse | leģitīma interese | leģitīmās intereses | likumīgās intereses | lögmæta hagsmuni | "
    "lögmætir hagsmunir | lögmætra hagsmuna | meşru menfaat | meşru çıkar | oikeutettu etu | oikeutettua etua "
    "| oikeutettuun etuun | oikeutetut edut | oprávnené záujmy | oprávneného záujmu | oprávnený záujem | "
    "oprávněné zájmy | oprávněného zájmu | oprávněný zájem | oprávněných zájmů | teisėtas interesas | teisėti "
    "interesai | teisėto intereso | uzasadnione interesy | uzasadnionego interesu | uzasadniony interes | "
    "zakonitega interesa | zakoniti interes | zakoniti interesi | õigustatud huvi | έννομα συμφέροντα | "
    "έννομο συμφέρον | έννομου συμφέροντος | законен интерес | законни интереси | законний інтерес | законния "
    "интерес | законного интереса | законного інтересу | законные интересы | законный интерес | законні "
    "інтереси | легитимен интерес | легитимни интереси"
)
"""How 30 languages name the legal basis that needs no consent; a switch for it tells of an objection."""

_SEPARATORS = re.compile(r"[\W_]+")  # combining accents are no word characters
_MARK = re.compile(r"\([^()]{1,40}\)")
_MAX_KEY = 100
_ERROR_MONITORING = "rum"
"""The role of hosts that get what went wrong or slowly in a visitor's browser."""
_INTRUSION = (Category.TARGETING, Category.PERFORMANCE, Category.FUNCTIONAL, Category.STRICTLY_NECESSARY)


def category_of(key: str) -> Category | None:
    """Category that a key of a consent record stands for: a purpose's word, or a known service; None if unknown."""
    if len(key) > _MAX_KEY:
        return None
    squashed = squash(key)
    return _BY_WORD.get(squashed) or _SERVICE_KEYS.get(squashed) or _by_service().get(squashed)


def tracker_category(service: str) -> Category | None:
    """Category of a service by its name, if it is known to do nothing but measure or advertise; None otherwise.

    Watching one's own site for errors is nothing that must be switched off with the rest.
    """
    rows = _hosts_by_service().get(squash(service), ()) if len(service) <= _MAX_KEY else ()
    categories = {row.category for row in rows}
    defensible = {category for row in rows for category in row.also_declared_as}
    watches = any(row.role == _ERROR_MONITORING for row in rows)
    plain = rows and not watches and categories <= TRACKING and Category.STRICTLY_NECESSARY not in defensible
    return _most_intrusive(categories) if plain else None


def squash(name: str) -> str:
    """A name without case, accents, punctuation and spaces: ``Google-Analytics`` is ``googleanalytics``."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKD", name.casefold()))


def names_purpose(label: str) -> bool:
    """Whether one of a label's first words, or two of them together, stand for a purpose that needs consent."""
    found = _purposes(label)
    return (bool(found & set(NON_ESSENTIAL)) and Category.STRICTLY_NECESSARY not in found) or names_tracking(label)


def names_tracking(label: str) -> bool:
    """Whether a label names measuring or advertising, whatever a mark in parentheses calls it.

    Klaro marks a locked switch so: "Analytics (always required)".
    """
    found = _purposes(_MARK.sub(" ", label))
    return bool(found & TRACKING) and Category.STRICTLY_NECESSARY not in found


def _purposes(label: str) -> frozenset[Category | None]:
    parts = label.split()[:6]
    pairs = [f"{one} {other}" for one, other in itertools.pairwise(parts)]
    return frozenset(category_of(text) for text in (label, *parts, *pairs))


def claims_legitimate_interest(label: str) -> bool:
    """Whether a switch's label names legitimate interest: being on it is no consent that was ticked in advance."""
    squashed = squash(label)
    return any(words in squashed for words in _legitimate())


@cache
def _legitimate() -> tuple[str, ...]:
    return tuple(squash(words) for words in _LEGITIMATE_INTEREST.split("|"))


@cache
def _by_service() -> dict[str, Category]:
    """Services by squashed name: the most intrusive category among their hosts."""
    found = {name: _most_intrusive({row.category for row in rows}) for name, rows in _hosts_by_service().items()}
    return {name: category for name, category in found.items() if category is not None}


def _most_intrusive(categories: set[Category | None]) -> Category | None:
    return next((category for category in _INTRUSION if category in categories), None)


@cache
def _hosts_by_service() -> dict[str, tuple[facts.HostFact, ...]]:
    """What is known of each service's hosts, by the service's squashed names."""
    rows: defaultdict[str, list[facts.HostFact]] = defaultdict(list)
    for row in (*facts.host_facts(), *facts.url_facts()):
        if row.service:
            rows[row.service].append(row)
    return {
        squash(name): tuple(rows[service.name])
        for service in facts.service_facts()
        if service.name in rows
        for name in (service.name, *service.aliases)
        if name not in facts.too_wide()
    }
