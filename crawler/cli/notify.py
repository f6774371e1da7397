"""``notify``: messages about what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crawler.cli.logs import log_option
from crawler.cli.telling import is_configured, tell, would_tell
from crawler.cli.terminal import print_json, print_text, say
from crawler.cli.verb import DONE, UNEXPECTED, Verb, db_option, json_option, vendors_option
from crawler.config import load_config
from crawler.notify.write import Writer
from db.outbox import Message
from db.store import Store, utc_now

if TYPE_CHECKING:
    from pathlib import Path

    from db.outbox import Draft


@click.command(cls=Verb)
@click.option("--dry-run", is_flag=True, help="Print the messages that would be written now; store and send nothing.")
@click.option("--retry-failed", is_flag=True, help="Also try messages again that were given up.")
@json_option
@log_option
@vendors_option
@db_option
@click.pass_context
def notify(ctx: click.Context, dry_run: bool, retry_failed: bool, as_json: bool, vendors: Path, db: Path) -> None:
    """Tell what changed.

    Writes the messages that are due ([notify] of vendors.toml says to whom) and sends what waits. Every change is told
    once; what cannot be sent is tried again with growing pauses. Exit code 1 where something could not be sent.
    """
    config = load_config(vendors, require_vendors=False)
    if not is_configured(config):
        raise click.UsageError(f"{vendors} has no [notify] table that says who is told")
    with Store(db, create=False) as store:
        if dry_run:
            _print(Writer(config.notify), would_tell(store, config), as_json=as_json)
            return
        if retry_failed:
            say(f"{store.outbox.retry_failed(utc_now())} messages that were given up are tried again")
        done = tell(store, config)
        waiting = len(store.outbox.waiting())
    if as_json:
        print_json({"sent": done.sent, "problems": list(done.problems), "waiting": waiting})
    say(f"{done.sent} messages sent, {len(done.problems)} problems, {waiting} waiting")
    ctx.exit(UNEXPECTED if done.problems else DONE)


def _print(writer: Writer, drafts: list[Draft], *, as_json: bool) -> None:
    """The messages as their receivers would see them."""
    messages = [_message(draft) for draft in drafts]
    if as_json:
        print_json({"messages": [_to_json(writer, each) for each in messages]})
    for each in () if as_json else messages:
        print_text(f"To {each.target} ({each.kind})")
        for line in _shown(writer, each).splitlines():
            print_text(f"  {line}")
    say(f"{len(messages)} messages would be written")


def _message(draft: Draft) -> Message:
    return Message(
        id=0,
        key=draft.key,
        target=draft.target,
        kind=draft.kind,
        payload=draft.payload,
        created_at=utc_now(),
        attempts=0,
    )


def _shown(writer: Writer, message: Message) -> str:
    if message.target.startswith("webhook:"):
        document = writer.document(message)
        return document["title"] if message.kind == "ticket" else f"{len(document['changes'])} changes, signed JSON"
    return f"{writer.subject(message)}\n\n{writer.text(message)}"


def _to_json(writer: Writer, message: Message) -> dict[str, object]:
    head = {"target": message.target, "kind": message.kind, "key": message.key}
    if message.target.startswith("webhook:"):
        return {**head, "document": writer.document(message)}
    return {**head, "subject": writer.subject(message), "text": writer.text(message)}
