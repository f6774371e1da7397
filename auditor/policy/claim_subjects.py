"""What a claim is about: the whole document, a category, a technology, one cookie or a scope."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.model import Category
from auditor.policy.claim_categories import (
    antecedent,
    category_of_service,
    joined,
    meant,
    measured,
    own_category,
    with_necessary,
)
from auditor.policy.claim_choices import EVERYDAY, by_button, chosen
from auditor.policy.claim_extents import about_cookies_as_such, only_these, says_of_all, says_plainly
from auditor.policy.claim_nouns import data_noun, heading_noun, shared_noun
from auditor.policy.claim_places import Subject, category_subject, stated
from auditor.policy.claim_storage import storage_of
from auditor.policy.claim_tools import loaded, of_tool_above, service_of
from auditor.policy.claim_topics import SPOKEN_OF, topics
from auditor.policy.prose import labels_beside_cookies
from auditor.policy.service_names import find_services
from auditor.policy.view import fold

if TYPE_CHECKING:
    from auditor.model import DeclaredCategory
    from auditor.policy.claim_places import Place, Rule

OF_ONE_COOKIE = {"no_personal_data", "anonymous_data", "purpose_limited"}
OF_ONE_SERVICE = {"ip_anonymised"}
OF_A_TOOL = {"set_without_consent", "anonymous_data"}
"""What counts outside the parts about cookies, too, where a sentence names the tool that measures."""
OF_DATA = {"aggregated_only", "anonymous_data", "no_personal_data", "no_third_party_sharing", "purpose_limited"}
OF_PLACE = {"shared_with_third_parties", "third_party_cookies_used"}
"""What is said of the cookies of the section, though its sentence does not take them up."""
ASIDE = {"social": ("category", "social_media"), "thirds": ("technology", "third_party_cookies")}
"""What sentences about social networks, and about those who set cookies of third parties, are about."""
IN_COOKIES = {"label", "named", "necessary", "advertising"}
GENERAL = {"no_personal_data"}  # what an explanation of cookies may claim


def subjects(place: Place, rule: Rule) -> tuple[Subject, ...]:
    """What a claim is about; nothing where the sentence does not stand in the rule's context."""
    if rule.subject in IN_COOKIES and not place.in_cookies:
        return ()
    if (named := _by_rule(place, rule)) is not None:
        return named
    if told := _told_of(place, rule):
        return tuple(stated(place, category) for category in told)
    subject = service_of(place) if rule.subject == "service" else _subject(place, rule)
    return _and_beside(place, subject) if subject else ()


def _by_rule(place: Place, rule: Rule) -> tuple[Subject, ...] | None:
    """What a claim is about that tells so by its kind; None for one that may be about anything."""
    if rule.subject in ("label", "named"):
        return tuple(s for s in _labels(place, rule) if (rule.type, s.value) not in EVERYDAY)
    if rule.subject == "only":
        return tuple(stated(place, category) for category in only_these(place))
    if rule.subject == "choice":
        return chosen(place, rule)
    if rule.subject == "button":
        return by_button(place)
    if rule.subject == "storage":
        return tuple(filter(None, (storage_of(place),)))
    return (Subject(*ASIDE[rule.subject], place.scopes.web),) if rule.subject in ASIDE else None


def _told_of(place: Place, rule: Rule) -> tuple[Category, ...]:
    """The categories that a sentence itself tells the claim of."""
    if rule.subject == "necessary":
        return with_necessary(place)
    if rule.subject == "advertising":
        return (Category.TARGETING,)
    return topics(place) if rule.type in SPOKEN_OF and place.in_cookies else ()


def _and_beside(place: Place, subject: Subject) -> tuple[Subject, ...]:
    """A subject, and the other categories of its heading ("Analytical and marketing cookies")."""
    governing = place.governing
    if governing is None or subject.kind != "category" or subject.value != governing.canonical.value:
        return (subject,)
    above = [heading.view for heading in place.reading.headings(place.sentence.place)[:1]]
    its = [view.folded for view in above if place.reading.is_told_in(view, governing)]
    named = joined(place, (its or [fold(governing.label)])[0])
    return (subject, *(replace(subject, value=c.value) for c in named if c is not governing.canonical))


