"""The rule driver: autoconsent's rules (npm ``@duckduckgo/autoconsent``, MPL-2.0) in our isolated worlds.

Protocol (docs/api.md of that package): the content script says ``init`` and gets ``initResp`` with configuration and
rules; it reports ``cmpDetected`` and ``popupFound``; ``optIn``/``optOut`` are answered by ``optInResult`` and
``optOutResult``; ``eval`` asks for a snippet to be run in the page's own world. Its heuristic stays off: on a cookie
wall its "opt out" accepted everything. Rules that only hide are left out for the same reason: hiding is not a choice.

The rules press elements by script. In our world ``HTMLElement.prototype.click`` notes what they press, and refuses what
the heuristic has read as the other side.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from playwright.async_api import Error as PlaywrightError

from auditor.model import Wanted
from crawler.assets import asset
from crawler.consent.worlds import World, WorldError, script
from crawler.page_session import WORLD

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.consent.worlds import Worlds
    from crawler.page_session import PageSession

BINDING = "consentTell"
RESULT_SECONDS = 5.0
MAX_RULE_FRAMES = 8
CONFIG: dict[str, Any] = {
    "enabled": True,
    "autoAction": None,
    "disabledCmps": [],
    "enablePrehide": False,
    "enableCosmeticRules": False,
    "enableGeneratedRules": True,
    "enableHeuristicDetection": False,
    "heuristicMode": "off",
    "detectRetries": 20,
    "isMainWorld": False,
    "visualTest": False,
    # Each named: one that is missing counts as wanted, and a page would log two messages for every step of a rule.
    "logs": dict.fromkeys(("lifecycle", "rulesteps", "detectionsteps", "evals", "errors", "messages", "waits"), False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """What a rule says it did: its name, whether it succeeded, the texts it pressed, and what it was kept from."""

    rule: str
    ok: bool
    clicks: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(slots=True)
class _Frame:
    world: World
    detected: str | None = None
    popup: str | None = None
    result: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


def _package() -> tuple[str, tuple[dict[str, Any], ...]] | None:
    folder = "@duckduckgo/autoconsent"
    content, rules = asset(f"{folder}/dist/autoconsent.playwright.js"), asset(f"{folder}/rules/rules.json")
    return None if content is None or rules is None else _read(content, rules)


@cache
def _read(content: Path, rules: Path) -> tuple[str, tuple[dict[str, Any], ...]]:
    listed = json.loads(rules.read_text("utf-8"))["autoconsent"]
    return content.read_text("utf-8"), tuple(r for r in listed if not r.get("cosmetic"))


def available() -> bool:
    """Whether the npm package is installed."""
    return _package() is not None


def rules_for(url: str) -> str:
    """The rules that may apply at a URL, as one JSON string (a nested argument would be copied slowly)."""
    package = _package()
    assert package is not None
    return json.dumps({"autoconsent": [rule for rule in package[1] if _applies(rule, url)]})


def _applies(rule: dict[str, Any], url: str) -> bool:
    written = rule.get("runContext", {}).get("urlPattern")
    pattern = _compiled(written) if written else None
    return pattern is None or pattern.search(url) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """A rule's pattern; ``None`` where it is written for another engine, which is then to decide."""
    try:
        return re.compile(pattern)
    except re.error:
        return None


