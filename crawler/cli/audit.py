"""``audit``: today's rules on stored evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from auditor.causes import Cause, changed_findings
from auditor.digest import Digest
from crawler.cli.findings import latest, listing_of, summary
from crawler.cli.findings_json import changes_to_json, listing_to_json
from crawler.cli.judging import (
    causes_of,
    changes,
    judge_again,
    present,
    previous_run,
    print_changes,
    print_findings,
)
from crawler.cli.knowledge import differences
from crawler.cli.terminal import print_json, say
from crawler.cli.verb import Verb, db_option, json_option, vendors_option
from crawler.cli.waiving import apply_waivers
from crawler.knowledge_facts import knowledge_facts
from crawler.waivers import load_waivers
from db.store import Store

if TYPE_CHECKING:
    from pathlib import Path


@click.command(cls=Verb)
@click.option("--run", type=click.IntRange(min=1), metavar="N", help="The run to judge, else the latest.")
@json_option
@vendors_option
@db_option
def audit(run: int | None, as_json: bool, vendors: Path, db: Path) -> None:
    """Judge stored evidence again.

    With today's rules; nobody is visited. Says which verdicts today's rules and lists have changed, and what else
    changed since the run before. A waivers.toml beside --vendors is put into force.
    """
    waivers = load_waivers(vendors)
    with Store(db, create=False) as store:
        chosen = run if run is not None else latest(store)
        by_rules = judge_again(store, chosen)
        other_lists = differences(store.run(chosen).knowledge, knowledge_facts())
        apply_waivers(store, waivers)
        listing = listing_of(store, run=chosen)
        since = previous_run(store, chosen)
        found = changes(store, since, chosen) if since is not None else Digest()
        why = causes_of(store, since, chosen, found) if since is not None else {}
    if as_json:
        print_json({**listing_to_json(listing), **_changes_to_json(by_rules, since, found, why)})
        return
    print_findings(present(listing.findings))
    say(summary(listing))
    for line in other_lists:
        say(f"judged by another list: {line}")
    say("changed by today's rules and lists:")
    print_changes(by_rules, dict.fromkeys((one.fingerprint for one in changed_findings(by_rules)), Cause.RULES))
    if since is not None:
        say(f"changes since run {since}:")
        print_changes(found, why)


def _changes_to_json(by_rules: Digest, since: int | None, found: Digest, why: dict[str, Cause]) -> dict[str, Any]:
    """What is beside the findings: changes by judging again, and since the run before."""
    causes = dict.fromkeys((one.fingerprint for one in changed_findings(by_rules)), Cause.RULES)
    return {
        "changed_by_rules": changes_to_json(by_rules, causes),
        "changed_since": None if since is None else {"run": since, **changes_to_json(found, why)},
    }
