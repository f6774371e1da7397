"""Controls that a sentence promises by words that stand together, whatever their order.

"You can block cookies in your browser", "In Ihrem Browser lassen sich Cookies sperren": a browser, a verb of refusing
and a word of being able. Each control is a pattern of word groups (``knowledge/policy/promises.json``) that must stand
near each other in one sentence; the groups are filled per language, so a control is described once for all of them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from auditor.policy.cues import Cues, Found
from auditor.policy.service_names import find_services
from auditor.policy.view import fold
from auditor.policy.wording import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditor.policy.view import View

REACH = 140
QUOTED = re.compile(r"(?<!\w)[\"'“”„‘’‚«»]\s?(?P<label>[^\"'“”„‘’‚«»]{3,50})[\"'“”„‘’‚«»](?!\w)")


class Promises:
    """The word groups of one language, and the patterns that they fill."""

    def __init__(self, language: str) -> None:
        data = load("promises")
        groups: dict[str, list[str]] = data["words"].get(language, {})
        self._groups = {name: Cues(cues) for name, cues in groups.items()}
        shared = {"@product": "products", "@browser": "browsers", "@industry": "industry"}
        self._groups |= {name: Cues(data[key]) for name, key in shared.items()}
        self._patterns: list[dict[str, Any]] = data["patterns"] if groups else []
        self._anywhere = [pattern for pattern in self._patterns if pattern.get("any")]
        self._technologies: list[dict[str, Any]] = data["technologies"] if groups else []

    def of(self, view: View, owners: frozenset[str], *, elsewhere: bool = False) -> Iterator[dict[str, Any]]:
        """The patterns that a sentence fills, each with the ``mechanism`` it promises and what that ``grants``.

        ``owners`` are the names of the vendor itself, who is no service. ``elsewhere``: the sentence is not about
        cookies, so that only patterns count whose words can be about nothing else (``any``).
        """
        known: dict[str, list[Found]] = {}
        patterns = self._anywhere if elsewhere else self._patterns
        yield from (pattern for pattern in patterns if self._fills(view, owners, pattern, known))

    def technologies(self, view: View, owners: frozenset[str]) -> Iterator[tuple[str, Found]]:
        """The technologies that a sentence tells of, each with the words that name it."""
        known: dict[str, list[Found]] = {}
        for pattern in self._technologies:
            if self._fills(view, owners, pattern, known):
                yield pattern["technology"], known[pattern["all"][0]][0]

    def says(self, view: View, name: str) -> bool:
        """Does a sentence have a word of a group?"""
        return name in self._groups and self._groups[name].first(view.folded) is not None

    def begins(self, view: View, name: str) -> bool:
        """Does a sentence begin with a word of a group?"""
        found = self._groups[name].first(view.folded) if name in self._groups else None
        return found is not None and found.start == 0

    def _fills(
        self, view: View, owners: frozenset[str], pattern: dict[str, Any], known: dict[str, list[Found]]
    ) -> bool:
        needed = []
        for name in pattern["all"]:
            found = self._found(view, owners, name, known)
            if not found:
                return False
            needed.append(found)
        if not any(all(map(_near(one), needed[1:])) for one in needed[0]):
            return False
        return not any(self._found(view, owners, name, known) for name in pattern["none"])

    def _found(self, view: View, owners: frozenset[str], name: str, known: dict[str, list[Found]]) -> list[Found]:
        if name not in known:
            group = self._groups.get(name)
            quoted = {"@control": self._controls, "@accept": self._accepting}.get(name)
            named = quoted(view) if quoted else _named(view, owners, name)
            known[name] = group.all(view.folded) if group else list(named)
        return known[name]

    def _controls(self, view: View) -> Iterator[Found]:
        """The quoted words of controls for choices, not of the buttons that accept or refuse at once."""
        for match in QUOTED.finditer(view.text):
            label = view.folded[match.start("label") : match.end("label")]
            chosen = self._groups["choice"].first(label) is not None
            about = chosen or (self._groups["consent_word"].first(label) and self.says(view, "click"))
            if about and not any(self._groups[name].first(label) for name in ("ask", "opt_out")):
                yield Found(match.start(), match.end())

    def _accepting(self, view: View) -> Iterator[Found]:
        """The quoted words of buttons that accept: such stand in a banner."""
        for match in QUOTED.finditer(view.text):
            found = self._groups["accept_label"].first(view.folded[match.start("label") : match.end("label")].strip())
            if found is not None and found.start == 0:
                yield Found(match.start(), match.end())


def _named(view: View, owners: frozenset[str], name: str) -> Iterator[Found]:
    """The services (``@service``: those with a purpose of their own; ``@company``: all) that a sentence names."""
    if name in ("@service", "@company"):
        for mention in find_services(view):
            own = fold(mention.service.name).replace(" ", "") in owners
            if not own and (name == "@company" or mention.service.category is not None):
                yield Found(mention.start, mention.end)


def _near(one: Found) -> Callable[[list[Found]], bool]:
    """A test whether a group stands within REACH characters of a stretch."""
    return lambda found: any(one.start - REACH <= other.start <= one.end + REACH for other in found)


@lru_cache(maxsize=32)
def promises(language: str) -> Promises:
    """The promises of a language; none where its words are unknown."""
    return Promises(language)
