"""Who caused it: from stacks and CDP initiators to URLs, nearest first."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from crawler.collectors.hops import Hop

MAX_CHAIN = 12
_MAX_URL = 2048
# V8's format: ``at name (URL:line:column)`` or ``at URL:line:column``; an eval names its script inside.
# What stands in a ``blob:`` URL is no address.
_FRAME = re.compile(r"(?<!blob:)https?://[^\s()]{1,2048}?(?=:\d{1,9}:\d{1,9})")


class Lineage:
    """Who loaded the scripts and documents of a visit; knows nothing before ``learn``."""

    def __init__(self) -> None:
        self._loaded_by: dict[tuple[str, str], tuple[str, ...]] = {}
        self._led_to: dict[str, tuple[str, ...]] = {}

    def learn(self, hops: Sequence[Hop]) -> None:
        """Take in hops in order of time; the first of several that loaded the same counts."""
        for hop in reversed(hops):
            url, document = hop.url.partition("#")[0], hop.document.partition("#")[0]
            if hop.kind == "Script":
                self._loaded_by[document, url] = hop.causes
            elif hop.kind == "Document":
                self._led_to[url] = hop.causes

    def to_page(self, chain: tuple[str, ...]) -> tuple[str, ...]:
        """A chain ending in a document, continued by who loaded its scripts and frames, up to the page."""
        path: list[str] = []
        while chain and len(path) < MAX_CHAIN:
            document = chain[-1]
            path.extend(self._loaders(chain[:-1], document))
            path.append(document)
            chain = tuple(url for url in self._led_to.get(document, ()) if url not in path)
        return distinct(path)

    def _loaders(self, scripts: tuple[str, ...], document: str) -> list[str]:
        path = list(scripts)
        while path and len(path) < MAX_CHAIN:
            causes = self._loaded_by.get((document, path[-1]), ())
            more = [cause for cause in causes if cause not in path and cause != document]
            if not more:
                break
            path.extend(more)
        return path


def from_stack(stack: str) -> tuple[str, ...]:
    """Script URLs of a V8 stack text, nearest first, each once."""
    return distinct(found.group() for line in stack.splitlines()[:40] for found in _FRAME.finditer(line))


def from_cdp(initiator: dict[str, Any]) -> tuple[str, ...]:
    """URLs of a ``Network.Initiator``: its stack with the asynchronous parents, then its own URL."""
    urls = list(_stack_urls(initiator.get("stack")))
    urls.append(initiator.get("url") or "")
    return distinct(url for url in urls if url.startswith(("http:", "https:")))


def distinct(urls: Iterable[str]) -> tuple[str, ...]:
    """The first ``MAX_CHAIN`` different URLs, without fragments, in order."""
    cleaned = (url.partition("#")[0][:_MAX_URL] for url in urls)
    return tuple(islice(dict.fromkeys(cleaned), MAX_CHAIN))


def _stack_urls(stack: dict[str, Any] | None) -> Iterator[str]:
    depth = 0
    while stack is not None and depth < MAX_CHAIN:
        yield from (frame.get("url", "") for frame in stack.get("callFrames", ()))
        stack = stack.get("parent")
        depth += 1
