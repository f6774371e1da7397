"""Third parties that the policy names in connection with cookies and tracking."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.model import TRACKING, Category
from auditor.policy.blocks import Block
from auditor.policy.entries import is_entry, is_listed
from auditor.policy.name_lists import named_services
from auditor.policy.partner_lists import listed_partners
from auditor.policy.prose import labels_said_of_cookies
from auditor.policy.purposes import manages, purposes, sentence_purpose
from auditor.policy.recipients import recipients
from auditor.policy.sentence_categories import governing_category
from auditor.policy.service_entries import example, heading_purpose, in_row, is_general, is_other
from auditor.policy.service_lines import below_name, heads_entry, heads_its_use, is_named_heading
from auditor.policy.service_makers import is_passed_over, owns_services
from auditor.policy.service_names import Mention, find_services
from auditor.policy.service_tables import services_in_tables
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import DeclaredCategory, DeclaredService
    from auditor.policy.blocks import Sentence
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes

NEAR_START = 4
LISTED = 40
_CLAUSE = re.compile(r"[,;.:()]\s|\s[(]|[)]|\s-\s")
_ASIDE = re.compile(r"\([^()]{0,200}\)")


def read_services(reading: Reading, categories: Categories, scopes: Scopes) -> tuple[DeclaredService, ...]:
    """Every named third party once, with the category of the section, row or sentence that names it first.

    One that stands under the labels of two categories is declared twice, and is there twice.
    """
    found: dict[str, DeclaredService] = {}
    again: dict[tuple[str, Category], DeclaredService] = {}
    candidates = [
        *named_services(reading, categories, scopes),
        *_elsewhere(reading, scopes),
        *_in_sentences(reading, categories, scopes),
        *services_in_tables(reading, categories, scopes),
        *listed_partners(reading, scopes),
        *recipients(reading, scopes),
    ]
    for service in sorted(candidates, key=lambda service: service.evidence[0].start):
        name = fold(service.name)  # "AdManager" and "Admanager" are one
        have = found.get(name)
        if have is None or (have.category is None and service.category is not None):
            found[name] = service
        elif service.category is not None and _labelled_otherwise(service, have, categories):
            again.setdefault((name, service.category), service)
    return tuple(service for service in (*found.values(), *again.values()) if not _is_owner_only(service, found))


def _labelled_otherwise(service: DeclaredService, have: DeclaredService, categories: Categories) -> bool:
    """Do two labels of the policy, neither of which reaches to the other's category, stand above a service?"""
    labels = {service.category_label, have.category_label}
    named = [one for one in categories.declared if one.label in labels]
    reached = {c for one in named for c in (*one.covers, *one.alternatives) if c is not one.canonical}
    return (
        None not in labels
        and service.category is not have.category
        and reached.isdisjoint({service.category, have.category})
    )


def _is_owner_only(service: DeclaredService, found: dict[str, DeclaredService]) -> bool:
    """Is a company named, where one of its services is declared for the same or more ("Google", "Google AdSense")?

    One that a list names beside its services is declared itself.
    """
    if service.role == "list":
        return False
    begun = (other for name, other in found.items() if name.startswith(fold(service.name) + " "))
    return any(service.category in (None, other.category) for other in begun)


def _in_sentences(reading: Reading, categories: Categories, scopes: Scopes) -> Iterator[DeclaredService]:
    for sentence in reading.cookie_sentences:
        mentions = find_services(sentence.view) if sentence.place not in reading.record_places else []
        mentions = [one for one in mentions if not owns_services(reading, sentence, one)]
        governing = governing_category(reading, categories, sentence) if mentions else None
        governed = governing is not None
        used = [m for m in mentions if not is_general(m, mentions) and _in_use(reading, sentence, m, governed=governed)]
        beside = [m for m in mentions if m not in used and in_row(sentence.view, m, used) and is_other(reading, m)]
        for mention in (*used, *beside):
            category = governing.canonical if governing else _purpose_of(reading, sentence, mention)
            category = _own_purpose(reading, sentence, mention) or category if _is_vague(governing) else category
            category = category or _of_row(sentence, mention, used)
            label = governing.label if governing else None
            scope_ids = governing.scope_ids if governing else scopes.at(sentence.place)
            yield example(mention, category, label, scope_ids, sentence.view, 0.9 if governing else 0.75)


