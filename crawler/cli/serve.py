"""``serve``: the published pages."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import click

from crawler.cli.terminal import say
from crawler.cli.verb import Verb, db_option
from db.site.serve import serve as serve_site
from db.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    F = TypeVar("F", bound=Callable[..., Any])


def host_option(command: F) -> F:
    """``--host H``: the address to listen on."""
    return click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")(command)


def port_option(command: F) -> F:
    """``--port N``: the port to listen on."""
    return click.option("--port", type=click.IntRange(1, 65535), default=8001, show_default=True)(command)


@click.command(cls=Verb)
@host_option
@port_option
@db_option
def serve(host: str, port: int, db: Path) -> None:
    """Publish the database until Ctrl-C.

    With Datasette, the project's pages and safe settings.
    """
    serve_until_interrupted(db, host, port)


def serve_until_interrupted(db: Path, host: str, port: int) -> None:
    """Check the database and the port, say the address, serve. StoreError or UsageError before anything is opened."""
    Store(db, create=False).close()
    if not is_free(host, port):
        raise click.UsageError(f"port {port} of {host} is in use or not allowed: give another --port")
    say(f"serving {db} on http://{host}:{port}/ (Ctrl-C ends it)")
    with suppress(KeyboardInterrupt):
        serve_site(db, host, port)


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there."""
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            return True
    except OSError:
        return False


def first_free(host: str, port: int) -> int:
    """The first port from ``port`` on that is free, among twenty; ``port`` itself if none is."""
    return next((each for each in range(port, min(port + 20, 65535)) if is_free(host, each)), port)
