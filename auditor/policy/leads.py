"""What introduces a block: bold words, words before a mark, a first sentence, a title that runs into its text."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from auditor.model import Category
from auditor.policy.blocks import Block

if TYPE_CHECKING:
    from auditor.policy.context import Reading
    from auditor.policy.view import View

MAX_SENTENCE_WORDS = 6
MAX_STATUS = 40
MAX_BADGED = 70
MAX_EDGES = 4
MIN_BEGUN = 40
_SENTENCE_ENDS = (".", ":", "!", "?")
_ARTICLE = re.compile(r"^(?:the|our|i|gli|le|la|les|los|las|die|der|de|het|os|as|nos|nuestras)\s+(?=\w)", re.IGNORECASE)
_SENTENCE_LEAD = re.compile(r"([^.:;!?]{4,60})\.\s+\S")
_UNCLOSED = re.compile(r"\s*[(\[][^)\]]*$")
_RUN_IN = re.compile(r"(?<=[a-zà-ÿ)])\s+(?=[A-ZÀ-Þ]\w*\s+[a-zà-ÿ])")
_ASIDE = re.compile(r"\s+\((?=\w+\s\w+\s)")
_QUOTED = re.compile(r"(?:[^\W\d_]{1,12},?\s){0,2}[\"“”„«»‘‚]\s?([^\"“”„«»‘’‚]{4,60}?)\s?[\"“”»«’‘]\s(?=[^\W\d_])")
_WORD = re.compile(r"[^\W\d_]+")
_DASH_LEAD = re.compile(r"(.{2,70}?)\s+[-–—]\s+\S")


def run_in(reading: Reading, block: Block) -> View | None:
    """A title that runs into its text without a mark, or into an aside ("Necessary cookies (needed to sign in),")."""
    edges = list(islice(_RUN_IN.finditer(block.view.text, 0, MAX_BADGED), MAX_EDGES))
    aside = _ASIDE.search(block.view.text, 0, MAX_BADGED) if block.kind == "item" else None
    for edge in (*edges, aside):
        label = reading.labels.read(block.view.folded[: edge.start()]) if edge else None
        if edge and label is not None and label.cookie_word and not label.residue:
            return block.view.part(0, edge.start())
    return None


def begins_with_label(reading: Reading, block: Block) -> View | None:
    """The label that a sentence begins with, with the cookie word behind it ("Analytics cookies collect ...")."""
    folded = block.view.folded
    first = next(iter(reading.labels.find(folded[:MAX_BADGED])), None)
    if first is None or first.start or len(folded) < MIN_BEGUN:
        return None
    cookie = next((c for c in reading.labels.cookie.all(folded[:MAX_BADGED]) if c.end > first.end), None)
    end = cookie.end if cookie and not folded[first.end : cookie.start].strip(" -") else first.end
    return block.view.part(0, end) if folded[end : end + 1] == " " else None


def quoted(reading: Reading, block: Block) -> View | None:
    """The label in quotes that a paragraph begins with, at most after a word or two ("Moreover, the ...")."""
    found = _QUOTED.match(block.view.text) if block.kind != "heading" else None
    label = reading.labels.read(block.view.folded[found.start(1) : found.end(1)]) if found else None
    if found is None or label is None or not label.cookie_word or label.residue:
        return None
    return block.view.part(*found.span(1))


def is_sentence(block: Block, phrase: View) -> bool:
    """Is a lead a whole first sentence ("Essential cookies are set automatically.") rather than set off by a mark?"""
    return block.lead is None and block.view.text[len(phrase.text) :].startswith(".")


def badged(reading: Reading, block: Block) -> View | None:
    """The words before the state of a switch in a short line ("Marketing  Needs consent")."""
    text, folded = block.view.text, block.view.folded
    if block.kind == "item" or len(text) > MAX_BADGED or text.rstrip()[-1:] in _SENTENCE_ENDS:
        return None
    ends = (found for name in ("status", "badge") for found in reading.words.cues(name).all(folded))
    state = next((found for found in ends if found.start and not folded[found.end :].strip(" )")), None)
    return block.view.part(0, len(_UNCLOSED.sub("", text[: state.start]))) if state else None


def titles(reading: Reading, place: int, block: Block) -> bool:
    """Is an item no more than the title of the paragraph below it ("- Analytics cookies", then what they are)?"""
    elements = reading.document.elements
    following = elements[place + 1] if place + 1 < len(elements) else None
    described = isinstance(following, Block) and following.kind == "text"
    before = elements[place - 1] if place else None
    listed = isinstance(before, Block) and before.kind == "item"
    if block.kind != "item" or not described or listed or reading.has_link(block.view):
        return False  # a link is a line of a table of contents
    return block.view.text[-1:] not in (".", ":", ";", ",")


def lead_of(block: Block) -> View | None:
    """The words that introduce a block: bold, before a colon or dash, or a first sentence of a few words."""
    if block.lead is not None:
        return block.lead
    found = [match for lead in (_DASH_LEAD, _SENTENCE_LEAD) if (match := lead.match(block.view.text))]
    match = min(found, key=lambda match: match.end(1), default=None)
    if match is None or (match.re is _SENTENCE_LEAD and len(match[1].split()) > MAX_SENTENCE_WORDS):
        return None
    return block.view.part(0, match.end(1))


def is_status(reading: Reading, block: Block) -> bool:
    """Is a short line the state of a switch ("Always active") rather than a heading?"""
    label = badged(reading, block)
    if label is not None and reading.labels.find(label.folded):
        return False
    return len(block.view.text) < MAX_STATUS and reading.words.cues("status").first(block.view.folded) is not None


def needed_activities(reading: Reading, block: Block) -> View | None:
    """The label of a heading about "activities strictly necessary for the operation of ...": without what for.

    None where the heading says more than that, or says it of something else than activities.
    """
    folded = block.view.folded
    noun = reading.words.cues("activity").first(folded) if block.kind == "heading" else None
    labels = reading.labels.find(folded) if noun is not None else []
    if noun is None or {word.category for word in labels} != {Category.STRICTLY_NECESSARY}:
        return None
    label = labels[0]
    if " " not in folded[label.start : label.end]:
        return None  # "processing necessary for a contract" is a legal basis
    start, end = min(noun.start, label.start), max(noun.end, label.end)
    between = folded[min(noun.end, label.end) : max(noun.start, label.start)]
    around = (folded[:start], between, folded[end:])
    goals = [_goal(reading, part) for part in (*around, folded[label.start : label.end])]
    rest = [part[:goal] for part, goal in zip(around, goals, strict=False)]
    if goals[-1] is not None:
        rest[-1] = ""  # "necessary to function ..." is a label itself
    if not any(goal is not None for goal in goals) or any(len(_WORD.findall(part)) > 1 for part in rest):
        return None
    return block.view.part(label.start, label.end) if goals[1] is not None else block.view.part(start, end)


def _goal(reading: Reading, folded: str) -> int | None:
    """Where a stretch begins to say what something is needed for."""
    return min((found.start for found in reading.words.cues("needed_for").all(folded)), default=None)


def label_text(phrase: str) -> str:
    """A label as a policy prints it, without "Category 1:" and closing punctuation."""
    text = re.sub(r"^\s*\(?(?:[a-h]|[ivx]{1,4})[.)]\s+(?=\w)", "", phrase)
    text = re.sub(r"^\s*(?:[^\W\d_]+\s+)?\d{1,2}(?:\.\d{1,2})*\s*[:.)\-–]\s*", "", text)
    text = re.sub(r"\s*(?:[(\[]\d{1,4}[)\]]|(?<![)\]])(?<=\s)\d{1,4})\s*$", "", text)
    return _ARTICLE.sub("", text.strip(" \t.:;–-*")) or phrase.strip()
