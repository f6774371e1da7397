"""Downloads lists from their public addresses: only what changed, never more than the limit, whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from auditor.lists import ListError
from crawler.lists import MAX_BYTES, confirm, folder, in_force, keep

if TYPE_CHECKING:
    from crawler.lists import Kind, Listed

TIMEOUT_S = 30.0
_MAX_REDIRECTS = 5
_NOT_MODIFIED, _OK = 304, 200


def update(kind: Kind, address: str | None = None) -> tuple[Listed, bool]:
    """Fetch a list if it changed: (what is in force now, whether it is new).

    Args:
        kind: which.
        address: another address than the public one, such as a mirror.

    Raises:
        ListError: it was not reached, is too large or no such list; what was in force stays.
    """
    url = address or kind.address
    before = in_force().get(kind.id)
    known = before if before is not None and before.source == url and (folder() / kind.file).exists() else None
    try:
        with (
            httpx.Client(timeout=TIMEOUT_S, follow_redirects=True, max_redirects=_MAX_REDIRECTS) as client,
            client.stream("GET", url, headers=_conditions(known)) as answer,
        ):
            if answer.status_code == _NOT_MODIFIED and known is not None:
                return confirm(known), False
            if answer.status_code != _OK:
                raise ListError(f"{kind.name}: {url} answered {answer.status_code}.")
            content = _bounded(answer, kind)
            etag, modified = answer.headers.get("etag"), answer.headers.get("last-modified")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        why = str(error) or type(error).__name__
        raise ListError(f"{kind.name} was not fetched from {url}: {why}. What was in force stays.") from error
    return keep(content, kind, url, etag=etag, last_modified=modified), True


def _conditions(known: Listed | None) -> dict[str, str]:
    if known is None:
        return {}
    conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in conditions.items() if value}


def _bounded(answer: httpx.Response, kind: Kind) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in answer.iter_bytes():
        size += len(part)
        if size > MAX_BYTES:
            raise ListError(f"{kind.name}: {answer.url} is larger than {MAX_BYTES:,} bytes.")
        parts.append(part)
    return b"".join(parts)