def _subject(place: Place, rule: Rule) -> Subject | None:
    if not _fits(place, rule):
        return None
    if rule.subject in ("group", "scope"):
        return _group(place) if rule.subject == "group" else _scope(place)
    if rule.subject == "category":
        return _technology(place, rule) or _labelled(place, rule)
    if place.governing is not None and _of_section(place, rule):
        return Subject("category", place.governing.canonical.value, place.governing.scope_ids)
    if place.general and rule.type not in GENERAL:
        return None
    return _free_subject(place, rule)


def _of_section(place: Place, rule: Rule) -> bool:
    """Is what is said of cookies without a kind said of those of the section?"""
    if rule.type not in SPOKEN_OF or rule.subject != "document":
        return False
    both = place.says("concepts", "both_sorts")  # "we use both first-party and third-party cookies": on the site
    near = rule.type in OF_PLACE and place.is_near and not both
    return near or place.taken_up


def _fits(place: Place, rule: Rule) -> bool:
    """Does a sentence stand in the context of a rule?"""
    if rule.context.startswith("cookie") and not _in_cookies(place, rule):
        return False
    if rule.context == "plain":
        return says_plainly(place)
    return rule.subject != "whole" or says_of_all(place)


def _in_cookies(place: Place, rule: Rule) -> bool:
    """Does a sentence stand in a part about cookies, or name the tool that its claim is about?"""
    return place.in_cookies or (rule.type in OF_A_TOOL and measured(place) is not None)


def _one_service(place: Place, rule: Rule) -> Subject | None:
    """The one service that a claim is about; what a category's cookies collect is said of the category."""
    if rule.type == "consent_before_setting":
        return (service_of(place) if place.says("this_service") else None) or loaded(place)
    measured = place.governing is not None and place.is_near
    return service_of(place) if rule.type in OF_ONE_SERVICE and not measured else None


def _names(place: Place, one: Subject) -> bool:
    """Does the sentence itself name a service?"""
    return any(mention.service.name == one.value for mention in find_services(place.sentence.view))


def _named(place: Place, rule: Rule) -> Subject | None:
    """What a sentence names or means: the kind of data of its heading, else cookies."""
    if rule.type in OF_DATA and place.governing is None and (noun := heading_noun(place)):
        return Subject("document", noun, place.scopes.web)
    return _named_subject(place, rule) if rule.subject == "auto" and _in_cookies(place, rule) else None


def _free_subject(place: Place, rule: Rule) -> Subject | None:
    """The subject of a claim that may be about anything: what the sentence names or means, else the document."""
    if one := _one_service(place, rule):
        itself = rule.type in OF_ONE_SERVICE and _names(place, one)
        category = None if itself else category_of_service(place, one.value or "")
        return category_subject(place.categories, place.scopes, category) if category else one
    if (named := _named(place, rule)) is not None or rule.context == "cookie_category":
        return named
    noun = (data_noun(place) or shared_noun(place, rule.type)) if rule.subject == "auto" else None
    if _is_of_less(place, rule, noun):
        return None
    return Subject("document", noun, place.scopes.web)


def _is_of_less(place: Place, rule: Rule, noun: str | None) -> bool:
    """Is a claim that names no subject not about all cookies: outside their parts, or of a kind without known name?"""
    if rule.context == "data" and noun is None and not place.in_cookies:
        return True
    if rule.context == "cookie_subject" and (not place.says("cookie") or place.says("this_cookie")):
        return True
    if rule.context == "cookie_data" and not (place.says("cookie") or place.says("anaphora")):
        return True
    return rule.type in SPOKEN_OF and noun is None and place.taken_up and place.of_some_kind


def _group(place: Place) -> Subject:
    """A claim about a group of people ("for our end users, ...")."""
    found = place.reading.words.cues("groups").first(place.folded)
    words = place.folded[found.start : found.end].split()[-2:] if found else []
    return Subject("document", "_".join(words) or None, place.scopes.web)


def _scope(place: Place) -> Subject:
    """A claim about one of several scopes ("our apps use no cookies"), else about everything."""
    for scope in place.scopes.scopes:
        if not scope.default and place.says("scopes", scope.kind):
            return Subject("scope", scope.id, (scope.id,))
    return Subject("document", None, place.scopes.web)


