"""Serves a database: Datasette with the project's pages and the settings that make it safe."""

from __future__ import annotations

import hmac
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn

from db.connection import check_readable, installation_key
from db.site import framework, plugin
from db.site.access import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from db.site.access import Access
    from db.site.framework import Datasette

SETTINGS = {
    "allow_download": False,
    "suggest_facets": False,
    "allow_facet": False,
    "sql_time_limit_ms": 1000,
    "facet_time_limit_ms": 150,
    "default_page_size": 50,
    "max_returned_rows": 2000,
    "max_csv_mb": 50,
    "default_cache_ttl": 0,
}
METADATA = "datasette-metadata.json"
_FOLDER = Path(__file__).parent
# Names whose pages the site's own addresses would hide.
_TAKEN = frozenset({"vendors", "findings", "rules", "services", "cookies", "runs", "policies", "search"})


def metadata() -> dict[str, Any]:
    """The published metadata: beside the source, or where the wheel puts shared data."""
    for path in _places():
        if path.is_file():
            return dict(json.loads(path.read_text("utf-8")))
    message = f"{METADATA} is missing from this installation"
    raise FileNotFoundError(message)


def _places() -> Iterator[Path]:
    yield _FOLDER.parents[1] / METADATA
    yield Path(sys.prefix) / "share" / "consent-audit" / METADATA


def build_app(db_path: Path, access: Access | None = None) -> Datasette:
    """Datasette for this database, with the site's pages. ``.app()`` is the ASGI application.

    Without ``access`` everybody reads and nobody writes. Raises StoreError for a file that is missing, not a database,
    somebody else's or of a newer schema.
    """
    check_readable(db_path)
    described = {**metadata(), **_permissions(access)}
    name = f"{db_path.stem}-db" if db_path.stem in _TAKEN else db_path.stem
    (tables,) = described["databases"].values()
    described["databases"] = {name: tables}
    return framework.build(
        db_path,
        name=name,
        plugin=plugin,
        metadata=described,
        settings=SETTINGS,
        templates=_FOLDER / "templates",
        static=("-/audit", _FOLDER / "static"),
        secret=hmac.digest(installation_key(db_path), b"cookies of the published site", "sha256").hex(),
    )


def _permissions(access: Access | None) -> dict[str, Any]:
    if access is None:
        return {}
    own = {
        "user_header": access.user_header,
        "passwords": any(user.password_hash for user in access.users),
        "roles": {user.name: user.role for user in access.users},
    }
    allowed = {} if access.public else {"allow": {"role": list(ROLES)}}
    return {"plugins": {framework.PLUGIN: own, **access.plugins()}, **allowed}


def serve(db_path: Path, host: str = "127.0.0.1", port: int = 8001, access: Access | None = None) -> None:
    """Serves the database until interrupted. Raises StoreError as `build_app` does."""
    app = framework.application(build_app(db_path, access))
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False)
