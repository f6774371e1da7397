"""``findings`` and ``diff``: what the stored runs say."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from auditor.engine import rule_facts
from auditor.model import Outcome, Severity, Status, StoreError
from crawler.cli.findings_json import (
    Listing,
    changes_to_json,
    findings_to_annotations,
    findings_to_csv,
    findings_to_sarif,
    listing_to_json,
    run_to_json,
)
from crawler.cli.judging import causes_of, changes, present, previous_run, print_changes, print_findings
from crawler.cli.terminal import print_json, say
from crawler.cli.verb import Verb, db_option, json_option
from db.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    F = TypeVar("F", bound=Callable[..., Any])

DIFF_SCHEMA = "consent-audit/diff/1"


FORMS = ("table", "json", "csv", "sarif", "github")


def format_option(command: F) -> F:
    """``--format FORM``: how findings are printed."""
    words = "github: annotations for its Actions."
    return click.option("--format", "form", type=click.Choice(FORMS), default="table", help=words)(command)


class RunChoice(click.ParamType[int | None]):
    """A run's number, or ``latest``."""

    name = "run"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        """The number; ``None`` for ``latest``."""
        if value == "latest":
            return None
        if not str(value).isdecimal():
            self.fail(f"{value!r} is neither a run's number nor 'latest'", param, ctx)
        return int(value)


@click.command(cls=Verb)
@click.option("--vendor", metavar="ID", help="Only this vendor.")
@click.option("--rule", metavar="R", help="Only this rule.")
@click.option("--status", type=click.Choice([status.value for status in Status]), help="Only with this verdict.")
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="C",
    help="Only findings of this confidence or more, from 0 to 1; hints that rest on heuristics have less than 0.7.",
)
@click.option("--run", type=RunChoice(), metavar="N|latest", default="latest", show_default=True)
@format_option
@json_option
@db_option
def findings(
    vendor: str | None,
    rule: str | None,
    status: str | None,
    min_confidence: float,
    run: int | None,
    form: str,
    as_json: bool,
    db: Path,
) -> None:
    """List the findings of a run.

    With what could not be decided and how every visit ended. Findings that a run noticed to be gone are listed with
    it, marked as gone.
    """
    with Store(db, create=False) as store:
        chosen = run if run is not None else latest(store, vendor)
        listing = listing_of(store, run=chosen, vendor=vendor, rule=rule, status=Status(status) if status else None)
    listing = replace(listing, findings=tuple(each for each in listing.findings if each.confidence >= min_confidence))
    print_listing(listing, "json" if as_json else form)
    if form == "table" and not as_json:
        say(summary(listing))


def listing_of(
    store: Store, *, run: int, vendor: str | None = None, rule: str | None = None, status: Status | None = None
) -> Listing:
    """What a run says, narrowed. StoreError when there is no such run."""
    return Listing(
        run=store.run(run),
        findings=store.findings(vendor=vendor, rule=rule, status=status, run=run),
        undecided=tuple(
            each
            for each in store.undecided(run)
            if (vendor is None or each.vendor == vendor) and (rule is None or each.rule == rule)
        ),
        coverage=tuple(row for row in store.coverage(run) if vendor is None or row.vendor == vendor),
    )


def latest(store: Store, vendor: str | None = None) -> int:
    """The latest run, or the latest that had a vendor. StoreError when there is none."""
    newest = store.latest_run()
    if newest is None:
        raise StoreError("no run is stored yet: `consent-audit crawl` or `consent-audit demo` makes one")
    if vendor is None:
        return newest
    for run in range(newest, 0, -1):
        if any(each.id == vendor for each in store.run_vendors(run)):
            return run
    raise StoreError(f'no stored run has a vendor "{vendor}"')


def print_listing(listing: Listing, form: str) -> None:
    """Print findings in one of FORMS."""
    if form == "json":
        print_json(listing_to_json(listing))
    elif form == "csv":
        sys.stdout.write(findings_to_csv(listing.findings))
    elif form == "sarif":
        print_json(findings_to_sarif(listing.findings, rule_facts()))
    elif form == "github":
        sys.stdout.write(findings_to_annotations(present(listing.findings)))
    else:
        print_findings(listing.findings)


def summary(listing: Listing) -> str:
    """One line: how many findings of each severity, how much is undecided, how many visits brought no evidence."""
    here = present(listing.findings)
    counts = Counter(each.severity for each in here)
    levels = ", ".join(f"{counts[level]} {level.value}" for level in Severity if counts[level]) or "none"
    bad = sum(row.outcome is not Outcome.OK for row in listing.coverage)
    return (
        f"run {listing.run.id}: {len(here)} findings ({levels}), {len(listing.undecided)} undecided, "
        f"{bad} of {len(listing.coverage)} visits without evidence"
    )


@click.command(cls=Verb)
@click.argument("runs", nargs=-1, type=click.IntRange(min=1), metavar="[RUN_A RUN_B]")
@json_option
@db_option
def diff(runs: tuple[int, ...], as_json: bool, db: Path) -> None:
    """Show what changed between two runs.

    Without runs: in the latest since the one before. Every change has its cause: the site, its policy, the
    configuration, or our rules and lists. A finding that the later run could not decide, since the site was down for
    example, is unknown, not gone.
    """
    if len(runs) not in (0, 2):
        raise click.UsageError("give two runs, or none")
    with Store(db, create=False) as store:
        before, after = runs or _last_two(store)
        found = changes(store, before, after)
        why = causes_of(store, before, after, found)
        ends = run_to_json(store.run(before)), run_to_json(store.run(after))
    if as_json:
        print_json({"schema": DIFF_SCHEMA, "before": ends[0], "after": ends[1], **changes_to_json(found, why)})
    else:
        print_changes(found, why)


def _last_two(store: Store) -> tuple[int, int]:
    after = latest(store)
    before = previous_run(store, after)
    if before is None:
        raise StoreError(f"run {after} has no earlier run to compare it with")
    return before, after
