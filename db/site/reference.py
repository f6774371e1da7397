"""The pages that one looks things up in: services, cookies, runs, what changed between two, policy documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from auditor.model import StoreError
from db.artifacts import Artifacts
from db.site import across, documents, framework, runs
from db.site.framework import Datasette, NotFound, Request, Response
from db.site.pages import render

if TYPE_CHECKING:
    from db.site.queries import Row


async def services(datasette: Datasette, request: Request) -> Response:
    """All services, or the one that ``name`` asks for."""
    name = request.args.get("name")
    if name is None:
        found = await framework.read(datasette, across.services)
        return render(datasette, request, "audit_services.html", services=found)
    page = await framework.read(datasette, across.service, name)
    if page is None:
        raise NotFound("No vendor's last audit has that service.")
    return render(datasette, request, "audit_service.html", page=page)


async def cookies(datasette: Datasette, request: Request) -> Response:
    """The cookie or storage key that ``name`` asks for."""
    page = await framework.read(datasette, across.cookie, request.args.get("name") or "")
    if page is None:
        raise NotFound("No vendor's last audit has a cookie or storage key of that name.")
    return render(datasette, request, "audit_cookie.html", page=page)


async def search(datasette: Datasette, request: Request) -> Response:
    """What ``q`` is found in."""
    words = (request.args.get("q") or "")[:500]
    found = await framework.read(datasette, across.found, words)
    return render(datasette, request, "audit_search.html", words=words, found=found, limit=across.FOUND_LIMIT)


async def all_runs(datasette: Datasette, request: Request) -> Response:
    """The list of runs."""
    found = await framework.read(datasette, runs.runs)
    unfinished = await framework.read(datasette, runs.unfinished)
    return render(datasette, request, "audit_runs.html", runs=found, unfinished=unfinished)


async def run(datasette: Datasette, request: Request) -> Response:
    """How one run went."""
    page = await framework.read(datasette, runs.run, int(request.url_vars["run"]))
    if page is None:
        raise NotFound("There is no such run.")
    return render(datasette, request, "audit_run.html", page=page)


async def diff(datasette: Datasette, request: Request) -> Response:
    """What changed between two runs."""
    ends = sorted((int(request.url_vars["before"]), int(request.url_vars["after"])))
    page = await framework.read(datasette, runs.diff, *ends)
    if page is None:
        raise NotFound("There is no such run.")
    return render(datasette, request, "audit_diff.html", page=page, changes=runs.CHANGES)


async def policy(datasette: Datasette, request: Request) -> Response:
    """A policy document with its statements marked in place."""
    page = await _reading(datasette, request.url_vars["sha256"])
    text = _text(datasette, page)
    return render(
        datasette,
        request,
        "audit_policy.html",
        page=page,
        pieces=documents.annotated(text[: documents.TEXT_LIMIT], page["statements"]),
        cut=len(text) > documents.TEXT_LIMIT,
    )


async def policy_diff(datasette: Datasette, request: Request) -> Response:
    """What a later version of a policy says differently."""
    before, after = [await _reading(datasette, request.url_vars[end]) for end in ("before", "after")]
    lines = documents.changed_lines(_text(datasette, before), _text(datasette, after))
    return render(
        datasette,
        request,
        "audit_policy_diff.html",
        before=before,
        after=after,
        meaning=documents.compared(before, after),
        lines=lines,
    )


async def _reading(datasette: Datasette, sha256: str) -> Row:
    found = await framework.read(datasette, documents.reading, sha256)
    if found is None:
        raise NotFound("No document of that digest has been read.")
    return found


def _text(datasette: Datasette, page: Row) -> str:
    """The stored text of a document; empty where it is missing or was changed."""
    try:
        return (
            Artifacts(Path(framework.database_path(datasette)))
            .read(page["text_sha256"])
            .decode("utf-8", "surrogatepass")
        )
    except StoreError:
        return ""
