"""A banner web on loopback: hand-made shapes in ``web/*.html`` and libraries from npm, with a log of the truth.

A shape begins with a comment that holds what must come out: ``{"accept": [outcome, truth], "reject": [...]}``; truth is
the list of what the page told the server that was chosen. Whatever else is pressed would be logged too. A third element
is whether the choice is proven (true unless given). ``queries`` are the variants to play, ``headers`` the answer's own.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from playwright.async_api import async_playwright

from auditor.model import Banner, Choice, ChoiceOutcome, Phase, Wanted
from crawler.assets import asset
from crawler.browser import find_browser
from crawler.consent.actor import ConsentActor
from crawler.launch import FLAGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.async_api import Browser, Dialog, Page

    from auditor.model import CmpDeclaration, ConsentSignal

WEB = Path(__file__).parent / "web"
HEAD = re.compile(r"\A<!--(.*?)-->", re.DOTALL)
OTHER_HOST = "consent.example"
AT_ONCE = 8
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


@dataclass
class BannerWeb:
    """The running web. ``truth``: what pages said was chosen, by the visit's header ``x-run``."""

    port: int = 0
    truth: dict[str, list[str]] = field(default_factory=dict)

    def url(self, page: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}/{page}"


@dataclass(frozen=True)
class Played:
    """A choice played to its proof."""

    banner: Banner | None
    known: Banner | None
    choice: Choice
    truth: list[str]
    signals: tuple[ConsentSignal, ...]
    declaration: CmpDeclaration | None
    failures: dict[str, str]

    def result(self) -> list[Any]:
        """Outcome, truth, and for a made choice whether it is proven: the form of the expectations."""
        made = [self.choice.proven] if self.choice.outcome is ChoiceOutcome.DONE else []
        return [self.choice.outcome.value, self.truth, *made]


def expectations() -> dict[str, dict[str, Any]]:
    """The head of every shape, by file name."""
    heads = {f.name: HEAD.match(f.read_text("utf-8")) for f in sorted(WEB.glob("*.html"))}
    return {name: json.loads(head[1]) for name, head in heads.items() if head}


def _answer(web: BannerWeb, path: str) -> tuple[str, bytes, dict[str, str]]:
    name = path.split("?", maxsplit=1)[0].lstrip("/")
    file = asset(name.removeprefix("npm/")) if name.startswith("npm/") else WEB / name
    if file is None or not file.is_file():
        return "text/plain", b"", {}
    kind = {".js": "text/javascript", ".css": "text/css"}.get(file.suffix, "text/html; charset=utf-8")
    if file.suffix != ".html":
        return kind, file.read_bytes(), {}
    body = file.read_text("utf-8").replace("{{other}}", web.url("", OTHER_HOST)[:-1])
    head = HEAD.match(body)
    return (
        kind,
        body[head.end() if head else 0 :].lstrip().encode(),
        json.loads(head[1]).get("headers", {}) if head else {},
    )


def _handler(web: BannerWeb) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            return

        def do_GET(self) -> None:
            kind, body, headers = _answer(web, self.path)
            self.send_response(200)
            for key, value in {"content-type": kind, "content-length": str(len(body)), **headers}.items():
                self.send_header(key, value)
            with suppress(ConnectionError):  # the visit may have ended meanwhile
                self.end_headers()
                self.wfile.write(body)

        def do_POST(self) -> None:
            said = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            web.truth.setdefault(self.headers.get("x-run", ""), []).append(unquote(said))
            self.send_response(204)
            self.send_header("content-length", "0")
            if self.path.startswith("/record/"):
                self.send_header("set-cookie", f"{self.path.removeprefix('/record/')}; Path=/; HttpOnly; Max-Age=9999")
            with suppress(ConnectionError):
                self.end_headers()

    return Handler


