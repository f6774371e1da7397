"""What the policy's statements are about: the website, a portal, an app; and which sentences bind cookies to which."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from auditor.model import Category, Quote, Scope
from auditor.policy.hosts import HOST, HostMention, is_host, own_hosts
from auditor.policy.labels import ICC_NUMBERS
from auditor.policy.view import fold

if TYPE_CHECKING:
    from auditor.policy.context import Reading
    from auditor.policy.view import View

WEB = ("web_portal", "website")
_NUMBERS = r"\d{1,2}(?:\s*(?:,|&|/|-|\w{1,4})?\s*\d{1,2}){0,8}"
_TRAILING = re.compile(r"[\s,;:.(]+$")
_LEADING = re.compile(
    r"^(?:the|our|your|this|all|de|het|onze|der|die|das|unser\w*|le|la|les|notre|nos|el|nuestr\w*)\s+", re.I
)


@dataclass(frozen=True, slots=True)
class Binding:
    """One group of categories bound to one scope by one sentence."""

    numbers: frozenset[str]
    scope_id: str
    quote: Quote


@dataclass(frozen=True, slots=True)
class Scopes:
    """The scopes of a document, the default one first, and what binds categories to them."""

    scopes: tuple[Scope, ...]
    bindings: tuple[Binding, ...]

    @property
    def default(self) -> str:
        """The id of the scope of unscoped statements."""
        return next(scope.id for scope in self.scopes if scope.default)

    @property
    def web(self) -> tuple[str, ...]:
        """Ids of the scopes that a browser can visit; the default scope always is among them."""
        return tuple(scope.id for scope in self.scopes if scope.kind in WEB or scope.default)

    def of_number(self, number: str | None) -> tuple[str, ...]:
        """The scopes that binding sentences give a category number; the default scope where none does."""
        ids = dict.fromkeys(b.scope_id for b in self.bindings if number in b.numbers)
        return tuple(ids) or (self.default,)

    def quotes_of_number(self, number: str | None) -> tuple[Quote, ...]:
        """The binding sentences that name a category number."""
        return tuple(dict.fromkeys(b.quote for b in self.bindings if number in b.numbers))


def read_scopes(reading: Reading) -> Scopes:
    """The scopes of a document. There always is a default one."""
    hosts = own_hosts(reading)
    bound = _bound_scopes(reading)
    default = _default_scope(reading, hosts, [scope for scope, _, _ in bound])
    scopes: dict[str, Scope] = {default.id: default}
    bindings = []
    for scope, numbers, quote in bound:
        target = default.id if _same(scope, default) else scope.id
        scopes.setdefault(target, scope)
        bindings.append(Binding(numbers, target, quote))
    return Scopes(tuple(scopes.values()), tuple(bindings))


def _same(scope: Scope, default: Scope) -> bool:
    return scope.kind == default.kind and (not scope.hosts or not default.hosts or scope.hosts == default.hosts)


# ------------------------------------------------------------------------------------------ default


def _default_scope(reading: Reading, hosts: tuple[HostMention, ...], bound: list[Scope]) -> Scope:
    website = next((scope for scope in bound if scope.kind == "website" and scope.hosts), None)
    if website is not None:
        return replace(website, id="site", default=True)
    if hosts:
        return _host_scope(reading, hosts)
    kind, view = _named_kind(reading)
    return Scope(id="site", kind=kind, name=view.text, hosts=(), default=True, evidence=(view.quote(),))


def _host_scope(reading: Reading, hosts: tuple[HostMention, ...]) -> Scope:
    first = hosts[0]
    origin = reading.document.origin
    text = origin.text
    names = [first.host]
    if first.start >= 0 and re.match(
        r"[,\s]+(?:and\s+)?(?:its\s+|associated\s+)*sub-?domains", text[first.end :], re.I
    ):
        names.append("*." + first.host.removeprefix("www."))
    start = first.start
    if start < 0:
        link = next(link for link in reading.document.links if first.host in link.href.lower())
        return Scope(
            id="site", kind="website", name=first.host, hosts=tuple(names), default=True,
            evidence=(origin.quote(link.start, link.end),) if link.end > link.start else (_first_quote(reading),),
        )  # fmt: skip
    begin = max(text.rfind("\n", 0, start) + 1, start - 60)
    kind = _nearest_kind(reading, text[begin:start]) or "website"
    same = [
        h.host for h in hosts[1:] if h.start >= 0 and h.host.removeprefix("www.") == first.host.removeprefix("www.")
    ]
    return Scope(
        id="portal" if kind == "web_portal" else "site", kind=kind, name=first.host, hosts=(*names, *same),
        default=True, evidence=(origin.quote(begin + _word_start(text[begin:start]), first.end),),
    )  # fmt: skip


def _word_start(before: str) -> int:
    """Where a quote may begin so that it does not cut a word."""
    at = before.find(" ")
    return 0 if len(before) < 60 or at < 0 else at + 1


def _nearest_kind(reading: Reading, before: str) -> str | None:
    """The kind of the scope noun that stands nearest before a host."""
    folded = fold(before)
    ends = {
        kind: found[-1].end
        for kind in reading.words.keys("scopes")
        if (found := reading.words.cues("scopes", kind).all(folded))
    }
    if not ends:
        return None
    best = max(ends.values())
    return next(kind for kind, end in ends.items() if end == best)


def _named_kind(reading: Reading) -> tuple[str, View]:
    """Kind and words of the default scope where no host is named: what the cookie sentences, else the text, name."""
    for pool in (reading.cookie_sentences, reading.document.sentences):
        for kind in ("embedded_widget", "website", "web_portal", "app"):
            for sentence in pool:
                if found := reading.words.cues("own_scope", kind).first(sentence.view.folded):
                    return kind, sentence.view.part(found.start, found.end)
    for sentence in reading.document.sentences:
        return "service", sentence.view
    raise AssertionError("a document without sentences was read")


def _first_quote(reading: Reading) -> Quote:
    return reading.document.sentences[0].view.quote()


# ----------------------------------------------------------------------------------------- bindings


def _bound_scopes(reading: Reading) -> list[tuple[Scope, frozenset[str], Quote]]:
    """(scope, category numbers, sentence) of "category 1 and 2 on the portal, 2, 3 and 4 on our website"."""
    words = "|".join(re.escape(fold(word)) for word in reading.words.values("category_word"))
    groups = re.compile(
        rf"(?<!\w)(?:(?:{words})\s+)?(?P<numbers>(?<![\d.]){_NUMBERS})(?=\s+(?:[\w\-]+\s+)?\w*(?:cookie|kakor))"
    )
    out = []
    for sentence in reading.cookie_sentences:
        folded = sentence.view.folded
        matches = list(groups.finditer(folded))
        if not matches or not re.search(rf"(?<!\w)(?:{words})(?!\w)", folded):
            continue
        edges = [match.start() for match in matches[1:]] + [len(folded)]
        for match, edge in zip(matches, edges, strict=True):
            if scope := _place(reading, sentence.view, match.end(), edge):
                numbers = frozenset(re.findall(r"\d{1,2}", match["numbers"]))
                out.append((scope, numbers, sentence.view.part(0, _end(sentence.view.text)).quote()))
    return out


def _end(text: str) -> int:
    """A sentence's end without its closing colon or full stop."""
    return len(text.rstrip().rstrip(":.;"))


