"""``policy``: what a policy document declares, and what changed between two."""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.model import BrowserError, PolicyError, PolicySource
from auditor.policy.diff import policy_diff
from auditor.policy.read import read_policy
from auditor.policy.serialise import declaration_to_json
from crawler import checks
from crawler.browser import Browsers, find_browser
from crawler.cli.policy_tables import print_changes, print_declaration
from crawler.cli.terminal import print_json, say
from crawler.cli.verb import Verb, browser_option, db_option, json_option, settings_from, vendors_option
from crawler.documents import fetch_policy
from crawler.fetch import Fetcher
from crawler.network import AddressGuard
from crawler.render import Renderer
from db.artifacts import Artifacts

if TYPE_CHECKING:
    from auditor.model import PolicyDeclaration, PolicyDocument
    from auditor.policy.diff import Change
    from crawler.config import Config

_DIGEST = re.compile(r"[0-9a-f]{64}")


class _Policy(click.Group):
    """``policy FILE|URL`` reads one document; ``policy diff BEFORE AFTER`` compares two."""

    default = "read"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Whatever is no subcommand and no question for help is a document to read."""
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = [self.default, *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Policy, subcommand_metavar="FILE|URL | diff BEFORE AFTER")
def policy() -> None:
    r"""Print what a policy declares, or what changed in meaning between two.

    Text, Markdown, HTML, PDF and docx, recognised by content.

    \b
    consent-audit policy FILE|URL [--json]
    consent-audit policy diff BEFORE AFTER [--json]
    """


@policy.command(_Policy.default, cls=Verb, hidden=True)
@click.argument("source", metavar="FILE|URL")
@json_option
@browser_option
@vendors_option
def read(source: str, as_json: bool, browser: str | None, vendors: Path) -> None:
    """Print what a policy declares.

    Text, Markdown, HTML, PDF and docx, recognised by content.
    """
    document = asyncio.run(_fetched(settings_from(vendors), policy_source(source), browser))
    declaration = declared(document)
    print_json(declaration_to_json(declaration)) if as_json else print_declaration(declaration)


@policy.command("diff", cls=Verb)
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@json_option
@browser_option
@vendors_option
@db_option
def diff(before: str, after: str, as_json: bool, browser: str | None, vendors: Path, db: Path) -> None:
    """Print what changed in meaning between two policies.

    Each of BEFORE and AFTER is a file, a URL, or the SHA-256 of a document in the database.
    """
    config = settings_from(vendors)
    old, new = (_version(config, text, browser, db) for text in (before, after))
    changes = policy_diff(old, new)
    print_json(_changes_to_json(old, new, changes)) if as_json else print_changes(changes)


def _version(config: Config, text: str, browser: str | None, db: Path) -> PolicyDeclaration:
    """A policy by its digest in the database, its URL or its file."""
    if _DIGEST.fullmatch(text) and not Path(text).exists():
        return read_policy(Artifacts(db).read(text))
    return declared(asyncio.run(_fetched(config, policy_source(text), browser)))


def _changes_to_json(
    before: PolicyDeclaration, after: PolicyDeclaration, changes: tuple[Change, ...]
) -> dict[str, object]:
    return {
        "before": {"sha256": before.document.sha256, "source": before.document.url or before.document.file},
        "after": {"sha256": after.document.sha256, "source": after.document.url or after.document.file},
        "changes": [asdict(change) for change in changes],
    }


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
