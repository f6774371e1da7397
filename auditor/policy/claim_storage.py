"""The storage of the browser that a claim is about, where its item or the heading above names that and no cookies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.policy.blocks import Block
from auditor.policy.claim_places import Subject

if TYPE_CHECKING:
    from auditor.policy.claim_places import Place

STORAGES = ("local_storage", "session_storage")


def storage_of(place: Place) -> Subject | None:
    """What a paragraph about one kind of storage says is said of that: neither of cookies nor of the tool that counts.

    A text that names cookies too may be about either, and one that names both kinds of storage about both.
    """
    reading, element = place.reading, place.reading.document.elements[place.sentence.place]
    views = [element.view] if isinstance(element, Block) else []
    views += [heading.view for heading in reading.headings(place.sentence.place)[:1]]
    for view in views:
        if reading.mentions_cookies(view):
            return None
        cues = ((name, reading.words.cues("technologies", name, "cues")) for name in STORAGES)
        named = [name for name, cue in cues if cue.first(view.folded)]
        if named:
            return Subject("technology", named[0], place.scopes.web) if len(named) == 1 else None
    return None
