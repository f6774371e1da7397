"""Controls that a policy shows rather than describes: the label of one behind a colon, ways through browsers' menus."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.policy.blocks import Block
from auditor.policy.hosts import HOST, brand, is_host
from auditor.policy.promises import promises
from auditor.policy.sections import UNRANKED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading
    from auditor.policy.view import View

MIN_PATHS = 2
MAX_BUTTONS = 70
MAX_LABEL = 6
EDGES = 4  # marks around the words of a link
CENTRE = {"mechanism": "preference_centre", "grants": "accept_reject"}
BROWSER = {"mechanism": "browser_settings", "grants": "reject"}
_LABEL = re.compile(r"[:–—→]\s+([^:–—→.]{6,50})\.?\s*$")
_ADDRESS = re.compile(r"(?:https?:)?//([^/?#:\s]{1,253})", re.IGNORECASE)
PATH = re.compile(r"\w\s+(?:→|>|›|»|->)\s+\w")


def shown_controls(reading: Reading) -> Iterator[tuple[Sentence, dict[str, str]]]:
    """Each sentence that shows a control, with the mechanism and what it grants."""
    shows = (_shows_label, _shows_buttons, _is_own_choice, _is_link)
    yield from ((s, CENTRE) for s in reading.cookie_sentences if any(one(reading, s) for one in shows))
    paths = [sentence for sentence in reading.cookie_sentences if _is_path(reading, sentence)]
    yield from ((sentence, BROWSER) for sentence in paths[:1] if len(paths) >= MIN_PATHS)


def _shows_label(reading: Reading, sentence: Sentence) -> bool:
    """Does a sentence about changing choices end in the words of a control ("...: manage cookie preferences")?"""
    match = _LABEL.search(sentence.view.text)
    if match is None or reading.words.cues("browsers").first(sentence.view.folded):
        return False
    told = promises(reading.words.language)
    before, label = sentence.view.part(0, match.start()), sentence.view.part(*match.span(1))
    changes = told.says(before, "change") and not told.says(before, "browser")
    named = told.says(label, "choice") and reading.mentions_cookies(label)
    return changes and named and not told.says(label, "browser")


def _shows_buttons(reading: Reading, sentence: Sentence) -> bool:
    """Does a line "Manage your cookie preferences:" stand above buttons ("Accept all  Essential only")?"""
    told = promises(reading.words.language)
    following = reading.document.elements[sentence.place + 1 : sentence.place + 2]
    if not sentence.view.text.rstrip().endswith(":") or not following or not isinstance(following[0], Block):
        return False
    buttons = following[0].view
    chooses = told.says(sentence.view, "choice") and reading.mentions_cookies(sentence.view)
    short = len(buttons.text) <= MAX_BUTTONS and buttons.text.rstrip()[-1:] not in (".", ":")
    return chooses and short and told.says(buttons, "ask") and not told.says(sentence.view, "browser")


def is_label(reading: Reading, sentence: Sentence) -> bool:
    """Is a sentence a short line of its own, without a full stop: the words of a control where it is one?"""
    block = reading.document.elements[sentence.place]
    if not isinstance(block, Block) or (block.kind == "heading" and block.level < UNRANKED):
        return False
    alone = block.view.text.strip() == sentence.view.text.strip()
    text = sentence.view.text.rstrip()
    return alone and len(text.split()) <= MAX_LABEL and text[-1:] not in (".", ":", "?")


def _is_own_choice(reading: Reading, sentence: Sentence) -> bool:
    """Is a line the label of a control in the visitor's own words ("Change my choice")?"""
    told = promises(reading.words.language)
    return is_label(reading, sentence) and told.says(sentence.view, "own_choice") and told.says(sentence.view, "change")


def _is_link(reading: Reading, sentence: Sentence) -> bool:
    """Is a line a link to the vendor's page of settings ("Example.com cookie settings")?"""
    view = sentence.view
    told = promises(reading.words.language)
    named = told.says(view, "choice") and reading.mentions_cookies(view) and not told.says(view, "browser")
    if not named or not is_label(reading, sentence):
        return False
    words = len(view.text.strip())
    links = (link for link in reading.document.links if view.start <= link.start and link.end <= view.end)
    return any(link.end - link.start >= words - EDGES and _is_own(reading, view, link.href) for link in links)


def _is_own(reading: Reading, view: View, href: str) -> bool:
    """Does a link lead to a page of the vendor's: without a host, to his, or to the one that its words name?"""
    match = _ADDRESS.match(href)
    if match is None:
        return not href.startswith("#") and ":" not in href.partition("/")[0]
    named = {brand(found["host"].lower()) for found in HOST.finditer(view.text) if is_host(found["host"])}
    return brand(match[1]) in named | {brand(mention.host) for mention in reading.own_hosts}


def _is_path(reading: Reading, sentence: Sentence) -> bool:
    """Is a line the way to the cookies in a browser's menus ("Firefox: Settings > Privacy > Cookies")?"""
    browser = reading.words.cues("browsers").first(sentence.view.folded)
    begins = browser is not None and not sentence.view.folded[: browser.start].strip(" *-(\"'")
    return begins and PATH.search(sentence.view.text) is not None and reading.mentions_cookies(sentence.view)
