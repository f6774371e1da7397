"""What a page's consent records and interfaces state, and what that says about a choice.

Records are cookies and storage entries of the site; interfaces are the CMPs' own functions (``signals.js``). Both are
decoded by ``auditor.consent_strings``. All of it is the page's claim, which is exactly what is being recorded.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from playwright.async_api import Error as PlaywrightError

from auditor.consent_strings import Decoded, decode, record_kind, restate
from auditor.domains import same_site
from auditor.identifiers import looks_like_identifier
from auditor.model import Category, ConsentSignal, Phase, Wanted
from crawler.consent.wording import fold
from crawler.consent.worlds import WorldError, script

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from playwright.async_api import Page

    from crawler.consent.worlds import Worlds

MAX_VALUE = 16_384
MAX_ENTRIES = 500
_MAX_PART = 60
RECORD_NAME = re.compile(
    r"consent|cookie|gdpr|dsgvo|rgpd|lgpd|ccpa|privacy|cmp|choice|prefer|opt_?-?(?:in|out)|banner|notice|accept|reject|"
    r"allow|choix|keuze|elecci|escolha|scelt[ae]|toestemming|zustimm|einwillig|zgod|souhlas|samtyc?k|evast",
    re.IGNORECASE,
)
_BARE = frozenset({"1", "0", "true", "false", "yes", "no", "on", "off", "2", "ok"})
_OPT_OUTS = frozenset({"usprivacy", "gpp"})
_ASKS = frozenset({Category.PERFORMANCE, Category.TARGETING})
_STORAGE = f"""() => {{
  const entries = [];
  for (const [kind, get] of [["local", () => localStorage], ["session", () => sessionStorage]]) {{
    let area = null;
    try {{ area = get(); }} catch {{ continue; }}
    for (let i = 0; i < area.length && entries.length < {MAX_ENTRIES}; i += 1) {{
      const key = area.key(i);
      entries.push([kind, key.slice(0, 200), (area.getItem(key) || "").slice(0, {MAX_VALUE})]);
    }}
  }}
  return entries;
}}"""

Stored = dict[tuple[str, str], str]
"""Stored values of the visited site by (kind, name); kind is cookie, local or session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing that a record (``source`` record) or an interface (``source`` api) states.

    ``locked``: services that the interface says no visitor can switch off.
    """

    source: str
    kind: str
    raw: str
    decoded: Decoded
    locked: frozenset[str] = frozenset()

    def agrees(self, wanted: Wanted) -> bool | None:
        """Whether it says that the wanted choice was made; None where it does not say."""
        granted, denied = set(self.decoded.granted), set(self.decoded.denied)
        if self.decoded.error or self.decoded.answered is False:
            return None
        if wanted is Wanted.ACCEPT and self.kind in _OPT_OUTS and not granted:
            return None  # Not having opted out is no consent.
        if wanted is Wanted.ACCEPT:
            return (
                self._all(wanted=True) if not (granted | denied) & _ASKS else _verdict(granted & _ASKS, denied & _ASKS)
            )
        if not (granted | denied) & _ASKS:
            return self._all(wanted=False)
        return not granted & _ASKS

    def without(self, locked: frozenset[str]) -> Statement:
        """What it says of the services that a visitor can switch off: of the others no click decides."""
        left = {name: given for name, given in self.decoded.items if name not in locked}
        if len(left) in {0, len(self.decoded.items)}:
            return self
        return replace(self, decoded=restate(self.kind, json.dumps(left)))

    def _all(self, *, wanted: bool) -> bool | None:
        given = {value for _, value in self.decoded.items}
        return True if given == {wanted} else None


def _verdict(granted: set[Category], denied: set[Category]) -> bool | None:
    if granted and denied:
        return None
    return bool(granted)


async def stored(page: Page, worlds: Worlds) -> Stored:
    """Cookies of the page's site (HttpOnly ones too) and storage of its own frames. Empty where the page is gone."""
    found: Stored = {}
    host = urlsplit(page.url).hostname or ""
    try:
        for cookie in await page.context.cookies():
            if same_site(str(cookie.get("domain", "")).lstrip("."), host) and len(found) < MAX_ENTRIES:
                found["cookie", str(cookie.get("name", ""))[:200]] = str(cookie.get("value", ""))[:MAX_VALUE]
        for world in await worlds.all():
            if same_site(urlsplit(world.url).hostname or "", host):
                for kind, key, value in await world.call(_STORAGE):
                    found[str(kind), str(key)] = str(value)
    except (PlaywrightError, WorldError):
        return found
    return found


