"""The crawler's own connection to a browser, for the sessions that hear everything of a page.

Playwright's sessions bring every event through its driver, where it is taken apart, checked and put together again,
and once more on this side. Here events come from the browser itself: over the WebSocket of its DevTools port on the
loopback interface, which refuses pages (browsers send an ``Origin``) and from which the address guard keeps them
anyhow. Chrome DevTools Protocol, domain Target, flat sessions.

Two connections have no common order: what was asked of Playwright may be answered before the events that led to it are
here. ``DevTools.catch_up`` waits for those.

The browser holds every new dedicated worker of a page until the page's session here lets it go, although Playwright has
let it go already: so a visit can get ready to hear it, ``DevTools.before_workers``. Measured: no session holds shared
workers, and of a service worker that is held the answer with its script is sometimes told to nobody.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import aiohttp
from playwright.async_api import Error as PlaywrightError

from auditor.model import BrowserError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from playwright.async_api import BrowserContext, Page

    Handler = Callable[[dict[str, Any]], None]
    Ready = Callable[[], Awaitable[None]]

FLAG = "-remote-debugging-port=0"
"""Any free port. Written with two dashes, Playwright would take it as the sign to leave its own pipe for the port."""
_PORT_FILE = "DevToolsActivePort"
_POLL_S = 0.02
_GONE = "Target page, context or browser has been closed"
_CRASHED = "Target crashed"
_HOLD = {
    "autoAttach": True,
    "waitForDebuggerOnStart": True,
    "flatten": True,
    "filter": [{"type": "worker"}],
}
_READY_S = 5.0


class DevTools:
    """A connection to one browser, made by ``connect``; ``url`` is the address that the browser listens at."""

    def __init__(self, url: str, client: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.url = url
        self._client = client
        self._socket = socket
        self._asked = 0
        self._root = DevToolsSession(self, "")
        self._sessions = {"": self._root}
        self._listen(self._root)
        self._ready: dict[str, Ready] = {}
        self._letting_go: set[asyncio.Task[None]] = set()
        self._reader = asyncio.get_running_loop().create_task(self._read())

    async def attach(self, context: BrowserContext, page: Page) -> DevToolsSession:
        """A session of a page, whose workers are held. Playwright's Error when the page or the browser is gone."""
        playwrights = await context.new_cdp_session(page)
        target = (await playwrights.send("Target.getTargetInfo"))["targetInfo"]
        answer = await self._root.send("Target.attachToTarget", {"targetId": target["targetId"], "flatten": True})
        session = DevToolsSession(self, str(answer["sessionId"]), str(target.get("browserContextId", "")))
        self._sessions[session.name] = session
        self._listen(session)
        await asyncio.gather(
            session.send("Inspector.enable"),  # It tells of a crash.
            session.send("Target.setAutoAttach", _HOLD),
        )
        return session

    def before_workers(self, session: DevToolsSession, ready: Ready) -> None:
        """Await ``ready()``, five seconds at most, before a worker of that page's context begins.

        Asked for again by another page of a context, the last ``ready`` counts; it is forgotten with the last page.
        """
        self._ready[session.context] = ready

    async def catch_up(self) -> None:
        """Wait until all that the browser has told so far has been handled.

        What a page tells, its browser may not have heard yet: the page itself is to be asked for that.
        """
        with suppress(PlaywrightError):  # There is nobody who would tell more.
            await self._root.send("Browser.getVersion")

    async def close(self) -> None:
        """Close the connection; never raises."""
        for task in (self._reader, *self._letting_go):
            task.cancel()
        await asyncio.gather(self._reader, *self._letting_go, return_exceptions=True)
        await self._client.close()

    async def ask(self, session: str, method: str, parameters: dict[str, Any]) -> asyncio.Future[dict[str, Any]]:
        """Send a command; the future of its answer, or of Playwright's Error."""
        self._asked += 1
        message: dict[str, Any] = {"id": self._asked, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._sessions[session].waiting[self._asked] = (method, answer)
        try:
            await self._socket.send_str(json.dumps(message))
        except (aiohttp.ClientError, ConnectionError):
            raise PlaywrightError(_GONE) from None
        return answer

    async def _read(self) -> None:
        try:
            async for message in self._socket:
                self._take(json.loads(message.data))
        finally:
            for session in self._sessions.values():
                session.end(_GONE)

    def _take(self, message: dict[str, Any]) -> None:
        session = self._sessions.get(message.get("sessionId", ""))
        if session is None:
            return
        if "id" in message:
            session.answered(message)
        else:
            session.heard(message["method"], message["params"])

    def _listen(self, session: DevToolsSession) -> None:
        session.on("Target.attachedToTarget", self._held)
        session.on("Target.detachedFromTarget", self._detached)

    def _held(self, event: dict[str, Any]) -> None:
        """A worker waits to begin; what was attached to by name does not wait."""
        if event["waitingForDebugger"]:
            info, name = event["targetInfo"], str(event["sessionId"])
            session = self._sessions[name] = DevToolsSession(self, name)
            task = asyncio.get_running_loop().create_task(self._let_go(session, str(info.get("browserContextId", ""))))
            self._letting_go.add(task)
            task.add_done_callback(self._letting_go.discard)

    async def _let_go(self, session: DevToolsSession, context: str) -> None:
        """Let a worker begin once its visit is ready; a worker that is gone needs nothing.

        Nobody listens to its session, whose end is told to that of its page only, which may be gone by then.
        """
        ready = self._ready.get(context)
        with suppress(TimeoutError, PlaywrightError):
            if ready is not None:
                async with asyncio.timeout(_READY_S):
                    await ready()
        with suppress(TimeoutError, PlaywrightError):
            async with asyncio.timeout(_READY_S):  # Of one whose page is gone an answer may never come.
                await session.send("Runtime.runIfWaitingForDebugger")
        self._sessions.pop(session.name, None)

    def _detached(self, event: dict[str, Any]) -> None:
        session = self._sessions.pop(event["sessionId"], None)
        if session is not None:
            session.end(_GONE)
            if not any(other.context == session.context for other in self._sessions.values()):
                self._ready.pop(session.context, None)


class DevToolsSession:
    """A session of one target, as Playwright's ``CDPSession``: ``on`` and ``send``.

    ``name`` is the browser's; ``context`` that of a page's browser context, empty for other targets.
    """

    def __init__(self, tools: DevTools, name: str, context: str = "") -> None:
        self._tools = tools
        self.name = name
        self.context = context
        self._handlers: defaultdict[str, list[Handler]] = defaultdict(list)
        self._ended = ""
        self.waiting: dict[int, tuple[str, asyncio.Future[dict[str, Any]]]] = {}
        self.on("Inspector.targetCrashed", lambda _: self.end(_CRASHED))

    def on(self, event: str, handler: Handler) -> None:
        """Call ``handler(parameters)`` for every event of that name, in the order of these calls."""
        self._handlers[event].append(handler)

    async def send(self, method: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
        """The result of a command. Playwright's Error when the browser refuses it or the target is gone."""
        if self._ended:
            raise PlaywrightError(self._ended)
        return await (await self._tools.ask(self.name, method, parameters or {}))

    def answered(self, message: dict[str, Any]) -> None:
        """The browser's answer to a command."""
        method, answer = self.waiting.pop(message["id"], ("", None))
        if answer is None or answer.done():
            return  # Nobody waits for it any longer.
        if "error" in message:
            answer.set_exception(PlaywrightError(f"Protocol error ({method}): {message['error'].get('message', '')}"))
        else:
            answer.set_result(message["result"])

    def heard(self, event: str, parameters: dict[str, Any]) -> None:
        """An event of the target.

        A handler that fails is told to the loop and ends nothing: all visits of a browser are heard by one reader.
        """
        for handler in self._handlers.get(event, ()):
            try:
                handler(parameters)
            except Exception as error:  # noqa: BLE001 (one handler's failure stays its own)
                context = {"message": f"a handler of {event} failed", "exception": error}
                asyncio.get_running_loop().call_exception_handler(context)

    def end(self, reason: str) -> None:
        """Nothing more is answered: the target crashed, or is gone."""
        self._ended = self._ended or reason
        for _, answer in self.waiting.values():
            if not answer.done():
                answer.set_exception(PlaywrightError(reason))
                answer.exception()  # Looked at, in case that nobody waits for it any longer.
        self.waiting.clear()


async def connect(profile: Path, patience_s: float = 10.0) -> DevTools:
    """Connect to the browser that runs with ``FLAG`` on that profile. BrowserError when it opens no port in time."""
    client = aiohttp.ClientSession()
    try:
        async with asyncio.timeout(patience_s):
            url = await _address(profile)
            socket = await client.ws_connect(url, max_msg_size=0)
    except (TimeoutError, OSError, aiohttp.ClientError) as error:
        await client.close()
        raise BrowserError(f"the browser opens no DevTools port on the loopback interface: {error!r}") from error
    return DevTools(url, client, socket)


async def _address(profile: Path) -> str:
    """The address of a browser's own session: it writes port and path into its profile when it listens."""
    while True:
        with suppress(FileNotFoundError):
            lines = (await asyncio.to_thread((profile / _PORT_FILE).read_text)).splitlines()
            if len(lines) == 2:
                return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        await asyncio.sleep(_POLL_S)