class Rules:
    """Drives the rules on one page. ``start`` after every navigation of interest."""

    def __init__(self, worlds: Worlds) -> None:
        self._worlds = worlds
        self._frames: dict[tuple[int, int], _Frame] = {}
        self._sessions: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def popup(self) -> str | None:
        """The rule that sees an open banner, if any."""
        return next((f.popup for f in self._frames.values() if f.popup), None)

    @property
    def detected(self) -> tuple[str, ...]:
        """The rules whose CMP is on the page, banner open or not."""
        return tuple(f.detected for f in self._frames.values() if f.detected)

    async def start(self) -> None:
        """Put the content script into every http(s) frame that has none yet. WorldError when the page is gone."""
        package = _package()
        if package is None:
            return
        for world in (await self._worlds.all())[:MAX_RULE_FRAMES]:
            key = (id(world.session), world.context)
            known = self._frames.get(key)
            told = known is not None and known.world.serial == world.serial
            if told or not world.url.startswith(("http://", "https://")):
                continue
            self._frames[key] = _Frame(world)
            try:
                await self._listen(world.session)
                await world.send("Runtime.evaluate", expression=script("rules.js"), contextId=world.context)
                await world.send("Runtime.evaluate", expression=package[0], contextId=world.context)
            except WorldError:
                del self._frames[key]

    async def _listen(self, session: PageSession) -> None:
        if id(session) in self._sessions:
            return
        self._sessions.add(id(session))
        session.on("Runtime.bindingCalled", lambda event: self._heard(session, event))
        try:
            await session.send("Runtime.addBinding", {"name": BINDING, "executionContextName": WORLD})
        except (PlaywrightError, TimeoutError) as error:
            raise WorldError(str(error)) from error

    def _heard(self, session: PageSession, event: dict[str, Any]) -> None:
        frame = self._frames.get((id(session), event["executionContextId"]))
        if event["name"] != BINDING or frame is None:
            return
        message = json.loads(event["payload"])
        kind = message.get("type")
        if kind == "cmpDetected":
            frame.detected = str(message["cmp"])[:80]
        elif kind == "popupFound":
            frame.popup = str(message["cmp"])[:80]
        elif kind in {"optInResult", "optOutResult"} and not frame.result.done():
            frame.result.set_result(bool(message["result"]))
        elif kind in {"init", "eval"}:
            task = asyncio.get_running_loop().create_task(self._answer(frame.world, message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answer(self, world: World, message: dict[str, Any]) -> None:
        try:
            if message["type"] == "init":
                await world.call(
                    "(config, rules) => consentRules.init(JSON.parse(config), JSON.parse(rules))",
                    json.dumps(CONFIG),
                    rules_for(world.url),
                )
            else:
                result = await self._in_page(world, str(message["code"]))
                await world.call("(id, result) => consentRules.evaluated(id, result)", message["id"], result)
        except WorldError:
            return

    async def _in_page(self, world: World, code: str) -> bool:
        """Run one of the package's own snippets in the page's world; False when it throws."""
        context = world.session.main_world(world.frame)
        if context is None:
            return False
        answer = await world.send("Runtime.evaluate", expression=code, contextId=context, awaitPromise=True)
        result = answer.get("result", {})
        return "exceptionDetails" not in answer and (
            bool(result.get("value")) or result.get("type") in {"object", "function"}
        )

    async def choose(self, wanted: Wanted, forbidden: dict[str, list[int]]) -> RuleResult | None:
        """Ask the rule that sees a banner for the choice; None when no rule does or it does not finish in 5 s.

        ``forbidden``: frame -> numbers of elements that must not be pressed.
        """
        frame = next((f for f in self._frames.values() if f.popup), None)
        if frame is None or frame.popup is None:
            return None
        name, world = frame.popup, frame.world
        kind = "optIn" if wanted is Wanted.ACCEPT else "optOut"
        ok = False
        try:
            await world.call("(ids) => consentRules.forbid(ids)", forbidden.get(world.frame, []))
            await world.call("(type) => consentRules.ask(type)", kind)
            async with asyncio.timeout(RESULT_SECONDS):
                ok = await asyncio.shield(frame.result)
        except (WorldError, TimeoutError):
            ok = False
        return await self._report(name, world, ok=ok)

    async def _report(self, name: str, world: World, *, ok: bool) -> RuleResult:
        """What was pressed; the rule is stopped, so that it presses nothing later."""
        try:
            log = await world.call("() => consentRules.stop()")
        except WorldError:  # the page went on to another document: the choice reloaded it
            return RuleResult(rule=name, ok=ok)
        return RuleResult(
            rule=name,
            ok=ok,
            clicks=tuple(str(t)[:120] for t in log["pressed"]),
            refused=tuple(str(t)[:120] for t in log["refused"]),
        )

    def close(self) -> None:
        """Stop answering."""
        for task in self._tasks:
            task.cancel()
