"""``policy``: what a policy document declares."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.model import BrowserError, PolicyError, PolicySource
from auditor.policy.read import read_policy
from auditor.policy.serialise import declaration_to_json
from crawler import checks
from crawler.browser import Browsers, find_browser
from crawler.cli.terminal import print_json, print_table, print_text, say
from crawler.cli.verb import Verb, browser_option, json_option, settings_from, vendors_option
from crawler.documents import fetch_policy
from crawler.fetch import Fetcher
from crawler.network import AddressGuard
from crawler.render import Renderer

if TYPE_CHECKING:
    from auditor.model import PolicyDeclaration, PolicyDocument
    from crawler.config import Config


@click.command(cls=Verb)
@click.argument("source", metavar="FILE|URL")
@json_option
@browser_option
@vendors_option
def policy(source: str, as_json: bool, browser: str | None, vendors: Path) -> None:
    """Print what a policy declares.

    Text, Markdown, HTML and PDF, recognised by content.
    """
    document = asyncio.run(_fetched(settings_from(vendors), policy_source(source), browser))
    declaration = declared(document)
    print_json(declaration_to_json(declaration)) if as_json else _print(declaration)


def policy_source(text: str) -> PolicySource:
    """A URL where it looks like one, else a file. UsageError where a URL is malformed."""
    if "://" not in text:
        return PolicySource(file=str(Path(text)))
    try:
        return PolicySource(url=checks.url(text))
    except ValueError as error:
        raise click.UsageError(f"{text!r} {error}") from None


async def _fetched(config: Config, source: PolicySource, browser: str | None) -> PolicyDocument:
    """Fetch with a browser at hand; without one, what a script would have written is missing, and that is said."""
    async with AsyncExitStack() as stack:
        guard = await stack.enter_async_context(AddressGuard(config.network))
        fetcher = await stack.enter_async_context(Fetcher(guard, config.network, config.crawl))
        render = None
        if source.url is not None:
            try:
                browsers = await stack.enter_async_context(Browsers(guard, find_browser(browser, config.crawl.browser)))
                render = Renderer(browsers, config.crawl, config.network)
            except BrowserError as error:
                say(f"without a browser, text that scripts write is not read: {error}")
        return await fetch_policy(source, vendor="policy", fetcher=fetcher, render=render)


def declared(document: PolicyDocument) -> PolicyDeclaration:
    """What a fetched document declares. PolicyError where there is no readable document."""
    if document.content is None:
        raise PolicyError(document.problem or document.outcome.value, f"{document.source}: {document.failure}")
    name = Path(document.source).name if document.source and document.url is None else None
    return read_policy(document.content, name=name, url=document.url, content_type=document.content_type)


def _print(declaration: PolicyDeclaration) -> None:
    """What a policy declares, for people: its level, then every statement with its quote."""
    document = declaration.document
    updated = declaration.last_updated.date if declaration.last_updated else "not stated"
    print_text(f"{document.kind} in {document.language}, {document.text_length} characters, last updated {updated}")
    print_text(f"disclosure level: {declaration.disclosure_level.value}")
    rows = [
        *(("category", f"{each.label} ({each.canonical.value})", each.evidence) for each in declaration.categories),
        *(
            ("service", f"{each.name} ({each.category or 'no category'})", each.evidence)
            for each in declaration.services
        ),
        *(("cookie", f"{each.name} ({each.category or 'no category'})", each.evidence) for each in declaration.cookies),
        *(("technology", each.name, each.evidence) for each in declaration.technologies if each.declared),
        *(("consent", each.mechanism, each.evidence) for each in declaration.consent),
        *(
            ("claim", f"{each.type}: {each.subject_value or each.subject_kind}", each.evidence)
            for each in declaration.claims
        ),
    ]
    table = [(kind, what, evidence[0].quote if evidence else None) for kind, what, evidence in rows]
    print_table(("declares", "what", "in its words"), table)
    if declaration.silent_on:
        print_text("silent on: " + ", ".join(declaration.silent_on))
