"""The command ``consent-audit``: the only place that joins crawling, judging, storing and publishing."""

from __future__ import annotations

import importlib

import click

_VERBS = {
    "demo": "demo",
    "crawl": "crawl",
    "visit": "visit",
    "policy": "policy",
    "classify": "classify",
    "audit": "audit",
    "findings": "findings",
    "diff": "findings",
    "report": "report",
    "triage": "triage",
    "serve": "serve",
    "schedule": "schedule",
    "notify": "notify",
    "health": "health",
    "lists": "lists",
    "doctor": "doctor",
    "db": "database",
}
"""Each verb's module in this package, in the order of the contract; the command has the verb's name there."""


class Verbs(click.Group):
    """The verbs, each imported when it is used: ``classify`` needs neither browser nor Datasette and starts at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Their names."""
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """A verb by its name; ``None`` for an unknown one."""
        if cmd_name not in _VERBS:
            return None
        command = getattr(importlib.import_module(f"crawler.cli.{_VERBS[cmd_name]}"), cmd_name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=Verbs)
@click.version_option(package_name="consent-audit")
def cli() -> None:
    """Audit what a website really sets before and after consent against what its own policy declares."""
