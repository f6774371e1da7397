"""Technologies that the policy says are used: cookies, beacons, local storage, SDKs ..."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import DeclaredTechnology

if TYPE_CHECKING:
    from auditor.model import DeclaredCookie
    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading

_STORAGE = {
    "cookie": "cookies",
    "local_storage": "local_storage",
    "session_storage": "session_storage",
    "pixel": "web_beacons",
}


def read_technologies(reading: Reading, cookies: tuple[DeclaredCookie, ...]) -> tuple[DeclaredTechnology, ...]:
    """Each technology with the sentence or table row that declares it; one that is only denied is left out."""
    found = []
    rows = {_STORAGE[cookie.storage]: cookie.evidence for cookie in reversed(cookies) if cookie.storage in _STORAGE}
    for name in reading.words.keys("technologies"):
        sentence = _declaring(reading, name)
        if sentence is not None:
            found.append(DeclaredTechnology(name=name, declared=True, evidence=(sentence.view.quote(),)))
        elif name in rows:
            found.append(DeclaredTechnology(name=name, declared=True, evidence=rows[name][:1]))
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