def _place(reading: Reading, view: View, start: int, end: int) -> Scope | None:
    """The scope that a stretch of a sentence names: its noun phrase, and the hosts beside it."""
    folded = view.folded[start:end]
    best: tuple[int, int, str] | None = None
    for kind in ("web_portal", "website", "app", "email"):
        found = reading.words.cues("scopes", kind).first(folded)
        if found and (best is None or (found.end > best[1] and kind == "web_portal")):
            best = best or (found.start, found.end, kind)
    if best is None:
        return None
    hosts = tuple(m["host"].lower() for m in HOST.finditer(view.text, start, end) if is_host(m["host"]))
    phrase = view.part(start + _phrase_start(view.text[start : start + best[0]]), start + best[1])
    name = hosts[0] if hosts and best[2] == "website" else _LEADING.sub("", phrase.text)
    stop = start + best[1]
    if hosts:
        stop = max(stop, view.text.lower().rfind(hosts[-1]) + len(hosts[-1]))
    evidence = view.part(start + _phrase_start(view.text[start : start + best[0]]), stop).quote()
    identity = {"web_portal": "portal", "website": "site"}.get(best[2], best[2])
    return Scope(id=identity, kind=best[2], name=name, hosts=hosts, default=False, evidence=(evidence,))


def _phrase_start(before: str) -> int:
    """Where the noun phrase before a scope noun begins: after the preposition."""
    matches = list(re.finditer(r"(?:^|\s)(?:on|in|for|at|within|op|auf|sur|en|su|sul|na|w|på|til)\s+", before))
    return matches[-1].end() if matches else 0


def numbered_category(number: str) -> Category | None:
    """The ICC UK category of a bare number."""
    return ICC_NUMBERS.get(number)
