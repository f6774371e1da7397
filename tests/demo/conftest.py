"""The demo web, started once for all its tests."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import httpx
import pytest

from crawler.demo.web import DemoWeb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session")
def web() -> Iterator[DemoWeb]:
    with DemoWeb(aliases={"www.ooma.co.uk": "www.ooma.example"}) as running:
        yield running


@pytest.fixture(scope="session")
def get(web: DemoWeb) -> Iterator[Callable[..., httpx.Response]]:
    """Fetch from the demo web without a browser: no name is resolved, the certificate is checked."""
    trust = ssl.create_default_context(cadata=web.certificate.decode())
    with httpx.Client(verify=trust, trust_env=False) as client:

        def fetch(url: str, *, method: str = "GET", cookies: str = "") -> httpx.Response:
            client.cookies.clear()
            target = httpx.URL(url)
            headers = {"Host": target.host, **({"Cookie": cookies} if cookies else {})}
            local = target.copy_with(host="127.0.0.1", port=web.port)
            return client.request(method, local, headers=headers, extensions={"sni_hostname": target.host})

        yield fetch
