"""The ways to choose or to refuse that a policy promises: banner, preference centre, browser settings ..."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from auditor.model import ConsentMechanism
from auditor.policy.blocks import Block
from auditor.policy.cues import Cues
from auditor.policy.name_lines import under_kits
from auditor.policy.promises import QUOTED, promises
from auditor.policy.said_places import scopes_shown
from auditor.policy.sections import UNRANKED
from auditor.policy.service_entries import is_other
from auditor.policy.service_names import find_services
from auditor.policy.shown_controls import PATH, is_label, shown_controls
from auditor.policy.technologies import told_in_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes
    from auditor.policy.view import View

_FIRST_WORD = re.compile(r"\w{1,8},?\s+")
BY_LINK = ("industry_opt_out", "service_opt_out")
NEAR = 30
_APART = re.compile(r"[,;:()]")
_ASKED = ("may", "click", "change")
_OF_PAGES = ("footer", "page_bottom")
_PRIORITY = ("footer", "policy_page_bottom", "page_bottom", "chat_window", "banner", "policy_page")


def read_consent(reading: Reading, scopes: Scopes) -> tuple[ConsentMechanism, ...]:
    """Each mechanism once, with the first sentence that promises it (and up to two more)."""
    rules: dict[str, list[dict[str, Any]]] = {}
    for rule in reading.words.values("consent"):
        rules.setdefault(rule["mechanism"], []).append(rule)
    cells = told_in_tables(reading)
    found: dict[str, list[tuple[Sentence, dict[str, Any]]]] = {
        mechanism: [(s, rule) for rule in variants for s in _promising(reading, rule, cells)]
        for mechanism, variants in rules.items()
    }
    told = promises(reading.words.language)
    for sentence in reading.document.sentences:
        elsewhere = sentence.place not in reading.cookie_places
        for pattern in told.of(sentence.view, reading.owners, elsewhere=elsewhere):
            if not _absent(reading, sentence, pattern["mechanism"]):
                found.setdefault(pattern["mechanism"], []).append((sentence, pattern))
    for sentence, control in shown_controls(reading):
        found.setdefault(control["mechanism"], []).append((sentence, control))
    return tuple(_mechanism(reading, scopes, mechanism, said) for mechanism, said in found.items() if said)


def _promising(reading: Reading, rule: dict[str, Any], cells: list[Sentence]) -> list[Sentence]:
    """The sentences that have the words of a rule; opt-outs stand in ``cells`` of tables, too."""
    cues, unless = Cues(rule["cues"]), Cues(rule.get("unless", ()))
    linked = rule["mechanism"] in BY_LINK
    told = reading.document.sentences if rule.get("any") else reading.cookie_sentences
    pool = [*told, *cells] if linked else told
    found = [s for s in pool if cues.first(_text(reading, s, linked=linked)) and not unless.first(s.view.folded)]
    return [s for s in found if not _absent(reading, s, rule["mechanism"])]


def _text(reading: Reading, sentence: Sentence, *, linked: bool) -> str:
    """The folded sentence; with ``linked`` the targets of its links, too: opt-outs are often only that."""
    if not linked:
        return sentence.view.folded
    start, end = sentence.view.start, sentence.view.end
    targets = [link.href.lower() for link in reading.document.links if start <= link.start < end]
    return " ".join([sentence.view.folded, *targets])


def _absent(reading: Reading, sentence: Sentence, mechanism: str) -> bool:
    """Is a control missing, possible one day only, or merely named by a title or as what a cookie remembers?"""
    if reading.denials.hypothetical(sentence):
        return True
    alike = _ALIKE.get(mechanism)
    says = partial(promises(reading.words.language).says, sentence.view)
    return alike is not None and alike(reading, sentence, says)


def _no_banner(reading: Reading, sentence: Sentence, says: Callable[[str], bool]) -> bool:
    folded = sentence.view.folded
    if under_kits(reading, sentence.place):
        return True  # a development kit of the app shows none on the site
    if says("advertising_banner") or reading.words.cues("no_control").first(folded) or _is_title(reading, sentence):
        return True
    return _is_kept(reading, sentence) and not (says("may") or says("first_visit"))


def _no_implied_consent(_: Reading, __: Sentence, says: Callable[[str], bool]) -> bool:
    """By clicking "Accept" one is asked; that most browsers accept cookies tells nothing."""
    return (says("accept_button") and not says("by_using")) or says("browser_accepts")


def _no_settings(reading: Reading, sentence: Sentence, says: Callable[[str], bool]) -> bool:
    """Cookies are "text files in your browser", which keep "settings of your device"."""
    described = _is_kept(reading, sentence) or says("text_file") or says("depends")
    return not says("control") or (described and not says("may"))


def _no_account(_: Reading, __: Sentence, says: Callable[[str], bool]) -> bool:
    return not any(map(says, _ASKED))


def _no_preferences(reading: Reading, sentence: Sentence, says: Callable[[str], bool]) -> bool:
    folded = sentence.view.folded
    if reading.words.cues("browsers").first(folded) or _is_title(reading, sentence) or _is_kept(reading, sentence):
        return True
    if _of_another(reading, sentence) or _from_banner(reading, sentence) or _in_account(reading, sentence):
        return True
    if not says("click") and _by_browser(reading, sentence):
        return True
    if sentence.view.text.rstrip().endswith(":") or _begins_with_how(reading, sentence):  # what follows tells
        return not says("click")
    needed = reading.words.cues("necessity").first(folded) is not None  # what necessary cookies remember
    return needed and not any(map(says, _ASKED))


def _of_another(reading: Reading, sentence: Sentence) -> bool:
    """Are the settings of a sentence those that a service has ("in the settings of your X account")?"""
    folded = sentence.view.folded
    named = reading.words.cues("control_label").first(folded) is not None  # "the cookie settings" are the vendor's
    spans = [] if named else reading.words.cues("settings_word").all(folded)
    for mention in find_services(sentence.view) if spans else ():
        gaps = [folded[min(s.end, mention.end) : max(s.start, mention.start)] for s in spans]
        if is_other(reading, mention) and any(len(gap) <= NEAR and not _APART.search(gap) for gap in gaps):
            return reading.words.cues("self").first(folded) is None
    return False


def _in_account(reading: Reading, sentence: Sentence) -> bool:
    """Does a sentence lead through the settings of an account ("in your Settings > Privacy > Cookies")?"""
    way = PATH.search(sentence.view.text)
    settings = reading.words.cues("settings_word").all(sentence.view.folded[: way.start() + 1]) if way else []
    begins = bool(settings) and way is not None and settings[-1].end == way.start() + 1
    named = reading.words.cues("control_label").all(sentence.view.folded[: way.start() + 1]) if way else []
    return begins and not (named and named[-1].end == settings[-1].end)


def _from_banner(reading: Reading, sentence: Sentence) -> bool:
    """Does a sentence tell what may be chosen in the banner of the one before ("From it you can configure ...")?"""
    told = promises(reading.words.language)
    beside = reading.sentences_at(sentence.place)
    before = beside[: beside.index(sentence)][-1:]
    return told.begins(sentence.view, "from_it") and any(told.says(one.view, "shown") for one in before)


def _by_browser(reading: Reading, sentence: Sentence) -> bool:
    """Does the next sentence of a block tell that what may be set is set in the browser?"""
    beside = reading.sentences_at(sentence.place)
    told = promises(reading.words.language)
    following = [one.view for one in beside[beside.index(sentence) + 1 :][:1]]
    by = (reading.words.cues("by_way_of").first(view.folded) for view in following if told.says(view, "browser"))
    return any(by) and all(told.says(view, "change") and not told.says(view, "also") for view in following)


def _begins_with_how(reading: Reading, sentence: Sentence) -> bool:
    """Is a sentence a line of contents ("How you can change your choices", "of how you can ...")?"""
    if promises(reading.words.language).begins(sentence.view, "how"):
        return True
    block = reading.document.elements[sentence.place]
    listed = isinstance(block, Block) and block.kind == "item"
    rest = _FIRST_WORD.match(sentence.view.text) if listed else None
    after = sentence.view.part(rest.end(), len(sentence.view.text)) if rest else sentence.view
    return rest is not None and promises(reading.words.language).begins(after, "how")


def _is_kept(reading: Reading, sentence: Sentence) -> bool:
    """Does a sentence tell that a choice is remembered?"""
    return reading.words.cues("consent_record").first(sentence.view.folded) is not None


_ALIKE = {
    "cookie_banner": _no_banner,
    "implied_consent": _no_implied_consent,
    "browser_settings": _no_settings,
    "device_settings": _no_settings,
    "account_settings": _no_account,
    "preference_centre": _no_preferences,
}
"""Per mechanism whether a sentence that has its words promises none, asked with what groups of words it has."""


def _is_title(reading: Reading, sentence: Sentence) -> bool:
    """Is a sentence a heading without a link? It names a control, and promises none."""
    block = reading.document.elements[sentence.place]
    if not (isinstance(block, Block) and block.kind == "heading" and block.level < UNRANKED):
        return False
    return not any(sentence.view.start <= link.start < sentence.view.end for link in reading.document.links)


def _mechanism(
    reading: Reading, scopes: Scopes, mechanism: str, found: list[tuple[Sentence, dict[str, Any]]]
) -> ConsentMechanism:
    sentences = sorted({s.view.start: s for s, _ in found}.values(), key=partial(_tells_no_label, reading))
    first, rule = sentences[0], found[0][1]
    location = _location(reading, sentences, mechanism)
    return ConsentMechanism(
        mechanism=mechanism,
        label=_label(reading, first, mechanism),
        location=location,
        url=_url(reading, first.view) if mechanism.endswith("opt_out") else None,
        grants=_grants(reading, sentences, mechanism, rule["grants"]),
        scope_ids=scopes_shown(reading, scopes, first) if location in _OF_PAGES else scopes.web,
        evidence=tuple(s.view.quote() for s in sentences[:3]),
    )


def _tells_no_label(reading: Reading, sentence: Sentence) -> bool:
    """Sorts the sentence that quotes the control's words, or is them, first: they are what people look for."""
    return QUOTED.search(sentence.view.text) is None and not is_label(reading, sentence)


