"""Names of services: the one name that findings use, and the names under which a policy may speak of it."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

from auditor import facts

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD = re.compile(r"[^\W_]+")
_BREAKS = '.,;:!?()[]{}"“”„«»•|·'
_SENTENCE_END = re.compile(
    rf"(?<![{re.escape(_BREAKS)}])[{re.escape(_BREAKS)}]+(?=\s|$)|(?<=\s)[(\[\"“„«•|·–—-]|\n\s*?\n|\t"
)
"""Where a name cannot go on: punctuation before a space, an opening mark after one, an empty line, a tab."""


def fold(name: str) -> str:
    """A name without case and punctuation: ``AdRoll (NextRoll)`` is ``adroll nextroll``."""
    return " ".join(_WORD.findall(name.casefold()))


class ServiceNames:
    """The names of ``services.json``, ready to be asked."""

    def __init__(
        self, services: tuple[facts.ServiceFact, ...], words: frozenset[str], too_wide: frozenset[str]
    ) -> None:
        self._services = {service.name: service for service in services}
        self._by_name: defaultdict[str, set[str]] = defaultdict(set)
        self._in_text: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
        self._plain: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
        for service in services:
            for name in (service.name, *service.aliases):
                self._by_name[fold(name)].add(service.name)
                if name in words:
                    self._plain[tuple(_WORD.findall(name))].add(service.name)
                elif name not in too_wide:
                    self._in_text[tuple(_WORD.findall(name.casefold()))].add(service.name)
        self._longest = max(map(len, (*self._in_text, *self._plain)))
        self._first_words = {name[0] for name in self._in_text} | {name[0].casefold() for name in self._plain}

    def canonical(self, name: str) -> frozenset[str]:
        """The services that a name means, by any of their names, whatever its case and punctuation; often one."""
        return frozenset(self._by_name.get(fold(name), ()))

    def preferred(self, name: str) -> str:
        """The project's name of a service where another's name means just one, else that name."""
        services = self.canonical(name)
        return name if name in services or len(services) != 1 else next(iter(services))

    def entity(self, name: str) -> str | None:
        """Owner of the service that a name means; None where it is unknown or where owners differ."""
        owners = {self._services[service].entity for service in self.canonical(name)}
        return owners.pop() if len(owners) == 1 else None

    def aliases(self, name: str) -> frozenset[str]:
        """All names under which a policy may name a service, its own included: in lower case, and folded.

        A service that is not known has its own name only.
        """
        exact = self._services.get(name)
        services = [exact] if exact else [self._services[service] for service in self.canonical(name)]
        names = {name, *(alias for service in services for alias in (service.name, *service.aliases))}
        return frozenset({alias.casefold() for alias in names} | {fold(alias) for alias in names})

    def names_in(self, text: str) -> frozenset[str]:
        """Services that a text names: whole words, never across the end of a sentence.

        Case does not matter, but for names that are ordinary words (``Segment``, ``Drift``): those count only as
        written, and first in a sentence only where no word is in lower case, as in the cells of a table. ``Google``
        alone names no service; the longest name counts (``Google Ads Remarketing`` is not also ``Google Ads``).
        """
        found: set[str] = set()
        for segment in _SENTENCE_END.split(text):
            found.update(self._in_segment(_WORD.findall(segment)))
        return frozenset(found)

    def _in_segment(self, words: list[str]) -> Iterator[str]:
        folded = [word.casefold() for word in words]
        position = 0
        while position < len(words):
            length, services = 1, frozenset[str]()
            if folded[position] in self._first_words:
                length, services = self._at(words, folded, position)
            yield from services
            position += length

    def _at(self, words: list[str], folded: list[str], position: int) -> tuple[int, frozenset[str]]:
        """The longest name that begins at a position: its length in words, and the services that it means."""
        plain_counts = position > 0 or not any(word.islower() for word in words)
        for length in range(min(self._longest, len(words) - position), 0, -1):
            services = set(self._in_text.get(tuple(folded[position : position + length]), ()))
            if plain_counts:
                services |= self._plain.get(tuple(words[position : position + length]), set())
            if services:
                return length, frozenset(services)
        return 1, frozenset()


@cache
def bundled_names() -> ServiceNames:
    """The names of the bundled table, loaded once."""
    return ServiceNames(facts.service_facts(), facts.plain_words(), facts.too_wide())
