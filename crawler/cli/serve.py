"""``serve``: the published pages."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from crawler.cli.terminal import print_text, say
from crawler.cli.verb import Verb, db_option
from db.site.access import load_access
from db.site.framework import hash_password
from db.site.serve import serve as serve_site
from db.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from db.site.access import Access

    F = TypeVar("F", bound=Callable[..., Any])


def host_option(command: F) -> F:
    """``--host H``: the address to listen on."""
    return click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")(command)


def port_option(command: F) -> F:
    """``--port N``: the port to listen on."""
    return click.option("--port", type=click.IntRange(1, 65535), default=8001, show_default=True)(command)


def _hash_and_exit(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        print_text(hash_password(password))
        ctx.exit()


@click.command(cls=Verb)
@host_option
@port_option
@db_option
@click.option(
    "--access", type=click.Path(path_type=Path), metavar="FILE", help="Who may log in and decide (access.toml)."
)
@click.option(
    "--hash-password",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_hash_and_exit,
    help="Ask for a password, print its hash for the access file, and end.",
)
def serve(host: str, port: int, db: Path, access: Path | None) -> None:
    """Publish the database until Ctrl-C.

    With Datasette, the project's pages and safe settings. Everybody may read and nobody may write, unless an access
    file says who may.
    """
    serve_until_interrupted(db, host, port, load_access(access) if access else None)


def serve_until_interrupted(db: Path, host: str, port: int, access: Access | None = None) -> None:
    """Check the database and the port, say the address, serve. StoreError or UsageError before anything is opened."""
    Store(db, create=False).close()
    if not is_free(host, port):
        raise click.UsageError(f"port {port} of {host} is in use or not allowed: give another --port")
    say(f"serving {db} on http://{host}:{port}/ (Ctrl-C ends it)")
    with suppress(KeyboardInterrupt):
        serve_site(db, host, port, access)


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
