"""Every call into Datasette 0.65 in one place, with types; another version changes only this module."""
# mypy: allow-untyped-calls, no-warn-return-any

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from datasette.app import Datasette
from datasette.database import Database
from datasette.hookspecs import hookimpl
from datasette.plugins import pm
from datasette.utils.asgi import Base400, NotFound, Request, Response
from datasette.views.base import DatasetteError
from datasette_auth_passwords import utils as passwords

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import ModuleType

    from db.site.security import App

__all__ = ["Datasette", "NotFound", "Request", "Response", "hookimpl"]

Found = TypeVar("Found")
PLUGIN = "consent-audit"


def hash_password(password: str) -> str:
    """What an access file holds of a password: PBKDF2 with SHA-256, as datasette-auth-passwords reads it."""
    return str(passwords.hash_password(password))


def build(
    path: Path,
    *,
    name: str,
    plugin: ModuleType,
    metadata: Mapping[str, Any],
    settings: Mapping[str, Any],
    templates: Path,
    static: tuple[str, Path],
    secret: str,
) -> Datasette:
    """A Datasette that publishes the database at ``path`` under ``name`` with this plugin, templates and files."""
    if not pm.is_registered(plugin):
        pm.register(plugin, name=plugin.__name__)
    mounts = [(static[0], str(static[1]))]
    datasette = Datasette(
        files=[],
        metadata=metadata,
        settings=settings,
        template_dir=str(templates),
        static_mounts=mounts,
        secret=secret,
    )
    datasette.remove_database("_memory")
    datasette.add_database(Database(datasette, path=str(path)), name=name)
    return datasette


def application(datasette: Datasette) -> App:
    """The ASGI application."""
    return datasette.app()


def published(datasette: Datasette) -> Database:
    """The one database that the site publishes."""
    return next(found for name, found in datasette.databases.items() if name != "_internal")


def database_path(datasette: Datasette) -> str:
    """Where the published database is."""
    return str(published(datasette).path)


def table_url(datasette: Datasette, table: str) -> str:
    """The address of a table, view or canned query."""
    return str(datasette.urls.table(published(datasette).name, table))


def site_url(datasette: Datasette, path: str) -> str:
    """The address of one of the site's own pages, below the base address that is set."""
    return str(datasette.urls.path(path))


async def read(datasette: Datasette, query: Callable[..., Found], *parameters: object) -> Found:
    """Runs a query function with a read connection in Datasette's pool of threads."""

    def run(connection: sqlite3.Connection) -> Found:
        return query(connection, *parameters)

    return await published(datasette).execute_fn(run)


async def render(datasette: Datasette, request: Request, template: str, context: Mapping[str, Any]) -> Response:
    """A page from a template."""
    return Response.html(await datasette.render_template(template, dict(context), request=request))


def problem(exception: Exception) -> tuple[int, str] | None:
    """The status and the words of an error that Datasette raised on purpose; None for an accident.

    Datasette words some errors in HTML, which repeats what was asked for: then only the title is told.
    """
    if isinstance(exception, Base400):
        return exception.status, str(exception)
    if isinstance(exception, DatasetteError):
        # Datasette calls a wrong question of the reader (an unknown column, a slow query) an error of the server.
        status = HTTPStatus.BAD_REQUEST if exception.status == HTTPStatus.INTERNAL_SERVER_ERROR else exception.status
        return int(status), str((exception.title or "") if exception.message_is_html else exception.message)
    return None


async def page(datasette: Datasette, template: str, context: Mapping[str, Any], *, status: int) -> Response:
    """A page that does not depend on its request."""
    html = await datasette.jinja_env.get_template(template).render_async({"urls": datasette.urls, **context})
    return Response.html(html, status=status)


async def rendered(datasette: Datasette, template: str, context: Mapping[str, Any]) -> str:
    """The text of a template."""
    return str(await datasette.jinja_env.get_template(template).render_async(dict(context)))


def json(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON document."""
    return Response.json(body, status=status, headers=dict(headers or {}))


def plain(text: str, *, status: int = 200) -> Response:
    """Plain text."""
    return Response.text(text, status=status)


async def form(request: Request) -> dict[str, str]:
    """The fields of a form that was sent."""
    return dict(await request.post_vars())


def redirect(address: str) -> Response:
    """Sends the reader to another address of the site."""
    return Response.redirect(address)


def configuration(datasette: Datasette) -> Mapping[str, Any]:
    """What this plugin was configured with."""
    return datasette.plugin_config(PLUGIN) or {}


async def may_read(datasette: Datasette, request: Request) -> bool:
    """Whether whoever asks may read the site."""
    return bool(await datasette.permission_allowed(request.actor, "view-instance", default=True))


def content(body: bytes, *, kind: str, headers: Mapping[str, str]) -> Response:
    """Bytes of a media type."""
    return Response(body, content_type=kind, headers=dict(headers))
