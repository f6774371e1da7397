"""Who caused it: from stacks and CDP initiators to URLs, nearest first."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from crawler.collectors.hops import Hop

MAX_CHAIN = 32
_MAX_URL = 2048
_MAX_MADE = 500
"""Of a ``data:`` URL, which is the script itself, the beginning will do."""
# V8's format: ``at name (URL:line:column)`` or ``at URL:line:column``; an eval names its script inside.
# What stands in a ``blob:`` or ``data:`` URL is no address of its own.
_MADE = re.compile(r"(?:\bat |\()((?:blob:https?|data):.*?)(?::\d{1,9}:\d{1,9}\)?)?$")
_FRAME = re.compile(r"(?<!blob:)https?://[^\s()]{1,2048}?(?=:\d{1,9}:\d{1,9})")


class Lineage:
    """Who loaded the scripts, style sheets and documents of a visit; knows nothing before ``learn``.

    ``asked_as``: addresses that documents give to themselves, with those that they were asked for by.
    """

    def __init__(self, asked_as: Mapping[str, str]) -> None:
        self._asked_as = asked_as
        self._asked_for: set[str] = set()
        self._documents: set[str] = set()
        self._loaded_by: dict[tuple[str, str], tuple[str, ...]] = {}
        self._loaded_in: dict[str, set[str]] = defaultdict(set)
        self._answered_at: dict[tuple[str, str], str] = {}
        self._led_to: dict[str, tuple[str, ...]] = {}

    def learn(self, hops: Sequence[Hop]) -> None:
        """Take in hops in order of time; the first of several that loaded the same counts."""
        self._asked_for.update(without_fragment(hop.url) for hop in hops)
        self._documents.update(without_fragment(hop.url) for hop in hops if hop.kind == "Document")
        for hop in reversed(hops):
            url, causes = without_fragment(hop.url), (*hop.hops_before, *hop.causes)
            if hop.kind in ("Script", "Stylesheet"):
                # Scripts of workers are their own documents. What has no address is told by the document around it.
                own = hop.document.startswith("http") and hop.document != hop.url
                document = self.asked(hop.document if own else next(iter(causes[-1:]), ""))
                self._loaded_by[document, url] = causes
                self._loaded_in[url].add(document)
                if hop.before is not None:
                    self._answered_at.setdefault((document, without_fragment(hop.first.url)), url)
            elif hop.kind == "Document":
                self._led_to[url] = causes if hop.causes else ()  # Nothing led to the page itself.

    def authors(self, chain: tuple[str, ...]) -> tuple[str, ...]:
        """A chain ending in a document, with scripts that have an address which was really asked for.

        A script without one (``blob:``, ``data:``) stands for the script that loaded it, the address of a redirect for
        the script that was answered in the end: browsers name it by what was asked for. Other addresses are names that
        a page gives to its scripts or functions (``sourceURL``): who believes them accuses whom the page likes.
        """
        chain = distinct(map(self.asked, chain))
        document = self._document_of(chain)
        if document not in self._asked_for:
            return tuple(url for url in chain if not _is_made(url) or url == document)  # Nothing was heard of it.
        return distinct(url for url in map(partial(self._author, document), chain) if url in self._asked_for)

    def asked(self, url: str) -> str:
        """The address that a document was asked for by, where ``url`` is one that it gave to itself.

        Applications may ask for the same address, for what they show next: that is no document.
        """
        url = without_fragment(url)
        return url if url in self._documents else self._asked_as.get(url, url)

    def _document_of(self, chain: tuple[str, ...]) -> str:
        """The document that a chain ends in; where its own inline script stands nearer it is not named again."""
        last = chain[-1] if chain else ""
        return last if last in self._led_to else next((url for url in reversed(chain) if url in self._led_to), last)

    def _author(self, document: str, script: str) -> str:
        for _ in range(MAX_CHAIN):
            if not _is_made(script):
                break
            script = next(iter(self._loaded_by.get((document, script), ())), document)
        return self._answered_at.get((document, script), script)

    def to_page(self, chain: tuple[str, ...], *, after: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A chain ending in a document, continued by who loaded its scripts and frames, up to the page.

        ``after``: what the chain led to, nearest first: an answer, and the redirects before it.
        """
        chain, path = self.authors(chain), list(after)
        while chain and len(path) < MAX_CHAIN:
            document = self._standing_in(chain)
            path.extend(self._loaders(chain, document))
            path.append(document)
            chain = tuple(url for url in self._led_to.get(document, ()) if url not in path)
        return distinct(path)

    def _standing_in(self, chain: tuple[str, ...]) -> str:
        """The document that a chain's nearest script runs in: the one that loaded it, where only one did.

        That may be another than the one that the script does something in, of a frame or around.
        """
        document = self._document_of(chain)
        loaded_in = self._loaded_in.get(chain[0], set())
        return document if len(loaded_in) != 1 or document in loaded_in else next(iter(loaded_in))

    def _loaders(self, chain: tuple[str, ...], document: str) -> list[str]:
        path = list(chain[:-1] if chain[-1] == self._document_of(chain) else chain)
        while path and len(path) < MAX_CHAIN:
            causes = self._loaded_by.get((document, path[-1]), ())
            more = [cause for cause in causes if cause not in path and cause != document]
            if not more:
                break
            path.extend(more)
        return path


def from_stack(stack: str) -> tuple[str, ...]:
    """Script URLs of a V8 stack text, nearest first, each once."""
    return distinct(url for line in stack.splitlines()[:40] for url in _urls_of(line))


def _urls_of(line: str) -> Iterator[str]:
    made = _MADE.search(line)
    if made is not None:
        yield made.group(1)
    else:
        yield from (found.group() for found in _FRAME.finditer(line))


def named(script: str) -> tuple[str, ...]:
    """A script as ``api_hook.js`` names it; nothing for one without an address."""
    return from_stack(f"at {script}") if script.startswith("data:") else (script,) if script else ()


def from_cdp(initiator: dict[str, Any]) -> tuple[str, ...]:
    """URLs of a ``Network.Initiator``: its stack with the asynchronous parents, then its own URL."""
    urls = list(_stack_urls(initiator.get("stack")))
    urls.append(initiator.get("url") or "")
    return distinct(url for url in urls if url.startswith(("http:", "https:")))


def distinct(urls: Iterable[str]) -> tuple[str, ...]:
    """The first ``MAX_CHAIN`` different URLs, without fragments, in order."""
    return tuple(islice(dict.fromkeys(map(without_fragment, urls)), MAX_CHAIN))


def without_fragment(url: str) -> str:
    """A URL without its fragment, cut where it is very long."""
    return url.partition("#")[0][: _MAX_MADE if url.startswith("data:") else _MAX_URL]


def _is_made(url: str) -> bool:
    return url.startswith(("blob:", "data:"))


def _stack_urls(stack: dict[str, Any] | None) -> Iterator[str]:
    depth = 0
    while stack is not None and depth < MAX_CHAIN:
        yield from (frame.get("url", "") for frame in stack.get("callFrames", ()))
        stack = stack.get("parent")
        depth += 1
