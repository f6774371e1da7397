"""Who caused it: from stacks and CDP initiators to URLs, nearest first."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_CHAIN = 12
_MAX_URL = 2048
# V8's format: ``at name (URL:line:column)`` or ``at URL:line:column``; an eval names its script inside.
_FRAME = re.compile(r"https?://[^\s()]{1,2048}?(?=:\d{1,9}:\d{1,9})")


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
