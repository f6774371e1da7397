"""The crawler's own connection to a browser, on a real one."""

import asyncio

import aiohttp
import pytest
from playwright.async_api import Error as PlaywrightError

from auditor.model import BrowserError
from crawler.config import CrawlConfig
from crawler.devtools import connect


@pytest.mark.browser
def test_sessions_hear_their_own_pages(run, browsers):
    async def go():
        heard = []
        async with browsers.context(CrawlConfig()) as context:
            tools = browsers.devtools(context)
            for name in ("first", "second"):
                page = await context.new_page()
                session = await tools.attach(context, page)
                session.on("Page.frameNavigated", lambda event, name=name: heard.append((name, event["frame"]["url"])))
                await session.send("Page.enable")
                await page.goto(f"data:text/html,{name}", wait_until="commit")
                await session.send("Page.getFrameTree")  # The page's own answer comes after what it has told.
        return heard

    assert run(go()) == [("first", "data:text/html,first"), ("second", "data:text/html,second")]


@pytest.mark.browser
def test_a_handler_that_fails_ends_no_session(run, browsers):
    """All pages of a browser are heard by one reader, those of other visits too."""

    async def go():
        heard, told = [], []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: told.append(context["message"]))
        try:
            async with browsers.context(CrawlConfig()) as context:
                page = await context.new_page()
                session = await browsers.devtools(context).attach(context, page)
                session.on("Page.frameNavigated", lambda event: event["nothing of that name"])
                session.on("Page.frameNavigated", lambda event: heard.append(event["frame"]["url"]))
                await session.send("Page.enable")
                await page.goto("data:text/html,one", wait_until="commit")
                await browsers.devtools(context).catch_up()
                answer = await session.send("Runtime.evaluate", {"expression": "6 * 7"})
        finally:
            loop.set_exception_handler(None)
        return heard, told, answer["result"]["value"]

    assert run(go()) == (["data:text/html,one"], ["a handler of Page.frameNavigated failed"], 42)


@pytest.mark.browser
def test_a_worker_begins_when_its_visit_is_ready(run, browsers):
    """Nothing that it asks for may be missed: it is held until then, and let go by what fails to get ready."""
    worker = "new Promise(done => new Worker('data:text/javascript,postMessage(1)').onmessage = () => done('begun'))"

    async def go():
        told = []

        async def ready():
            told.append("asked")
            await asyncio.sleep(0.2)
            told.append("ready")

        async def broken():
            raise PlaywrightError("gone")

        async with browsers.context(CrawlConfig()) as context:
            tools, page = browsers.devtools(context), await context.new_page()
            session = await tools.attach(context, page)
            tools.before_workers(session, ready)
            told.append(await page.evaluate(worker))
            tools.before_workers(session, broken)
            told.append(await page.evaluate(worker))
        return told

    assert run(go()) == ["asked", "ready", "begun", "begun"]


@pytest.mark.browser
def test_a_refused_command_says_which_and_why(run, browsers):
    async def go():
        async with browsers.context(CrawlConfig()) as context:
            session = await browsers.devtools(context).attach(context, await context.new_page())
            with pytest.raises(PlaywrightError, match=r"Protocol error \(Page\.frolic\): .*wasn't found"):
                await session.send("Page.frolic")
            return (await session.send("Runtime.evaluate", {"expression": "6 * 7"}))["result"]["value"]

    assert run(go()) == 42


@pytest.mark.browser
@pytest.mark.parametrize(
    ("end", "reason"),
    [
        pytest.param("close", "has been closed", id="closed"),
        pytest.param("crash", "crashed", id="crashed"),
    ],
)
def test_what_waits_for_a_page_that_ends_is_told(run, browsers, end, reason):
    """A command under way and every one after it; nobody waits for a page that is gone."""

    async def go():
        async with browsers.context(CrawlConfig()) as context:
            page = await context.new_page()
            session = await browsers.devtools(context).attach(context, page)
            never = {"expression": "new Promise(() => {})", "awaitPromise": True}
            waiting = asyncio.ensure_future(session.send("Runtime.evaluate", never))
            await session.send("Runtime.evaluate", {"expression": "1"})
            if end == "close":
                await page.close()
            else:
                with pytest.raises(PlaywrightError):
                    await page.goto("chrome://crash")
            with pytest.raises(PlaywrightError, match=reason):
                await waiting
            with pytest.raises(PlaywrightError, match=reason):
                await session.send("Runtime.evaluate", never)

    run(go())


@pytest.mark.browser
def test_the_port_refuses_pages(run, browsers):
    """A page's WebSocket always names its origin."""

    async def go():
        async with browsers.context(CrawlConfig()) as context, aiohttp.ClientSession() as client:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await client.ws_connect(browsers.devtools(context).url, origin="https://www.site.example")
        return refused.value.status

    assert run(go()) == 403


def test_no_browser_is_an_error(run, tmp_path):
    with pytest.raises(BrowserError, match="opens no DevTools port"):
        run(connect(tmp_path, patience_s=0.1))