def _label(reading: Reading, sentence: Sentence, mechanism: str) -> str | None:
    view = sentence.view
    if mechanism not in ("preference_centre", "account_settings", "cookie_banner"):
        return None
    match = QUOTED.search(view.text)
    if match:
        return match["label"].strip()
    if is_label(reading, sentence):
        return view.text.strip()
    found = reading.words.cues("control_label").first(view.folded)
    return view.text[found.start : found.end] if found else None


def _location(reading: Reading, sentences: list[Sentence], mechanism: str) -> str | None:
    if mechanism == "cookie_banner":
        return "banner"
    if mechanism not in ("preference_centre", "chat_widget_control"):
        return None
    for location in _PRIORITY:
        cues = reading.words.cues("locations", location)
        if any(cues.first(s.view.folded) for s in sentences):
            return location
    shown = mechanism == "preference_centre" and any(is_label(reading, s) or _acts_here(reading, s) for s in sentences)
    return "policy_page" if shown else None


def _acts_here(reading: Reading, sentence: Sentence) -> bool:
    """Does a link in a sentence, or right behind it in its block, do something on the page itself?"""
    block = reading.document.elements[sentence.place]
    end = block.view.end if isinstance(block, Block) else sentence.view.end
    links = (link for link in reading.document.links if sentence.view.start <= link.start < end)
    return any(link.href.lower().startswith(("javascript:", "#")) for link in links)


def _url(reading: Reading, view: View) -> str | None:
    for link in reading.document.links:
        if view.start <= link.start < view.end:
            return link.href
    match = re.search(r"(?:https?://|www\.)[^\s<>\"')\]]{4,200}", view.text)
    return match.group().rstrip(".,;:") if match else None


def _grants(reading: Reading, sentences: list[Sentence], mechanism: str, usual: str) -> str:
    """What the mechanism lets a visitor do, as its sentences say it; else what it usually does."""
    if mechanism not in ("browser_settings", "industry_opt_out"):
        return usual
    texts = [s.view.folded for s in sentences]
    for grants in ("reject", "delete"):
        if any(reading.words.cues("grants", grants).first(text) for text in texts):
            return grants
    return "information" if mechanism == "industry_opt_out" else usual
