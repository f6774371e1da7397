"""Structured logs: with ``--log-json`` all talk on stderr, and what happens, is one JSON object a line."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from crawler.cli import terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    F = TypeVar("F", bound=Callable[..., Any])

VARIABLE = "CONSENT_AUDIT_LOG"
"""The environment variable that, set to ``json``, does the same as the option."""


def log_option(command: F) -> F:
    """``--log-json``: structured logs."""
    return click.option(
        "--log-json",
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_choose,
        help="Talk on stderr in JSON, one object a line.",
    )(command)


def _choose(context: click.Context, _: click.Parameter, value: bool) -> None:
    terminal.talk_with(_talk if value or os.environ.get(VARIABLE) == "json" else None)
    context.call_on_close(partial(terminal.talk_with, None))


def _talk(message: str) -> None:
    _write("message", {"text": message})


def log(event: str, **fields: object) -> None:
    """Something that happened, for machines; people are told by `say`."""
    if terminal.talks_structured():
        _write(event, fields)


def _write(event: str, fields: dict[str, object]) -> None:
    line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **fields}
    sys.stderr.write(json.dumps(line, ensure_ascii=True, default=str) + "\n")
    sys.stderr.flush()
