"""The Datasette plugin: routes, template filters, cells, connections. Depends on Datasette 0.65."""

from __future__ import annotations

import logging
import re
import sqlite3
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import Markup, escape

from db.site import decisions, framework, pages, reference, text
from db.site.framework import hookimpl
from db.site.security import guarded

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    from db.site.framework import Datasette, Request, Response
    from db.site.security import App

    View = Callable[[Datasette, Request], Awaitable[Response]]

_LOG = logging.getLogger(__name__)
VALUE_LIMIT = 8_000_000
CELL_LIMIT = 600


_ROUTES: tuple[tuple[str, View], ...] = (
    (r"^/$", pages.dashboard),
    (r"^/vendors/(?P<vendor>[a-z0-9-]{1,100})$", pages.vendor),
    (r"^/vendors/(?P<vendor>[a-z0-9-]{1,100})/badge\.svg$", pages.badge),
    (r"^/vendors/(?P<vendor>[a-z0-9-]{1,100})/findings\.xlsx$", pages.workbook),
    (r"^/feed\.atom$", pages.feed),
    (r"^/findings/(?P<fingerprint>[0-9a-f]{64})$", pages.finding),
    (r"^/findings/(?P<fingerprint>[0-9a-f]{64})/decide$", decisions.decide),
    (r"^/rules$", pages.rules),
    (r"^/services$", reference.services),
    (r"^/cookies$", reference.cookies),
    (r"^/search$", reference.search),
    (r"^/runs$", reference.all_runs),
    (r"^/runs/(?P<run>[0-9]{1,9})$", reference.run),
    (r"^/runs/(?P<before>[0-9]{1,9})/(?P<after>[0-9]{1,9})$", reference.diff),
    (r"^/policies/(?P<sha256>[0-9a-f]{64})$", reference.policy),
    (r"^/policies/(?P<before>[0-9a-f]{64})/(?P<after>[0-9a-f]{64})$", reference.policy_diff),
    (r"^/-/metrics$", pages.monitoring),
    (r"^/-/artifact/(?P<sha256>[0-9a-f]{64})$", pages.artifact),
)


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    """The site's own addresses; all but the monitor's ask whether the reader may read the site."""
    return [*((pattern, _for_readers(view)) for pattern, view in _ROUTES), (r"^/-/healthz$", pages.healthz)]


def _for_readers(view: View) -> View:
    async def checked(datasette: Datasette, request: Request) -> Response:
        if await framework.may_read(datasette, request):
            return await view(datasette, request)
        context = {"error": "This site is for those who have an account. Log in first.", "status": 403}
        return framework.page(datasette, "error.html", context, status=403)

    return checked


@hookimpl
def actor_from_request(datasette: Datasette, request: Request) -> dict[str, str] | None:
    """Whoever the proxy in front says is asking, where the access file names such a header."""
    configured = framework.configuration(datasette)
    name = request.headers.get(configured.get("user_header") or "")
    role = configured.get("roles", {}).get(name)
    return {"id": name, "role": role} if name and role else None


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Datasette) -> None:  # noqa: ANN401 - Jinja's environment
    """Filters, and one border for every untrusted string: what a template prints shows its hidden characters."""
    # Datasette's addresses are strings that wrap what every method returns: slow where a page has a thousand of them.
    base = framework.site_url(datasette, "/").rstrip("/")
    env.globals["link"] = lambda path: f"{base}{path}"
    env.globals["published_database"] = lambda: framework.published(datasette).name
    env.globals["has_accounts"] = lambda: bool(framework.configuration(datasette).get("passwords"))
    env.finalize = text.finalized
    env.filters.update(text.FILTERS)


@hookimpl
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Foreign keys on, and no value larger than the pages need: a time limit does not stop one big function call."""
    conn.execute("PRAGMA foreign_keys = ON")
    conn.execute("PRAGMA busy_timeout = 15000")
    conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, VALUE_LIMIT)
    for arguments in (1, 2):
        # SQLite's own gives an address of the process's memory away.
        conn.create_function("fts3_tokenizer", arguments, lambda *_: None)


@hookimpl
def asgi_wrapper(datasette: Datasette) -> Callable[[App], App]:
    """Headers and refusals for every response."""
    people = bool(framework.configuration(datasette))
    return lambda app: guarded(framework.uncounted(datasette, app), with_people=people)


@hookimpl(hookwrapper=True)
def handle_exception(datasette: Datasette, request: Request, exception: Exception) -> Generator[None, Any, None]:
    """Errors in the site's own words. Accidents are logged; their details are not for readers.

    A wrapper, since Datasette asks every plugin, and its own answer prints all local variables of the failed code.
    """
    outcome = yield
    outcome.force_result([_told(datasette, request, exception)])


def _told(datasette: Datasette, request: Request, exception: Exception) -> Response:
    status, message = framework.problem(exception) or (500, "This page could not be made. The log says why.")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _LOG.error("%s failed", request.path, exc_info=exception)
    if request.path.endswith(".json"):
        return framework.json({"ok": False, "error": message, "status": status, "title": None}, status=status)
    return framework.page(datasette, "error.html", {"error": message, "status": status}, status=status)


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")
_LINKS = {"fingerprint": "/findings/", "vendor_id": "/vendors/"}


@hookimpl
def render_cell(value: object, column: str, table: str | None, datasette: Datasette) -> Markup | None:
    """Text cells as text, never as links made of it; only fingerprints, vendors and rules lead to their own pages."""
    if not isinstance(value, str) or value == "":
        return None
    shown = text.visible(value)
    if len(shown) > CELL_LIMIT:
        shown = shown[:CELL_LIMIT] + "…"
    if column == "fingerprint":
        shown = shown[:12]
    if _TIME.fullmatch(value):
        return Markup('<time datetime="{}">{}</time>').format(value, f"{value[:10]} {value[11:19]} UTC")
    if table == "vendor_status" and column == "id":
        column = "vendor_id"
    if column in _LINKS:
        address = framework.site_url(datasette, _LINKS[column] + quote(value, safe=""))
    elif column in ("rule", "rule_id"):
        address = framework.site_url(datasette, "/rules") + "#" + quote(value, safe="")
    else:
        return escape(shown)
    return Markup('<a href="{}">{}</a>').format(address, shown)
