"""Companies that a sentence names only as the makers of their services, and services that it passes over."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.policy.service_entries import is_general
from auditor.policy.service_names import Mention, find_services, is_service_name

if TYPE_CHECKING:
    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading

LISTED = 40
_POSSESSIVE = re.compile(r"'s?(?!\w)")


def owns_services(reading: Reading, sentence: Sentence, mention: Mention) -> bool:
    """Is a company only the owner of something ("Acme's servers"), where its block names one of its services?"""
    if not _POSSESSIVE.match(sentence.view.folded, mention.end):
        return False
    beside = [other for one in reading.sentences_at(sentence.place) for other in find_services(one.view)]
    return is_general(mention, beside)


def is_passed_over(reading: Reading, sentence: Sentence, mention: Mention) -> bool:
    """Is a service named that is not used but another ("and not X", "instead of X"), or the maker behind its name?"""
    view = sentence.view
    near = view.folded[: mention.start].rstrip(" *_")[-LISTED:]
    passed = reading.words.cues("concepts", "instead_of").all(near)
    if passed and passed[-1].end == len(near):
        return True
    return _is_maker_aside(sentence, mention)


def _is_maker_aside(sentence: Sentence, mention: Mention) -> bool:
    """Does a name stand alone in parentheses behind its service: all of a text, or a maker's ("X (Meta)")?"""
    view = sentence.view
    opens = view.folded.rfind("(", 0, mention.start)
    if opens < 0 or view.folded[opens + 1 : mention.start].strip() or view.folded[mention.end :].lstrip()[:1] != ")":
        return False
    before = view.part(0, opens)
    beside = any(one.end == len(before.text) for one in find_services(before))
    return is_service_name(before) or (beside and mention.service.category is None)
