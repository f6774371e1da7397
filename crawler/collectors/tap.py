"""The one CDP session that a page gets, and the hooks in its frames.

A session of its own, since Playwright's events count blocked cookies as set and know no author. Measured order: the
``Page`` domain must be enabled on the session or its scripts are ignored; asynchronous stacks need no debugger.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib import resources
from typing import TYPE_CHECKING, Any

from playwright.async_api import Error as PlaywrightError

from crawler.collectors.setcookie import well_formed
from crawler.collectors.sharing import MAX_BODY
from crawler.launch import bounded
from crawler.page_session import CALL_TIMEOUT_S, PageSession

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.async_api import BrowserContext, Page

    from crawler.devtools import DevTools, Ready

    Handler = Callable[["Tap", dict[str, Any]], None]

ATTACH_TIMEOUT_S = 10.0
_FIELDS = 9
_HOOKS = ("prelude.js", "hook.js", "api_hook.js")
_NETWORK = {"maxTotalBufferSize": 20_000_000, "maxResourceBufferSize": 1_000_000, "maxPostDataSize": MAX_BODY}
_ROOM_FOR_BODIES = {"maxTotalBufferSize": 100_000_000, "maxResourceBufferSize": 20_000_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the hook told: ``kind`` and the moment, the document's URL and origin, the stack's text, four details.

    ``frame`` is CDP's name of the frame that it was told in, empty where that is not known.
    """

    kind: str
    at_ms: float
    url: str
    origin: str
    stack: str
    details: tuple[str, str, str, str]
    frame: str


class Taps:
    """All sessions of a visit; a new object for every visit.

    ``identity`` are the parameters of CDP's ``Emulation.setUserAgentOverride``; ``keep_bodies`` has the browser keep
    answers long enough to be asked for.
    Collectors register handlers (``on`` for CDP events, ``on_report`` for the hook's reports) before ``attach``. A
    handler that fails is recorded in ``failures`` under its collector's name and does not disturb the others.
    """

    def __init__(self, identity: dict[str, Any], *, keep_bodies: bool = False) -> None:
        self._network = _NETWORK | (_ROOM_FOR_BODIES if keep_bodies else {})
        self.failures: dict[str, str] = {}
        self.all: list[Tap] = []
        self._identity = identity
        self._devtools: DevTools | None = None
        self._before_workers: Ready | None = None
        self._handlers: dict[str, list[tuple[str, Handler]]] = defaultdict(list)
        self._reporters: list[tuple[str, Callable[[Report], None]]] = []
        self._binding = f"_{secrets.token_hex(8)}"
        self.secret = secrets.token_hex(8)
        self._hook = _hook({"binding": self._binding, "secret": self.secret})

    def on(self, event: str, collector: str, handler: Handler) -> None:
        """Call ``handler(tap, parameters)`` for every CDP event of that name."""
        self._handlers[event].append((collector, handler))

    def on_report(self, collector: str, handler: Callable[[Report], None]) -> None:
        """Call ``handler(report)`` for everything that the hook tells."""
        self._reporters.append((collector, handler))

    def listen_over(self, devtools: DevTools, before_workers: Ready) -> None:
        """The connection to the visit's browser, and what is awaited before a worker begins."""
        self._devtools = devtools
        self._before_workers = before_workers

    async def catch_up(self) -> None:
        """Wait until all that the browser has told so far has been handled, where Playwright may be ahead."""
        if self._devtools is not None:
            with suppress(TimeoutError):  # Then there is nothing to be waited for.
                await bounded(self._devtools.catch_up(), CALL_TIMEOUT_S)

    async def attach(self, context: BrowserContext, page: Page) -> bool:
        """Open the session of a page and put the hook into it, before its first navigation where possible.

        Whether that succeeded; the reason is in ``failures`` under ``tap`` if not.
        """
        try:
            assert self._devtools is not None, "the visit's browser is known before its first page"
            own = await bounded(self._devtools.attach(context, page), ATTACH_TIMEOUT_S)
            if self._before_workers is not None:
                self._devtools.before_workers(own, self._before_workers)
            session = PageSession(own)
            tap = Tap(page, session)
            self.all.append(tap)
            for event in self._handlers:
                session.on(event, self._dispatcher(event, tap))
            session.on("Runtime.bindingCalled", partial(self._reported, session))
            await bounded(self._enable(session), ATTACH_TIMEOUT_S)
        except (TimeoutError, PlaywrightError) as error:
            self.failures.setdefault("tap", f"a page was not listened to: {_first_line(error)}")
            return False
        return True

    async def _enable(self, session: PageSession) -> None:
        script = {"source": self._hook, "runImmediately": True}
        await asyncio.gather(
            session.send("Page.enable"),
            session.send("Network.enable", self._network),
            session.send("DOMStorage.enable"),
            session.send("Runtime.enable"),
            session.send("Emulation.setUserAgentOverride", self._identity),
            session.send("Runtime.setAsyncCallStackDepth", {"maxDepth": 8}),
            session.send("Runtime.addBinding", {"name": self._binding}),
            session.send("Page.addScriptToEvaluateOnNewDocument", script),
        )

    def _dispatcher(self, event: str, tap: Tap) -> Callable[[dict[str, Any]], None]:
        handlers = self._handlers[event]

        def dispatch(parameters: dict[str, Any]) -> None:
            for collector, handler in handlers:
                try:
                    handler(tap, parameters)
                except Exception as error:  # noqa: BLE001 (one collector's failure is recorded and stays its own)
                    self.failures.setdefault(collector, f"{event}: {error!r}")

        return dispatch

    def _reported(self, session: PageSession, parameters: dict[str, Any]) -> None:
        if parameters.get("name") != self._binding:
            return
        fields = [_unguarded(field) for field in well_formed(str(parameters.get("payload", ""))).split("\x1f")]
        if len(fields) != _FIELDS:
            return
        frame = session.frame_of(parameters.get("executionContextId", 0))
        for collector, handler in self._reporters:
            try:
                kind, at, url, origin, stack, *details = fields
                first, second, third, fourth = details
                handler(
                    Report(
                        kind=kind,
                        at_ms=float(at),
                        url=url,
                        origin=origin,
                        stack=stack,
                        details=(first, second, third, fourth),
                        frame=frame,
                    )
                )
            except Exception as error:  # noqa: BLE001 (as above)
                self.failures.setdefault(collector, f"report {fields[0][:20]!r}: {error!r}")


