"""The table of consent management platforms and their marks (``cmps.json``)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True, slots=True, kw_only=True)
class Cmp:
    """One platform and its marks.

    A record mark that ends in ``_`` or ``-`` stands for a prefix; a global may be a member: ``CookieConsent.accept``.
    """

    name: str
    globals: tuple[str, ...]
    hosts: tuple[str, ...]
    paths: tuple[str, ...]
    records: tuple[str, ...]
    elements: tuple[str, ...]

    def score(
        self,
        globals_: Collection[str],
        hosts: Collection[str],
        urls: Collection[str],
        names: Collection[str],
        elements: Collection[str],
    ) -> int:
        """How many kinds of marks are there; hosts (of ``urls``) count double, since nobody else has them."""
        return (
            2 * any(h == host or h.endswith("." + host) for h in hosts for host in self.hosts)
            + any(path in url for url in urls for path in self.paths)
            + any(name in globals_ for name in self.globals)
            + any(n == r or (r[-1] in "_-" and n.startswith(r)) for n in names for r in self.records)
            + any(selector in elements for selector in self.elements)
        )


@cache
def known_cmps() -> tuple[Cmp, ...]:
    """All platforms of the bundled table."""
    data = json.loads(resources.files("crawler.consent").joinpath("cmps.json").read_text("utf-8"))
    kinds = ("globals", "hosts", "paths", "records", "elements")
    return tuple(Cmp(name=c["name"], **{k: tuple(c.get(k, ())) for k in kinds}) for c in data["cmps"])


def consent_elements() -> tuple[str, ...]:
    """CSS selectors of the elements in which platforms ask, in alphabetical order."""
    return tuple(sorted({selector for cmp in known_cmps() for selector in cmp.elements}))
