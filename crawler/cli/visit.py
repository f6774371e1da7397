"""``visit``: one visit without a database, for whoever wants to see what a site does."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.model import Phase, Scenario, Site
from crawler import checks
from crawler.cli.knowledge import knowledge
from crawler.cli.terminal import print_json, print_table, print_text, say
from crawler.cli.verb import Verb, browser_option, json_option, settings_from, vendors_option
from crawler.cli.visit_json import visit_to_json
from crawler.player import opened
from crawler.visit import VisitTask

if TYPE_CHECKING:
    from typing import Any

    from crawler.config import Config
    from crawler.visit import VisitResult


class UrlChoice(click.ParamType[str]):
    """An http or https URL; ``https://`` is added where no scheme is given."""

    name = "url"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The checked URL."""
        try:
            return checks.url(value if "://" in value else f"https://{value}")
        except ValueError as error:
            self.fail(f"{value!r} {error}", param, ctx)


@click.command(cls=Verb)
@click.argument("url", type=UrlChoice())
@click.option(
    "--scenario", type=click.Choice([scenario.value for scenario in Scenario]), default="no_choice", show_default=True
)
@click.option("--screenshot", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Save the last one.")
@click.option("--full-page", is_flag=True, help="Picture whole pages and not only what is in sight.")
@click.option(
    "--har", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Save the requests, values replaced."
)
@click.option("--raw", is_flag=True, help="Print cookie and storage values too. They are personal data.")
@json_option
@browser_option
@vendors_option
def visit(  # noqa: PLR0913 - one parameter for each option of the contract
    *,
    url: str,
    scenario: str,
    screenshot: Path | None,
    full_page: bool,
    har: Path | None,
    raw: bool,
    as_json: bool,
    browser: str | None,
    vendors: Path,
) -> None:
    """Visit URL once; nothing is stored."""
    config = settings_from(vendors)
    crawl = replace(config.crawl, screenshots="full" if full_page else "viewport", har=har is not None)
    result = asyncio.run(_play(replace(config, crawl=crawl), url, Scenario(scenario), browser))
    record = visit_to_json(result.visit, knowledge(), raw=raw)
    if screenshot is not None:
        shots = [shot.sha256 for shot in result.visit.screenshots if shot.kind == crawl.screenshots]
        _save(result, shots, screenshot, "screenshot")
    if har is not None:
        _save(result, [recording.sha256 for recording in result.visit.recordings], har, "HTTP Archive")
    print_json(record) if as_json else _print(record)


async def _play(config: Config, url: str, scenario: Scenario, browser: str | None) -> VisitResult:
    task = VisitTask(
        vendor="visit",
        site=next((site for vendor in config.vendors for site in vendor.sites if site.url == url), Site(url=url)),
        scenario=scenario,
        attempt=1,
        crawl=config.crawl,
        ignore_certificate_errors=config.network.ignore_certificate_errors,
        keep_raw=True,
    )
    async with opened(config, browser) as player:
        return await player.visit(task)


def _save(result: VisitResult, digests: list[str], path: Path, what: str) -> None:
    """Write the last of these artifacts; say so where there is none."""
    content = {artifact.sha256: artifact.content for artifact in result.artifacts}
    if digests:
        path.write_bytes(content[digests[-1]])
    else:
        say(f"the visit brought no {what}")


def _print(record: dict[str, Any]) -> None:
    """The record as people read it: how it went, then cookies, storage and requests to others."""
    print_text(f"{record['url']} -> {record['final_url']} ({record['outcome']}, {record['duration_ms']} ms)")
    if record["failure"]:
        print_text(record["failure"])
    banner, choice = record["banner"], record["choice"]
    print_text(f"banner: {banner['cmp'] or 'yes'}" if banner else "banner: none found")
    print_text(f"choice: {choice['wanted']}: {choice['outcome']}" + (", proven" if choice["proven"] else ""))
    for phase in Phase:
        _print_phase(record, phase.value)


def _print_phase(record: dict[str, Any], phase: str) -> None:
    """What one phase brought; nothing where the visit had no such phase."""
    cookies, storage, requests = (
        [seen for seen in record[kind] if seen["phase"] == phase] for kind in ("cookies", "storage", "requests")
    )
    if cookies or storage or requests:
        print_text(f"\n{phase}: {len(requests)} requests".strip())
    rows = [
        ("cookie", each["event"], each["name"], each["domain"], each["party"], each["category"], each["service"])
        for each in cookies
    ]
    rows += [
        (each["kind"], "present", each["key"], each["origin"], each["party"], each["category"], each["service"])
        for each in storage
    ]
    hosts = {each["host"]: each for each in requests if each["party"] == "third"}
    rows += [("request", "", "", host, "third", each["category"], each["service"]) for host, each in hosts.items()]
    if rows:
        print_table(("what", "event", "name", "where", "party", "category", "service"), rows)
