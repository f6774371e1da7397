"""Plain http for policies, robots.txt and sitemaps: through the address guard, bounded in bytes and time.

No cookies, no browser, no state between calls except the robots.txt of each origin.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import httpx

from auditor.domains import host_of
from auditor.model import Outcome
from crawler.network import Reason
from crawler.robots import AGENT, RobotsRule, allowed, parse_robots
from crawler.robots import MAX_BYTES as MAX_ROBOTS_BYTES

if TYPE_CHECKING:
    from types import TracebackType

    from crawler.config import CrawlConfig, NetworkConfig
    from crawler.network import AddressGuard

MAX_BYTES = 10_000_000
TOTAL_TIMEOUT_S = 60.0
MAX_REDIRECTS = 10
_STEP_TIMEOUT_S = 20.0
_ROBOTS_TIMEOUT_S = 15.0
_BLOCKED = frozenset({403, 429, 451})
_REASONS = {
    Reason.REFUSED: Outcome.REFUSED,
    Reason.DNS: Outcome.UNREACHABLE,
    Reason.CONNECTION: Outcome.UNREACHABLE,
    Reason.TIMEOUT: Outcome.TIMEOUT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came back for a URL.

    ``url`` is the last one asked for, redirects included. ``content`` is empty unless the outcome is ``ok``, and cut
    at the limit where ``too_large``. ``failure`` is a sentence wherever the outcome is not ``ok``.
    """

    url: str
    outcome: Outcome
    failure: str | None = None
    status: int | None = None
    content_type: str | None = None
    content: bytes = b""
    too_large: bool = False


class Fetcher:
    """An http client behind an :class:`AddressGuard`; an async context manager.

    ``allows`` answers from robots.txt, always yes where the configuration says ``robots = "ignore"``.
    """

    def __init__(self, guard: AddressGuard, network: NetworkConfig, crawl: CrawlConfig) -> None:
        self._guard = guard
        self.language = crawl.locale.partition("-")[0]
        self._obey = crawl.robots == "obey"
        self._robots: dict[str, asyncio.Task[tuple[RobotsRule, ...]]] = {}
        self._client = httpx.AsyncClient(
            proxy=guard.url,
            verify=not network.ignore_certificate_errors,
            trust_env=False,
            follow_redirects=True,
            max_redirects=MAX_REDIRECTS,
            timeout=_STEP_TIMEOUT_S,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={
                "User-Agent": f"Mozilla/5.0 (compatible; {AGENT})",
                "Accept": "text/html,application/xhtml+xml,application/pdf,text/plain,text/markdown,*/*;q=0.5",
                "Accept-Language": f"{crawl.locale},{crawl.locale.partition('-')[0]};q=0.8,en;q=0.5",
            },
        )

    async def __aenter__(self) -> Fetcher:
        """Open the client."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection; lookups of robots.txt that are under way end."""
        for task in self._robots.values():
            task.cancel()
        await asyncio.gather(*self._robots.values(), return_exceptions=True)
        await self._client.aclose()

    async def allows(self, url: str) -> bool:
        """Whether robots.txt lets us ask for ``url``.

        A robots.txt that cannot be had forbids nothing. RFC 9309 section 2.3.1.4 asks for the contrary after a server
        error; but then the one page that an operator told us to look at records that error better than a refusal.
        """
        if not self._obey:
            return True
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            self._robots[origin] = asyncio.create_task(self._rules(origin))
        return allowed(await asyncio.shield(self._robots[origin]), url)

    async def _rules(self, origin: str) -> tuple[RobotsRule, ...]:
        answer = await self.get(urljoin(origin, "/robots.txt"), limit=MAX_ROBOTS_BYTES, total_s=_ROBOTS_TIMEOUT_S)
        return parse_robots(answer.content.decode("utf-8", "replace"))

    async def get(self, url: str, *, limit: int = MAX_BYTES, total_s: float = TOTAL_TIMEOUT_S) -> Fetched:
        """Fetch a URL; never raises for what the other side does.

        Args:
            url: an http or https URL.
            limit: bytes of the (decompressed) answer after which reading stops.
            total_s: seconds after which the answer counts as ``timeout``.
        """
        try:
            async with asyncio.timeout(total_s):
                return await self._get(url, limit)
        except (TimeoutError, httpx.TimeoutException):
            return Fetched(url=url, outcome=Outcome.TIMEOUT, failure=f"no complete answer within {total_s:.0f} s")
        except httpx.UnsupportedProtocol:
            return Fetched(url=url, outcome=Outcome.REFUSED, failure="leads to an address that is not http or https")
        except httpx.TooManyRedirects:
            return Fetched(url=url, outcome=Outcome.FAILED, failure="redirects without end")
        except Exception as error:  # noqa: BLE001 - httpx lets errors of its SOCKS and HTTP libraries through
            return self._failed(url, error)

    async def _get(self, url: str, limit: int) -> Fetched:
        async with self._client.stream("GET", url, extensions={"trace": _Closing()}) as response:
            final = str(response.url)
            status = response.status_code
            if status >= 400:
                outcome = Outcome.BLOCKED if status in _BLOCKED else Outcome.HTTP_ERROR
                return Fetched(url=final, outcome=outcome, failure=f"answered {status}", status=status)
            content = bytearray()
            async for chunk in response.aiter_bytes(65536):
                content += chunk
                if len(content) > limit:
                    break
            return Fetched(
                url=final,
                outcome=Outcome.OK,
                status=status,
                content_type=response.headers.get("content-type", "")[:200] or None,
                content=bytes(content[:limit]),
                too_large=len(content) > limit,
            )

    def _failed(self, url: str, error: Exception) -> Fetched:
        """Explain an error of the client; what the guard saw of the last host asked for comes first."""
        last = _last_asked(error) or url
        verdict = self._guard.verdict(host_of(last) or "")
        if verdict is not None:
            return Fetched(url=last, outcome=_REASONS[verdict.reason], failure=verdict.text)
        text = str(error) or type(error).__name__
        outcome = Outcome.UNREACHABLE if isinstance(error, httpx.TransportError) else Outcome.FAILED
        return Fetched(url=last, outcome=outcome, failure=text[:300])


class _Closing:
    """Closes the connection to the guard where the guard refuses: httpcore 1.0 leaves it to the garbage collector.

    A trace extension of httpcore (https://www.encode.io/httpcore/extensions/), called for every step of a request.
    """

    def __init__(self) -> None:
        self._stream: Any = None

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        if event == "socks.connect_tcp.complete":
            self._stream = info["return_value"]
        elif event == "socks.setup_socks5_connection.failed":
            await self._stream.aclose()


def _last_asked(error: Exception) -> str | None:
    """The URL of the request that failed, which after redirects is not the first one."""
    try:
        return str(error.request.url) if isinstance(error, httpx.RequestError) else None
    except RuntimeError:  # how httpx says that an error belongs to no request
        return None