def _labels(place: Place, rule: Rule) -> tuple[Subject, ...]:
    """The categories that a sentence names after the claim's words, or the one that governs it."""
    named = dict.fromkeys(labels_beside_cookies(place.reading, place.folded[place.found.start :]))
    if rule.type == "only_category" and place.says("necessity"):  # "functional cookies that the site needs"
        named.pop(Category.FUNCTIONAL, None)
        named[Category.STRICTLY_NECESSARY] = None
    if named:
        return tuple(stated(place, category) for category in named)
    taken_up = rule.type == "reject_possible" and place.taken_up  # "you can switch these cookies off"
    if rule.type == "reject_possible" and (ahead := topics(place)):  # "marketing cookies can be switched off"
        return tuple(stated(place, category) for category in ahead)
    if (rule.subject == "label" or taken_up) and place.governing is not None and place.is_near:
        return (Subject("category", place.governing.canonical.value, place.governing.scope_ids),)
    return ()


def _labelled(place: Place, rule: Rule) -> Subject | None:
    """The category that governs a sentence, else the one that it names."""
    if place.governing is not None:
        return Subject("category", place.governing.canonical.value, place.governing.scope_ids)
    named = labels_beside_cookies(place.reading, place.folded)
    category = named[0] if named else antecedent(place) or meant(place)
    if category is None and rule.type == "always_active" and place.says("relative") and place.says("necessity"):
        category = None if place.says("concepts", "beyond_necessary") else Category.STRICTLY_NECESSARY
    return category_subject(place.categories, place.scopes, category) if category else None


def _named_subject(place: Place, rule: Rule) -> Subject | None:
    """The technology or category that a sentence is about: named in it, meant by "these cookies", or governing it."""
    governing = place.governing
    if named := _technology(place, rule):
        return named
    if rule.type == "consent_before_setting" and governing and not _waits(place, governing):
        governing = None
    if governing is not None and (place.is_near or place.says("anaphora") or place.says("cookie")):
        value = "social_media" if governing.subtype == "social_media" else governing.canonical.value
        return Subject("category", value, governing.scope_ids)
    if named := _kind_of_cookies(place, rule):
        return named
    if governing is not None or (place.says("only_these") and rule.type != "set_without_consent"):
        return None
    category = own_category(place, rule)
    if category is None and (place.says("these_cookies") or (rule.type in OF_ONE_COOKIE and place.says("this_cookie"))):
        category = antecedent(place)
    if category is None and rule.type == "cross_site_tracking":  # that is what advertising does
        category = next((c.canonical for c in place.categories.declared if c.canonical is Category.TARGETING), None)
    category = category or of_tool_above(place, rule)
    return category_subject(place.categories, place.scopes, category) if category else None


def _waits(place: Place, governing: DeclaredCategory) -> bool:
    """Is it the category of the section that waits for consent: not the necessary one, nor all cookies far below?"""
    if governing.canonical is Category.STRICTLY_NECESSARY or place.says("concepts", "by_law"):
        return False
    return place.is_near or place.says("anaphora")


def _technology(place: Place, rule: Rule) -> Subject | None:
    """Beacons, the one cookie that an item describes, or the storage that a part is about."""
    if place.says("beacon_subject"):
        return Subject("technology", "web_beacons", place.scopes.web)
    if rule.type in OF_ONE_COOKIE and (name := place.cookie):
        return Subject("cookie", name, place.scopes.at(place.sentence.place))
    return storage_of(place) if rule.type in SPOKEN_OF and place.governing is None else None


def _kind_of_cookies(place: Place, rule: Rule) -> Subject | None:
    """Cookies as such, or those of third parties."""
    if rule.type == "no_personal_data" and about_cookies_as_such(place):
        return Subject("technology", "cookies", place.scopes.web)
    third = place.reading.words.cues("third_cookies").first(place.folded)
    if rule.type == "consent_before_setting" and place.governing is None and third is not None:
        if labels_beside_cookies(place.reading, place.folded[: third.start]):
            return None  # "analytical cookies and those of third parties"
        return Subject("technology", "third_party_cookies", place.scopes.web)
    return None
