"""Which consent management platform a page uses: by its globals, the URLs it loads, its cookies and its elements.

The table is data (``cmps.json``). A rule that fits is no evidence here: rules are named after sites as often as CMPs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.consent.cmp_table import consent_elements, known_cmps
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


async def name_cmp(worlds: Worlds, records: Collection[str]) -> str | None:
    """The name of the page's platform, or None. ``records``: names of cookies and storage keys on the page."""
    try:
        top = await worlds.top()
        wanted = sorted({name for cmp in known_cmps() for name in cmp.globals})
        found = str(await worlds.in_page(top, _GLOBALS, wanted)).split()
        elements = str(await top.call(_ELEMENTS, consent_elements())).split()
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
