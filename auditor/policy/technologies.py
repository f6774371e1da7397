"""Technologies that the policy says are used: cookies, beacons, local storage, SDKs ..."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import DeclaredTechnology

if TYPE_CHECKING:
    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading


def read_technologies(reading: Reading) -> tuple[DeclaredTechnology, ...]:
    """Each technology with the sentence that declares it; a technology that is only denied is left out."""
    found = []
    for name in reading.words.keys("technologies"):
        sentence = _declaring(reading, name)
        if sentence is not None:
            found.append(DeclaredTechnology(name=name, declared=True, evidence=(sentence.view.quote(),)))
    return tuple(found)


def _declaring(reading: Reading, name: str) -> Sentence | None:
    """The first sentence with the earliest cue that any sentence has and that is no denial."""
    pool = reading.document.sentences
    unless = reading.words.cues("technologies", name, "unless")
    for cue in reading.words.cues("technologies", name, "cues"):
        for sentence in pool:
            folded = sentence.view.folded
            found = cue.search(folded)
            if found and not _denied(reading, folded, found.start) and not unless.first(folded):
                return sentence
    return None


def _denied(reading: Reading, folded: str, at: int) -> bool:
    denial = reading.words.cues("technology_denied").first(folded[max(0, at - 60) : at + 30])
    return denial is not None