def _is_vague(governing: DeclaredCategory | None) -> bool:
    """Does a category tell no purpose ("Third-party cookies")?"""
    return governing is not None and governing.canonical is Category.UNCLASSIFIED


def _own_purpose(reading: Reading, sentence: Sentence, mention: Mention) -> Category | None:
    """The usual category of a tracker, where the sentence that names it speaks of that purpose."""
    usual = mention.service.category
    told = usual in TRACKING and purposes(reading, _without_names(sentence.view.folded, sentence)).get(usual)
    return usual if told else None


def _of_row(sentence: Sentence, mention: Mention, used: list[Mention]) -> Category | None:
    """The one category of the trackers that a company stands in a row with ("Facebook, Google, and LinkedIn")."""
    trackers = [one for one in used if one.service.category in TRACKING]
    usual = {one.service.category for one in trackers}
    return next(iter(usual)) if len(usual) == 1 and in_row(sentence.view, mention, trackers) else None


def _elsewhere(reading: Reading, scopes: Scopes) -> Iterator[DeclaredService]:
    """Trackers that a sentence outside the parts about cookies says are used ("our apps use X to show ads")."""
    for sentence in reading.document.sentences:
        if sentence.place in reading.cookie_places:
            continue
        folded = sentence.view.folded
        for mention in find_services(sentence.view):
            near = folded[max(0, mention.start - LISTED) : mention.start]
            used = reading.words.cues("use").first(near) is not None or _is_integrated(reading, folded, mention)
            tracks = mention.service.category in TRACKING and used
            if (
                tracks
                and any(purposes(reading, folded).values())
                and _in_use(reading, sentence, mention, governed=False)
            ):
                category = _purpose_of(reading, sentence, mention)
                yield example(mention, category, None, scopes.at(sentence.place), sentence.view, 0.7)


def _is_integrated(reading: Reading, folded: str, mention: Mention) -> bool:
    """Is a service said to be built in, by words near its name in a sentence without a negation?"""
    around = folded[max(0, mention.start - LISTED) : mention.end + LISTED]
    if reading.words.cues("concepts", "negation").first(folded) is not None:
        return False
    return reading.words.cues("integrates").first(around) is not None


def _purpose_of(reading: Reading, sentence: Sentence, mention: Mention) -> Category | None:
    """The category that the words around a service speak for, nearest first; its usual one where none do.

    Sentences about what the policy is for, and about what visitors may set, tell of measuring and advertising only:
    "how to change your preferences" is no purpose of a service.
    """
    service = mention.service
    folded = sentence.view.folded
    about = reading.words.cues("about_policy").first(folded) is not None or manages(reading, folded)
    for told in _around(reading, sentence, mention):
        text = _without_names(told, sentence)
        if labelled := labels_said_of_cookies(reading, text):
            return service.category if service.category in TRACKING and service.category in labelled else labelled[0]
        if service.category is not None and purposes(reading, text).get(service.category):
            return service.category
        if not about and service.category is not Category.PERFORMANCE and _embeds(reading, text):
            return Category.FUNCTIONAL
        consent = reading.words.cues("consent_word").first(text) is not None
        category = sentence_purpose(reading, text)
        loose = category is Category.STRICTLY_NECESSARY and (consent or service.category in TRACKING)
        if category and not loose and (category in TRACKING or not about):
            return category  # "blocked until you agree" makes nothing necessary, nor a word of safety a tracker
    if service.category in TRACKING:
        return heading_purpose(reading, sentence.place, service.category) or service.category
    below = (sentence_purpose(reading, text) for text in below_name(reading, sentence, mention))
    return next(below, None) or heading_purpose(reading, sentence.place)


def _embeds(reading: Reading, text: str) -> bool:
    """Does a text tell that something of a service is shown ("to display videos"), and no advertisements?"""
    if reading.words.cues("embeds").first(text) is None:
        return False
    return (
        all(word.category is not Category.TARGETING for word in reading.labels.find(text))
        and not purposes(reading, text)[Category.TARGETING]
    )


def _without_names(text: str, sentence: Sentence) -> str:
    """A text without the names of services in a sentence: "Google Analytics" says of no other one what it is for."""
    for mention in sorted(find_services(sentence.view), key=lambda one: -len(one.words)):  # not "Google" of it alone
        name = sentence.view.folded[mention.start : mention.end]
        text = text.replace(name, " " * len(name))
    return text


