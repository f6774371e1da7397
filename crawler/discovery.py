"""Finds a vendor's policies: links of the pages that were visited, usual addresses, the sitemap, language versions.

What is found first is enough. A found policy that says "see our cookie policy" is followed once. When nothing is
found, the record says what was tried.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from auditor.domains import host_of, registrable_domain
from auditor.model import Outcome, PolicyDocument, PolicySource
from crawler.documents import BY_ROBOTS, fetch_policy, is_html, visible_text
from crawler.policy_links import (
    COOKIES,
    KINDS,
    PRIVACY,
    Link,
    PolicyLink,
    kind_of_address,
    language_versions,
    links_of,
    mentions,
    policy_links,
    sitemap_addresses,
    usual_paths,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.model import Control, Vendor
    from crawler.documents import Render
    from crawler.fetch import Fetcher

_TRIES_PER_KIND = 3
_MAX_DOCUMENTS = 8
_SITEMAP_BYTES = 3_000_000
_SITEMAP_PARTS = 3
_PAGE_BYTES = 3_000_000
_VERSIONS = 3
_STRIKES = 3
_HOPELESS = frozenset({Outcome.UNREACHABLE, Outcome.TIMEOUT, Outcome.REFUSED, Outcome.BLOCKED})


class Discovery:
    """One search for the policies of one vendor; a new object for each.

    ``tried`` lists every address that was asked for, in order.
    """

    def __init__(self, vendor: Vendor, fetcher: Fetcher, render: Render | None) -> None:
        self._vendor = vendor
        self._fetcher = fetcher
        self._render = render
        self._fetched: dict[str, PolicyDocument] = {}
        self._hopeless: dict[str, PolicyDocument] = {}
        self._strikes: Counter[str] = Counter()
        self._stopped: PolicyDocument | None = None
        self.tried: list[str] = []

    async def documents(self, controls: Iterable[Control]) -> tuple[PolicyDocument, ...]:
        """The vendor's policies, read or not.

        Args:
            controls: links seen on the vendor's pages.

        Returns:
            The readable policies; without any, the linked ones with what was wrong with them; without any of these,
            one record with ``tried``.
        """
        links = tuple(Link(seen.text, seen.url, seen.location == "footer") for seen in controls if seen.url)
        linked = await self._linked(links)
        found = [document for document in linked if _readable(document)]
        for search in (self._usual, self._sitemap, self._versions):
            if not found:
                found = await search()
        for document in tuple(found):
            found.extend(await self._followed(document))
        return tuple(found[:_MAX_DOCUMENTS]) or self._nothing(linked)

    def _origins(self) -> tuple[str, ...]:
        parts = (urlsplit(site.url) for site in self._vendor.sites)
        return tuple(dict.fromkeys(f"{part.scheme}://{part.netloc}" for part in parts))

    async def _linked(self, links: tuple[Link, ...]) -> list[PolicyDocument]:
        """The best linked policy of each kind for each of the vendor's domains, and what failed before it."""
        homes = {registrable_domain(host_of(site.url) or ""): site.url for site in self._vendor.sites}
        documents = []
        for site in homes.values():
            found = policy_links(links, site)
            for kind in KINDS:
                documents += await self._first_readable(found, kind, "link")
        return documents

    async def _first_readable(self, links: Iterable[PolicyLink], kind: str, found_by: str) -> list[PolicyDocument]:
        documents = []
        for link in [link for link in links if link.kind == kind][:_TRIES_PER_KIND]:
            if link.url in self._fetched:
                break
            document = await self._fetch(link.url, found_by)
            documents.append(document)
            if _readable(document):
                break
        return documents

    async def _usual(self) -> list[PolicyDocument]:
        found = []
        for origin in self._origins():
            for kind in (PRIVACY, COOKIES):
                document = await self._usual_of(origin, kind)
                found += [document] if document is not None else []
        return found

    async def _usual_of(self, origin: str, kind: str) -> PolicyDocument | None:
        """The first usual address that answers with a page of its own; a redirect elsewhere is a polite "not found"."""
        for path in usual_paths(kind):
            document = await self._fetch(origin + path, "usual_path")
            if _readable(document) and kind_of_address(document.url or "") is not None and _speaks(document):
                return document
        return None

    async def _sitemap(self) -> list[PolicyDocument]:
        found = []
        for origin in self._origins():
            addresses = await self._sitemap_addresses(urljoin(origin, "/sitemap.xml"))
            links = [Link("", url) for url in addresses if kind_of_address(url)]
            ranked = sorted(policy_links(links, origin), key=lambda link: len(link.url))
            for kind in KINDS:
                found += await self._first_readable(ranked, kind, "sitemap")
        return [document for document in found if _readable(document) and _speaks(document)]

    async def _sitemap_addresses(self, url: str, *, deeper: bool = True) -> tuple[str, ...]:
        if _origin(url) in self._hopeless or not await self._fetcher.allows(url):
            return ()
        self.tried.append(url)
        answer = await self._fetcher.get(url, limit=_SITEMAP_BYTES)
        addresses = sitemap_addresses(answer.content)
        if not deeper or b"<sitemapindex" not in answer.content[:2000]:
            return addresses
        parts = [await self._sitemap_addresses(part, deeper=False) for part in addresses[:_SITEMAP_PARTS]]
        return tuple(address for part in parts for address in part)

    async def _versions(self) -> list[PolicyDocument]:
        """The policies that a home page's versions in other languages link to (``hreflang``)."""
        found: list[PolicyDocument] = []
        for site in self._vendor.sites:
            home = await self._page(site.url)
            for version in language_versions(home, site.url, self._fetcher.language)[:_VERSIONS]:
                links = policy_links(links_of(await self._page(version), version), site.url)
                for kind in KINDS:
                    found += await self._first_readable(links, kind, "hreflang")
        return [document for document in found if _readable(document)]

    async def _page(self, url: str) -> bytes:
        """The source of a page that is only looked at for its links; empty where it may not or can not be read."""
        if _origin(url) in self._hopeless or not await self._fetcher.allows(url):
            return b""
        self.tried.append(url)
        answer = await self._fetcher.get(url, limit=_PAGE_BYTES)
        return answer.content if is_html(answer.content, answer.content_type) else b""

    async def _followed(self, document: PolicyDocument) -> list[PolicyDocument]:
        """The cookie policy that a found policy links to."""
        if not is_html(document.content or b"", document.content_type):
            return []
        links = policy_links(links_of(document.content or b"", document.url or ""), document.url or "")
        followed = await self._first_readable(links, COOKIES, "link")
        return [document for document in followed if _readable(document)]

    async def _fetch(self, url: str, found_by: str) -> PolicyDocument:
        """Fetch an address once; an origin that does not answer or turned us away is not asked again."""
        origin = _origin(url)
        if url not in self._fetched and origin in self._hopeless:
            return self._hopeless[origin]
        if url not in self._fetched:
            self.tried.append(url)
            source = PolicySource(url=url)
            self._fetched[url] = await fetch_policy(
                source, vendor=self._vendor.id, fetcher=self._fetcher, render=self._render, found_by=found_by
            )
            self._consider(origin, self._fetched[url])
        return self._fetched[url]

    def _consider(self, origin: str, document: PolicyDocument) -> None:
        """Remember what kept us from looking. One refused address is not yet a refused origin."""
        if document.outcome not in _HOPELESS:
            return
        self._stopped = self._stopped or document
        self._strikes[origin] += 1
        single = document.outcome is Outcome.BLOCKED or document.failure == BY_ROBOTS
        if not single or self._strikes[origin] >= _STRIKES:
            self._hopeless[origin] = document

    def _nothing(self, linked: list[PolicyDocument]) -> tuple[PolicyDocument, ...]:
        """What to record when no policy could be read: the linked ones, else that there was none and what was tried.

        Where the sites could not be looked at, the record carries that outcome: then "not found" was not established.
        """
        tried = tuple(self.tried)
        if linked:
            return tuple(replace(document, tried=tried) for document in linked[:_MAX_DOCUMENTS])
        stopped = self._stopped
        return (
            PolicyDocument(
                vendor=self._vendor.id,
                source=None,
                url=None,
                found_by="sitemap",
                fetched_at=datetime.now(UTC),
                outcome=stopped.outcome if stopped else Outcome.HTTP_ERROR,
                failure=stopped.failure
                if stopped
                else "no policy was found on the site, at usual addresses or in the sitemap",
                tried=tried,
            ),
        )


def _readable(document: PolicyDocument) -> bool:
    return document.outcome is Outcome.OK and document.problem is None


def _speaks(document: PolicyDocument) -> bool:
    """Whether a page that no link called a policy reads like one: menus and links say "privacy" on every page."""
    without = ("a", "nav", "header", "footer", "button")
    return mentions(visible_text(document.content or b"", document.content_type, without=without)) >= 2


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
