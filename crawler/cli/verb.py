"""What all verbs share: exit codes, errors in one line, and the options that mean the same everywhere."""

from __future__ import annotations

import os
import signal
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from auditor.model import ConfigError, ConsentAuditError
from crawler.cli.terminal import say
from crawler.config import Config, load_config
from crawler.modes import MODES

if TYPE_CHECKING:
    from collections.abc import Callable

    F = TypeVar("F", bound=Callable[..., Any])

DONE = 0
UNEXPECTED = 1
INVALID_CONFIG = 3
INCOMPLETE = 4
FINDINGS = 10
INTERRUPTED = 128 + signal.SIGINT
DEBUG_VARIABLE = "CONSENT_AUDIT_DEBUG"
_MODE = "consent_audit.browser_mode"
DEFAULT_DB = Path("consent-audit.db")
DEFAULT_VENDORS = Path("vendors.toml")


class Verb(click.Command):
    """A command whose errors end in one line on stderr and the documented exit code; ``--debug`` adds the traceback."""

    def __init__(self, *args: Any, **settings: Any) -> None:  # noqa: ANN401 - click's own signature, passed on
        super().__init__(*args, **settings)
        debug = click.Option(
            ["--debug"], is_flag=True, expose_value=False, callback=_remember, help="Show tracebacks and Scrapy's log."
        )
        self.params.append(debug)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command's body; the errors of ours and of anybody become exit codes."""
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException, click.Abort, BrokenPipeError):
            raise
        except (KeyboardInterrupt, Exception) as error:  # noqa: BLE001 - the last border: the user gets a line
            code = _reported(error)
            if debugging(ctx):
                traceback.print_exc()
        return ctx.exit(code)


def _reported(error: BaseException) -> int:
    """Say what an error means and answer with its exit code."""
    if isinstance(error, KeyboardInterrupt):
        say("interrupted")
        return INTERRUPTED
    if isinstance(error, ConfigError):
        say("invalid configuration:")
        for problem in error.problems:
            say(f"  {problem}")
        return INVALID_CONFIG
    if isinstance(error, ConsentAuditError):
        say(f"error: {error}")
    else:
        say(f"unexpected error: {type(error).__name__}: {error} (--debug shows where)")
    return UNEXPECTED


def _remember(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    ctx.meta[DEBUG_VARIABLE] = value


def debugging(ctx: click.Context) -> bool:
    """Whether tracebacks are wanted: ``--debug`` or $CONSENT_AUDIT_DEBUG."""
    return bool(ctx.meta.get(DEBUG_VARIABLE)) or os.environ.get(DEBUG_VARIABLE, "") not in ("", "0")


def db_option(command: F) -> F:
    """``--db PATH``: the database."""
    kind = click.Path(dir_okay=False, path_type=Path)
    return click.option("--db", "db", type=kind, default=DEFAULT_DB, show_default=True, help="The database.")(command)


def vendors_option(command: F) -> F:
    """``--vendors PATH``: the configuration."""
    kind = click.Path(path_type=Path)
    option = click.option("--vendors", type=kind, default=DEFAULT_VENDORS, show_default=True, help="The configuration.")
    return option(command)


def json_option(command: F) -> F:
    """``--json``: one JSON document instead of a table."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(command)


def browser_option(command: F) -> F:
    """``--browser PATH`` and ``--browser-mode MODE``: which browser, as one argument ``browser``."""
    mode = click.option(
        "--browser-mode",
        type=click.Choice(MODES),
        expose_value=False,
        is_eager=True,
        callback=_remember_mode,
        help="headed-like: full Chromium, for sites that know a headless shell; it costs several times as much.",
    )
    path = click.option(
        "--browser",
        metavar="PATH",
        callback=_one_browser,
        help="The browser to use, else $CONSENT_AUDIT_BROWSER, the file's, else found.",
    )
    return path(mode(command))


def _remember_mode(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    ctx.meta[_MODE] = value


def _one_browser(ctx: click.Context, _: click.Parameter, value: str | None) -> str | None:
    """A path says by itself what kind it is."""
    if value and ctx.meta[_MODE]:
        raise click.UsageError("give --browser or --browser-mode, not both: a path is one kind of browser")
    return value or ctx.meta[_MODE]


def settings_from(path: Path) -> Config:
    """The [crawl] and [network] settings for verbs that need no vendors; the defaults where the default file is absent.

    Raises:
        ConfigError: the file is wrong, or was named and is not there.
    """
    if path == DEFAULT_VENDORS and not path.exists():
        return Config()
    return load_config(path, require_vendors=False)