class Player:
    """Plays choices on the banner web, some at once."""

    def __init__(self, web: BannerWeb, run: Callable[..., Any], browser: Browser) -> None:
        self.web = web
        self._run = run
        self._browser = browser

    def play(self, page: str, wanted: Wanted, *, scroll: bool = False) -> Played:
        """One choice on one page."""
        return self._run(self._one(page, wanted, scroll=scroll))

    def play_all(self, tasks: list[tuple[str, Wanted, bool]]) -> list[Played]:
        """Choices (page, wanted, whether the visitor scrolls) in the order of the tasks."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(page: str, wanted: Wanted, scroll: bool) -> Played:
            async with gate:
                return await self._one(page, wanted, scroll=scroll)

        async def everything() -> list[Played]:
            return list(await asyncio.gather(*(one(*task) for task in tasks)))

        return self._run(everything())

    def tour(self, page: str) -> list[Banner | None]:
        """What is seen in one tab that goes to and fro between the two hosts of the web."""
        return self._run(self._tour([self.web.url(page, host) for host in ("127.0.0.1", OTHER_HOST) * 2]))

    async def _tour(self, urls: list[str]) -> list[Banner | None]:
        context = await self._browser.new_context(user_agent=AGENT, locale="en-GB")
        tab = await context.new_page()
        actor = ConsentActor()
        await actor.attach(context)
        found = []
        for url in urls:
            await tab.goto(url, wait_until="load")
            found.append(await actor.find(tab))
        await context.close()
        return found

    def withdraw(self, page: str) -> Played:
        """Accept, load again, withdraw, load again, prove."""
        return self._run(self._one(page, Wanted.WITHDRAW, scroll=False, first=Wanted.ACCEPT))

    async def _one(self, page: str, wanted: Wanted, *, scroll: bool, first: Wanted | None = None) -> Played:
        name = f"{page}-{wanted}"
        self.web.truth.pop(name, None)
        context = await self._browser.new_context(user_agent=AGENT, locale="en-GB", extra_http_headers={"x-run": name})
        tab = await context.new_page()
        actor = ConsentActor()
        await actor.attach(context)
        tab.on("dialog", lambda dialog: answer(dialog, actor))
        await tab.goto(self.web.url(page), wait_until="load")
        banner = await actor.find(tab)
        declaration = await actor.declaration(tab)
        if scroll:
            await tab.mouse.wheel(0, 300)
            banner = await actor.find(tab)
        if first is not None:
            await actor.choose(tab, first)
            await tab.reload(wait_until="load")
        choice = await (withdrawn(actor, tab) if first else actor.choose(tab, wanted))
        await tab.reload(wait_until="load")
        choice = await actor.prove(tab, choice)
        signals = await actor.signals(tab, Phase.AFTER_REJECT)
        await context.close()
        truth = self.web.truth.get(name, [])
        truth = truth if first else sorted(truth)
        return Played(banner, actor.banner, choice, truth, signals, declaration, actor.failures)


async def answer(dialog: Dialog, actor: ConsentActor) -> None:
    """As a visit answers a dialog."""
    await (dialog.accept() if actor.confirms(dialog) else dialog.dismiss())


async def withdrawn(actor: ConsentActor, tab: Page) -> Choice:
    """As a visit withdraws on one page: by a control, else by the CMP's function."""
    by_control = (await actor.withdraw(tab)).choice
    if by_control.outcome is not ChoiceOutcome.NO_CONTROL:
        return by_control
    return (await actor.withdraw(tab, by_api=True)).choice


@pytest.fixture(scope="session")
def banner_web() -> Iterator[BannerWeb]:
    web = BannerWeb()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(web))
    server.daemon_threads = True
    web.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield web
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def player(run: Callable[..., Any], banner_web: BannerWeb) -> Iterator[Player]:
    """Plays choices in the system's browser."""
    manager = async_playwright()
    playwright = run(manager.__aenter__())
    flags = [flag for flag in FLAGS if not flag.startswith("--host-resolver-rules")]
    flags.append(f"--host-resolver-rules=MAP {OTHER_HOST} 127.0.0.1")
    browser = run(playwright.chromium.launch(executable_path=find_browser(None).path, args=flags))
    yield Player(banner_web, run, browser)
    run(browser.close())
    run(manager.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def shapes() -> dict[str, dict[str, Any]]:
    return expectations()