def recorded(entries: Mapping[tuple[str, str], str]) -> list[Statement]:
    """The known consent records among stored values, and hand-made ones that read plainly."""
    statements = []
    parts: dict[str, dict[str, str]] = {}
    for (_, name), raw in entries.items():
        kind = record_kind(name)
        family, _, subject = (kind or "").partition(":")
        if subject:
            parts.setdefault(family, {})[subject] = raw[:_MAX_PART]
            continue
        if kind is None and RECORD_NAME.search(name) and len(raw) < 2000:
            kind = "custom"
        if kind is None:
            continue
        decoded = decode(kind, raw)
        if decoded.error is None and (kind != "custom" or _plain(raw, decoded)):
            statements.append(Statement(source="record", kind=decoded.kind, raw=raw, decoded=decoded))
    return statements + [_together(family, by_subject) for family, by_subject in parts.items()]


def _together(family: str, by_subject: Mapping[str, str]) -> Statement:
    """The records of a tool that keeps one for each category, as one."""
    raw = urlencode(sorted(by_subject.items()))[:MAX_VALUE]
    return Statement(source="record", kind=family, raw=raw, decoded=decode(family, raw))


def _plain(raw: str, decoded: Decoded) -> bool:
    """Whether a hand-made record says more than "answered": a bare yes, no or number is not a choice."""
    return bool(decoded.granted or decoded.denied) and fold(raw) not in _BARE


async def claimed(worlds: Worlds) -> list[Statement]:
    """What the consent interfaces of the page say; none where it has none or does not answer."""
    try:
        text = await worlds.in_page(await worlds.top(), script("signals.js"))
        answers = json.loads(text) if isinstance(text, str) and len(text) < 400_000 else []
    except (WorldError, ValueError):
        return []
    statements = [_interface(str(kind), said) for kind, said in answers[:40] if isinstance(said, dict)]
    return [s for s in statements if s is not None]


def _interface(kind: str, said: dict[str, Any]) -> Statement | None:
    flags = said.get("flags")
    if kind in {"tcf", "gpp"}:
        raw = str(said.get("string", ""))
        decoded = decode(kind, raw)
    elif kind == "onetrust":
        raw = str(said.get("groups", ""))
        decoded = decode("onetrust", raw)
    elif kind == "consent_mode" and isinstance(flags, dict):
        states = {k: "granted" if v else "denied" for k, v in sorted(flags.items())}
        raw = json.dumps(["update" if said.get("updated") else "default", states]) if states else ""
        decoded = decode("consent_mode", raw)
    elif "raw" in said:
        raw = str(said["raw"])
        decoded = decode(kind, raw)
    else:
        given = flags if isinstance(flags, dict) else _lists(said)
        raw = json.dumps(given, sort_keys=True)
        decoded = restate(kind, raw)
    if not raw or raw == "{}":
        return None
    locked = frozenset(map(str, said.get("locked") or ()))
    return Statement(source="api", kind=kind, raw=raw[:MAX_VALUE], decoded=decoded, locked=locked)


def _lists(said: dict[str, Any]) -> dict[str, bool]:
    given = {str(name): True for name in said.get("granted") or ()}
    return given | {str(name): False for name in said.get("denied") or ()}


def to_signals(statements: Iterable[Statement], phase: Phase) -> tuple[ConsentSignal, ...]:
    """Statements as observations of a phase, without doubles; hand-made records only where they hold no identifier."""
    found: dict[tuple[str, str], ConsentSignal] = {}
    for s in statements:
        if s.kind == "custom" and looks_like_identifier(s.raw):
            continue
        found.setdefault(
            (s.kind, s.raw),
            ConsentSignal(kind=s.kind, phase=phase, raw=s.raw, granted=s.decoded.granted, denied=s.decoded.denied),
        )
    return tuple(found.values())
