"""Filter lists of ad and tracker blockers: does a list mark a request, and by which rule.

Matching is done by ``adblock``, the engine of the Brave browser (https://github.com/ArniDagur/python-adblock), one
engine per list. Two options that it does not know are seen to here: a rule with ``denyallow`` is read without it and
then not believed on the hosts that it names, and a rule with ``match-case`` is believed only where its words stand in
the URL as they are written (https://help.adblockplus.org/hc/en-us/articles/360062733293).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import adblock

from auditor.domains import host_of, same_site
from auditor.lists import MAX_CHARACTERS, ListError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_URL = 16_384
"""Longer URLs are looked at without their end."""

_TYPES = {
    "fetch": "xmlhttprequest",
    "xhr": "xmlhttprequest",
    "eventsource": "xmlhttprequest",
    "preflight": "xmlhttprequest",
    "beacon": "ping",
    "cspviolationreport": "ping",
    "manifest": "other",
    "texttrack": "other",
    "signedexchange": "other",
    "prefetch": "other",
    "imageset": "image",
}
_KNOWN_TYPES = frozenset(
    {"image", "script", "stylesheet", "font", "media", "websocket", "ping", "subdocument", "object", "xmlhttprequest"}
)
_DENYALLOW = re.compile(r"^(?P<before>.*[$,])denyallow=(?P<hosts>[^,]*),?(?P<after>.*)$")
_OPTIONS = re.compile(r"\$(?=[^$/]*$)")
_WILDCARDS = re.compile(r"[*^|]+")
_MIN_RULES = 10


def blocker_type(resource_type: str | None) -> str:
    """A browser's resource type, in any case and spelling, as filter lists name it; ``other`` for what they do not.

    A document is a sub-frame here: whoever asks leaves the main document out.
    """
    name = (resource_type or "other").lower().replace("-", "").replace("_", "")
    name = "subdocument" if name == "document" else _TYPES.get(name, name)
    return name if name in _KNOWN_TYPES else "other"


class FilterList:
    """One list, ready to be asked."""

    def __init__(self, name: str, text: str, compiled: bytes | None = None) -> None:
        """``text``: the list in the syntax of Adblock Plus.

        ``compiled``: what ``compiled`` gave for the very same text, to save the time of reading it; it is not checked.

        Raises:
            ListError: the text is too large or no such list.
        """
        if len(text) > MAX_CHARACTERS:
            raise ListError(f"This is no filter list: it is longer than {MAX_CHARACTERS:,} characters.")
        self.name = name
        self._allowed: dict[str, tuple[str, ...]] = {}
        plain = self._without_denyallow(text) if "denyallow=" in text else text
        filters = adblock.FilterSet(debug=True)
        if compiled is None:
            filters.add_filter_list(plain)
        self._engine = adblock.Engine(filters, optimize=False)
        if compiled is not None:
            try:
                self._engine.deserialize(compiled)
            except adblock.AdblockException as error:
                raise ListError(f"The compiled form of {name} cannot be read: {error}.") from error

    def compiled(self) -> bytes:
        """The list in the engine's own form, for ``compiled`` of another object of the same version of adblock."""
        return self._engine.serialize()

    def rule(self, url: str, source_url: str | None, resource_type: str | None) -> str | None:
        """The rule that marks a request; None where none does or an exception lets it pass.

        Args:
            url: the request's URL.
            source_url: URL of the page; None where it is not known, which counts as another site.
            resource_type: as the browser names it. The main document of the page is never marked.
        """
        source = source_url or "https://unknown.invalid/"
        kind = blocker_type(resource_type)
        if not url.startswith(("http://", "https://", "ws://", "wss://")):
            return None
        if kind == "subdocument" and same_site(url, source):
            return None
        found = self._engine.check_network_urls(url[:MAX_URL], source, kind)
        if not found.matched or found.filter is None or found.error is not None:
            return None
        return found.filter if self._believed(found.filter, url) else None

    def _believed(self, rule: str, url: str) -> bool:
        allowed = self._allowed.get(rule, ())
        if allowed:
            host = host_of(url) or ""
            if any(host == name or host.endswith(f".{name}") for name in allowed):
                return False
        pattern, *options = _OPTIONS.split(rule, maxsplit=1)
        if not options or "match-case" not in options[0].split(","):
            return True
        if pattern.startswith("/") and pattern.endswith("/") and len(pattern) > 2:
            return _finds(pattern[1:-1], url)
        return all(word in url for word in _WILDCARDS.split(pattern) if word)

    def _without_denyallow(self, text: str) -> str:
        return "\n".join(self._lines(text))

    def _lines(self, text: str) -> Iterator[str]:
        for line in text.splitlines():
            found = _DENYALLOW.match(line)
            if found is None or line.startswith(("!", "@@")):
                yield line
                continue
            rule = f"{found['before']}{found['after']}".rstrip(",$")
            self._allowed[rule] = tuple(found["hosts"].split("|"))
            yield rule


def is_filter_list(text: str) -> bool:
    """Whether a text is a filter list: by its head, or by most of its first lines being rules."""
    head = text.lstrip("\ufeff")[:4_096]
    if head.startswith("[Adblock"):
        return True
    lines = [line for line in head.splitlines() if line.strip()][:200]
    rules = [line for line in lines if line.startswith(("||", "@@||", "##", "!"))]
    return len(rules) >= _MIN_RULES and len(rules) * 2 > len(lines)


def count_rules(text: str) -> int:
    """How many lines of a list are rules."""
    return sum(1 for line in text.splitlines() if line and not line.startswith(("!", "[")))


def _finds(expression: str, url: str) -> bool:
    try:
        return re.search(expression, url) is not None
    except re.error:
        return False
