"""Every call into Datasette 0.65 in one place, with types; another version changes only this module."""
# mypy: allow-untyped-calls, no-warn-return-any

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl
from weakref import WeakKeyDictionary

from datasette.app import Datasette
from datasette.database import Database
from datasette.hookspecs import hookimpl
from datasette.plugins import pm
from datasette.utils.asgi import Base400, NotFound, Request, Response
from datasette.views.base import DatasetteError
from datasette_auth_passwords import utils as passwords
from jinja2 import Environment

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import ModuleType

    from db.site.security import App

__all__ = ["Datasette", "NotFound", "Request", "Response", "hookimpl"]

Found = TypeVar("Found")
PLUGIN = "consent-audit"
_ENVIRONMENTS: WeakKeyDictionary[Datasette, Environment] = WeakKeyDictionary()


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
    datasette = _Site(
        files=[],
        metadata=metadata,
        settings=settings,
        template_dir=str(templates),
        static_mounts=mounts,
        secret=secret,
    )
    datasette.remove_database("_memory")
    datasette.add_database(_Published(datasette, path=str(path)), name=name)
    return datasette


class _Site(Datasette):
    """Datasette that reads what metadata allows about a table once, not anew for every table and question on a page."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Datasette's options
        super().__init__(**options)
        self._allows: dict[tuple[str, str], list[Any]] = {}

    def _table_permission_allows(self, database: str, table: str) -> list[Any]:
        if (database, table) not in self._allows:
            self._allows[database, table] = super()._table_permission_allows(database, table)
        return self._allows[database, table]


class _Published(Database):
    """A database that is asked once for its schema, and whose tables are listed without being counted.

    Either would take longer than everything else on a page. What is served has the present schema (`check_readable`).
    """

    def __init__(self, datasette: Datasette, path: str) -> None:
        super().__init__(datasette, path=path)
        self._known: dict[tuple[str, ...], Any] = {}

    async def _once(self, name: str, *of: str) -> Any:  # noqa: ANN401 - whatever Datasette's method gives
        if (name, *of) not in self._known:
            self._known[name, *of] = await getattr(super(), name)(*of)
        return self._known[name, *of]

    async def table_names(self) -> list[str]:
        """All tables."""
        return list(await self._once("table_names"))

    async def view_names(self) -> list[str]:
        """All views."""
        return list(await self._once("view_names"))

    async def hidden_table_names(self) -> list[str]:
        """Tables that are not listed at first."""
        return list(await self._once("hidden_table_names"))

    async def get_all_foreign_keys(self) -> dict[str, Any]:
        """What points at what."""
        return dict(await self._once("get_all_foreign_keys"))

    async def table_columns(self, table: str) -> list[str]:
        """The columns of a table or view."""
        return list(await self._once("table_columns", table))

    async def primary_keys(self, table: str) -> list[str]:
        """The key of a table."""
        return list(await self._once("primary_keys", table))

    async def fts_table(self, table: str) -> str | None:
        """The full-text index of a table."""
        found = await self._once("fts_table", table)
        return None if found is None else str(found)

    async def table_counts(self, limit: int = 10) -> dict[str, None]:  # noqa: ARG002 - Datasette's signature
        """All tables, with no number of rows."""
        return dict.fromkeys(await self.table_names())


BIG_VIEWS = frozenset({
    *("banners", "cookie_sightings", "declarations", "declared_vs_observed", "evidence", "item_sightings"),
    *("observed_items", "request_sightings", "statements", "storage_sightings", "vendor_timeline", "visit_coverage"),
})  # fmt: skip
"""Views over facts: counting all their rows takes much longer than showing some."""


def uncounted(datasette: Datasette, app: App) -> App:
    """The application that does not count the rows of a view of ``BIG_VIEWS`` unless a reader filters it."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        if scope["type"] == "http" and _is_whole(datasette, scope):
            asked = scope["query_string"]
            scope = {**scope, "query_string": asked + b"&"[: len(asked)] + b"_nocount=1"}
        await app(scope, receive, send)

    return wrapped


def _is_whole(datasette: Datasette, scope: Mapping[str, Any]) -> bool:
    """Whether all of a big view is asked for: parameters of columns do not begin with an underscore."""
    _, _, last = str(scope["path"]).rpartition("/")
    name, dot, form_ = last.partition(".")
    if name not in BIG_VIEWS or f"{table_url(datasette, name)}{dot}{form_}" != scope["path"]:
        return False
    return all(name.startswith("_") for name, _ in parse_qsl(scope["query_string"].decode("latin-1")))


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


def render(datasette: Datasette, request: Request, template: str, context: Mapping[str, Any]) -> Response:
    """A page from a template."""
    known = {"urls": datasette.urls, "actor": request.actor, "csrftoken": request.scope["csrftoken"]}
    return Response.html(_environment(datasette).get_template(template).render({**known, **context}))


def _environment(datasette: Datasette) -> Environment:
    """Datasette's environment of templates without its asynchronous calls, which cost more than the queries."""
    if datasette not in _ENVIRONMENTS:
        made = datasette.jinja_env.overlay(enable_async=False)
        made.__class__ = _RowsFirst
        _ENVIRONMENTS[datasette] = made
    return _ENVIRONMENTS[datasette]


class _RowsFirst(Environment):
    """Looks a name up in a row before it asks for an attribute: pages do so thousands of times, and rows have none."""

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - whatever templates hold
        """The value of ``attribute`` in a mapping, else what Jinja finds."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


_ABSENT = "There is no such page."
_DATASETTES_ABSENT = ("Database not found", "Table not found", "Record not found")


def problem(exception: Exception) -> tuple[int, str] | None:
    """The status and the words of an error that Datasette raised on purpose; None for an accident.

    Datasette words some errors in HTML, which repeats what was asked for: then only the title is told.
    """
    if isinstance(exception, Base400):
        return exception.status, _ABSENT if str(exception).startswith(_DATASETTES_ABSENT) else str(exception)
    if isinstance(exception, DatasetteError):
        # Datasette calls a wrong question of the reader (an unknown column, a slow query) an error of the server.
        status = HTTPStatus.BAD_REQUEST if exception.status == HTTPStatus.INTERNAL_SERVER_ERROR else exception.status
        return int(status), str((exception.title or "") if exception.message_is_html else exception.message)
    return None


def page(datasette: Datasette, template: str, context: Mapping[str, Any], *, status: int) -> Response:
    """A page that does not depend on its request."""
    return Response.html(rendered(datasette, template, {"urls": datasette.urls, **context}), status=status)


def rendered(datasette: Datasette, template: str, context: Mapping[str, Any]) -> str:
    """The text of a template."""
    return _environment(datasette).get_template(template).render(dict(context))


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
