"""Which consent management platform a page uses: by its globals, the URLs it loads, its cookies and its elements.

The table is data (``cmps.json``). A rule that fits is no evidence here: rules are named after sites as often as CMPs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.consent.worlds import WorldError

if TYPE_CHECKING:
    from collections.abc import Collection

    from crawler.consent.worlds import Worlds

# Built without arrays or methods of the page's own objects, which it may have changed.
_GLOBALS = """(names) => {
  let found = "";
  for (let i = 0; i < names.length; i += 1) {
    try {
      const dot = names[i].indexOf(".");
      const it = dot < 0 ? window[names[i]] : window[names[i].slice(0, dot)][names[i].slice(dot + 1)];
      if (typeof it !== "undefined" && !(it instanceof Element)) found += names[i] + " ";
    } catch {}
  }
  return found;
}"""
_ELEMENTS = "(selectors) => selectors.filter((s) => document.querySelector(s)).join(' ')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cmp:
    """One platform and its marks.

    A record mark that ends in ``_`` or ``-`` stands for a prefix; a global may be a member: ``CookieConsent.accept``.
    """

    name: str
    globals: tuple[str, ...]
    hosts: tuple[str, ...]
    paths: tuple[str, ...]
    records: tuple[str, ...]
    elements: tuple[str, ...]

    def score(
        self,
        globals_: Collection[str],
        hosts: Collection[str],
        urls: Collection[str],
        names: Collection[str],
        elements: Collection[str],
    ) -> int:
        """How many kinds of marks are there; hosts (of ``urls``) count double, since nobody else has them."""
        return (
            2 * any(h == host or h.endswith("." + host) for h in hosts for host in self.hosts)
            + any(path in url for url in urls for path in self.paths)
            + any(name in globals_ for name in self.globals)
            + any(n == r or (r[-1] in "_-" and n.startswith(r)) for n in names for r in self.records)
            + any(selector in elements for selector in self.elements)
        )


@cache
def known_cmps() -> tuple[Cmp, ...]:
    """All platforms of the bundled table."""
    data = json.loads(resources.files("crawler.consent").joinpath("cmps.json").read_text("utf-8"))
    kinds = ("globals", "hosts", "paths", "records", "elements")
    return tuple(Cmp(name=c["name"], **{k: tuple(c.get(k, ())) for k in kinds}) for c in data["cmps"])


async def name_cmp(worlds: Worlds, records: Collection[str]) -> str | None:
    """The name of the page's platform, or None. ``records``: names of cookies and storage keys on the page."""
    try:
        top = await worlds.top()
        wanted = sorted({name for cmp in known_cmps() for name in cmp.globals})
        found = str(await worlds.in_page(top, _GLOBALS, wanted)).split()
        selectors = sorted({s for cmp in known_cmps() for s in cmp.elements})
        elements = str(await top.call(_ELEMENTS, selectors)).split()
        urls = await resource_urls(worlds)
    except WorldError:
        return None
    hosts = {urlsplit(url).hostname or "" for url in urls}
    scored = [(cmp.score(found, hosts, urls, records, elements), cmp.name) for cmp in known_cmps()]
    best, name = max(scored, key=lambda pair: pair[0])
    return name if best else None


async def resource_urls(worlds: Worlds) -> tuple[str, ...]:
    """URLs of the documents, scripts and frames that the page has loaded; at most 2000."""
    session = await worlds.session()
    tree = (await (await worlds.top()).send("Page.getResourceTree"))["frameTree"] if session else {}
    urls: list[str] = []
    queue = [tree]
    while queue and len(urls) < 2000:
        node = queue.pop(0)
        urls.append(str(node["frame"]["url"]))
        urls.extend(str(r["url"])[:500] for r in node.get("resources", []))
        queue.extend(node.get("childFrames", []))
    return tuple(urls)