def _around(reading: Reading, sentence: Sentence, mention: Mention) -> list[str]:
    """The clause of a mention, its sentence, and the whole item that it stands in."""
    folded = sentence.view.folded
    start = max((found.end() for found in _CLAUSE.finditer(folded, 0, mention.start)), default=0)
    stop = _CLAUSE.search(folded, mention.end)
    texts = [folded[start : stop.start() if stop else len(folded)], folded]
    block = reading.document.elements[sentence.place]
    if isinstance(block, Block) and block.kind == "item":
        texts.append(block.view.folded)
    return [*texts, *_told_next(reading, sentence)]


def _told_next(reading: Reading, sentence: Sentence) -> list[str]:
    """The sentence behind one, where it begins with "this service"."""
    beside = reading.sentences_at(sentence.place)
    following = beside[beside.index(sentence) + 1 :][:1]
    meant = ((one, reading.words.cues("this_service").first(one.view.folded)) for one in following)
    return [one.view.folded for one, found in meant if found is not None and not found.start]


def _in_use(reading: Reading, sentence: Sentence, mention: Mention, *, governed: bool) -> bool:
    """Is the mention one of a service in use, rather than of a browser, a link or the vendor itself?"""
    folded = sentence.view.folded
    words = reading.words
    explains = sentence.place in reading.definition_places and not _acts_here(reading, sentence, mention)
    if not is_other(reading, mention) or explains or is_passed_over(reading, sentence, mention):
        return False
    if folded.count("[", 0, mention.start) > folded.count("]", 0, mention.start):
        return False  # a blank of a template that nobody filled in
    if words.cues("not_service").first(_ASIDE.sub(" ", folded)) or words.cues("updated").first(folded[: mention.start]):
        return False
    if reading.denials.reaches(sentence, mention.start, mention.end) or reading.denials.hypothetical(sentence):
        return False
    named = words.cues("named_by").first(folded[: mention.start]) is not None
    if mention.service.category is None:
        close = words.cues("named_by").first(folded[max(0, mention.start - LISTED) : mention.start]) is not None
        listed = is_listed(reading, sentence) and _stands_out(reading, sentence, mention)
        listed = listed or heads_entry(reading, sentence, mention) or (governed and is_named_heading(reading, sentence))
        return listed or (close and reading.mentions_cookies(sentence.view))
    return (
        named
        or any(words.cues(name).first(folded) for name in ("use", "cookie"))
        or _is_integrated(reading, folded, mention)
        or (_stands_out(reading, sentence, mention) and (governed or is_entry(reading, sentence)))
        or (governed and _carries(reading, folded[: mention.start]))
        or heads_its_use(reading, sentence, mention)
        or _serves(reading, sentence, mention)
    )


def _acts_here(reading: Reading, sentence: Sentence, mention: Mention) -> bool:
    """Does a sentence begin with a tracker and say what it does on this very site, where others explain cookies?"""
    folded = sentence.view.folded
    begins = not folded[: mention.start].strip(" *_")
    here = reading.words.cues("own_site_words").first(folded[mention.end :]) is not None
    return (
        begins and here and mention.service.category in TRACKING and reading.words.cues("use").first(folded) is not None
    )


def _serves(reading: Reading, sentence: Sentence, mention: Mention) -> bool:
    """Is something that trackers do done by a service ("we measure with X", "X helps us to analyse"), not advised?"""
    folded = sentence.view.folded
    if reading.words.cues("link_text").first(folded) or not any(purposes(reading, folded).values()):
        return False
    begins = len(folded[: mention.start].split()) <= 1
    return begins or _carries(reading, folded[: mention.start])


def _carries(reading: Reading, before: str) -> bool:
    """Does a text end in a word such as "via": is something done by way of what follows?"""
    found = reading.words.cues("by_way_of").all(before[-LISTED:])
    return bool(found) and not before[-LISTED:][found[-1].end :].strip()


def _stands_out(reading: Reading, sentence: Sentence, mention: Mention) -> bool:
    """Does a sentence begin with a service, or list it after a label or in parentheses? Not as a link to advice."""
    if reading.words.cues("link_text").first(sentence.view.folded):
        return False
    before = sentence.view.text[: mention.start]
    return len(before.split()) <= NEAR_START or any(mark in before[-LISTED:] for mark in ":(,/")