class Tap:
    """One page with its session."""

    def __init__(self, page: Page, session: PageSession) -> None:
        self.page = page
        self.session = session

    @property
    def url(self) -> str:
        """The address of the page's document, as of the last event that was handled."""
        return self.session.url or self.page.url

    async def send(self, method: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
        """A bounded CDP call. TimeoutError or Playwright's Error when the page does not answer."""
        return await self.session.send(method, parameters)

    async def frames(self) -> tuple[dict[str, Any], ...]:
        """The page's frames as CDP describes them, the main frame first."""
        found: list[dict[str, Any]] = []
        waiting = [await self.session.tree()]
        while waiting:
            node = waiting.pop(0)
            found.append(node["frame"])
            waiting.extend(node.get("childFrames", ()))
        return tuple(found)

    async def evaluate(self, frame_id: str, expression: str, *, awaited: bool = False) -> Any:  # noqa: ANN401 (untrusted)
        """Value of an expression in a world of our own: what the page redefined does not reach it.

        ``awaited``: where it is a promise, what becomes of it.
        """
        world = await self.session.world(frame_id)
        question = {"expression": expression, "contextId": world, "returnByValue": True, "timeout": 2000}
        answer = await self.send("Runtime.evaluate", question | ({"awaitPromise": True} if awaited else {}))
        return answer["result"].get("value")


def _hook(names: dict[str, str]) -> str:
    """The script for every frame: one closure of all hook files, with ``names`` as its constants."""
    folder = resources.files("crawler.collectors")
    constants = "".join(f"const {name} = '{value}';" for name, value in names.items())
    return "\n".join(
        (
            f"(() => {{ 'use strict'; {constants}",
            *(folder.joinpath(name).read_text("utf-8") for name in _HOOKS),
            "})();",
        )
    )


def _unguarded(field: str) -> str:
    """A field as it was before ``prelude.js`` took the character out of it that joins fields."""
    return field.replace("\x10f", "\x1f").replace("\x10e", "\x10") if "\x10" in field else field


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
