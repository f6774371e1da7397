"""robots.txt as RFC 9309 defines it: which paths a site asks robots to leave alone.

Own code rather than Scrapy's parsers because a robots.txt is hostile input: theirs turn its patterns into regular
expressions, and a line of many ``*`` then takes exponential time. Matching here is linear in pattern and path.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes, urlsplit

AGENT = "consent-audit"
MAX_BYTES = 512_000
_MAX_RULES = 5_000
_SAFE = "/?=&:;,@!$'()*+~#[]-._"


@dataclass(frozen=True, slots=True)
class RobotsRule:
    """One line of a group: a path pattern (``*`` and a final ``$`` are special), and whether it allows."""

    pattern: str
    allow: bool


def parse_robots(text: str, agent: str = AGENT) -> tuple[RobotsRule, ...]:
    """The rules that hold for an agent: those of all groups that name it, else those of the ``*`` groups.

    Args:
        text: the file; whatever is no rule is skipped, as RFC 9309 section 2.2 asks.
        agent: the product token, compared without case.
    """
    ours = agent.lower()
    groups: dict[str, list[RobotsRule]] = {}
    named: set[str] = set()
    in_rules = False
    for line in text.removeprefix("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if key == "user-agent" and colon:
            named = ({value.lower()} if in_rules else named | {value.lower()}) & {ours, "*"}
            in_rules = False
            for name in named:
                groups.setdefault(name, [])
        elif key in ("allow", "disallow") and colon:
            in_rules = True
            for name in named:
                if value and len(groups[name]) < _MAX_RULES:
                    groups[name].append(RobotsRule(_normal(value), key == "allow"))
    return tuple(groups.get(ours, groups.get("*", ())))


def allowed(rules: tuple[RobotsRule, ...], url: str) -> bool:
    """Whether the rules let a robot fetch ``url``: the longest matching pattern decides, ``allow`` wins a tie."""
    parts = urlsplit(url)
    path = _normal((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    if path == "/robots.txt":
        return True
    matching = [rule for rule in rules if matches(rule.pattern, path)]
    return not matching or max((len(rule.pattern), rule.allow) for rule in matching)[1]


def matches(pattern: str, path: str) -> bool:
    """Whether ``path`` begins with what ``pattern`` describes; ``*`` is any characters, a final ``$`` the end."""
    anchored = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not rest:
        return not anchored or at == len(path)
    *middle, last = rest
    for piece in middle:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    if anchored:
        return len(path) - len(last) >= at and path.endswith(last)
    return path.find(last, at) >= 0


def _normal(path: str) -> str:
    """One spelling for each path: percent-encodings in upper case, and only where they are needed."""
    return quote(unquote_to_bytes(path[:2000]), safe=_SAFE)
