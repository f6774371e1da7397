"""Are third-party cookies stored? Proven at start-up on two loopback sites, not assumed.

A browser that silently blocks them records a cleaner web than visitors get. ``localhost`` and ``127.0.0.1`` are two
sites, and both count as secure origins, so ``SameSite=None; Secure`` needs no certificate
(https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy).
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from playwright.async_api import Error as PlaywrightError

from auditor.model import BrowserError
from crawler.launch import bounded

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser

    from crawler.network import AddressGuard

_TIMEOUT_S = 20.0
_NAME = "third_party_probe"


async def third_party_cookies(browser: Browser, guard: AddressGuard) -> str:
    """``allowed`` or ``blocked``. BrowserError when the browser cannot even load the proof's pages."""
    async with _server() as port:
        with guard.exempt(port):
            try:
                return await bounded(_probe(browser, port), _TIMEOUT_S)
            except (TimeoutError, PlaywrightError) as error:
                raise BrowserError(f"the browser cannot load a page on this machine: {error}") from error


async def _probe(browser: Browser, port: int) -> str:
    context = await browser.new_context()
    try:
        page = await context.new_page()
        await page.goto(f"http://127.0.0.1:{port}/", wait_until="load")
        jar = await context.cookies()
    finally:
        await context.close()
    return "allowed" if any(cookie.get("name") == _NAME for cookie in jar) else "blocked"


@asynccontextmanager
async def _server() -> AsyncIterator[int]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            request = await reader.readuntil(b"\r\n\r\n")
            port = writer.get_extra_info("sockname")[1]
            writer.write(_response(third=request.startswith(b"GET /third"), port=port))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def _response(*, third: bool, port: int) -> bytes:
    body = b"" if third else f'<!doctype html><iframe src="http://localhost:{port}/third"></iframe>'.encode()
    cookie = f"Set-Cookie: {_NAME}=1; SameSite=None; Secure; Max-Age=600\r\n" if third else ""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n{cookie}"
    return f"{head}Connection: close\r\n\r\n".encode() + body
