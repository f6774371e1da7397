"""What may be wrong with a stored database."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from db.migrations import migrations
from db.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlite_utils import Database

    from db.artifacts import Artifacts

_COUNTS = (
    (
        "runs whose number of stored visits is wrong",
        "SELECT count(*) FROM runs r WHERE stored <> (SELECT count(*) FROM visits WHERE run_id = r.id)",
    ),
    (
        "stored visits that no plan names",
        "SELECT count(*) FROM visits v WHERE NOT EXISTS (SELECT 1 FROM planned_visits WHERE visit_id = v.id)",
    ),
    (
        "requests without a kind",
        "SELECT count(*) FROM requests r WHERE NOT EXISTS (SELECT 1 FROM request_kinds WHERE id = r.kind_id)",
    ),
    (
        "findings without a statement",
        "SELECT count(*) FROM findings f WHERE NOT EXISTS"
        " (SELECT 1 FROM statements WHERE finding_id = f.id AND run_id = f.last_run_id)",
    ),
)


def problems(database: Database, path: Path, artifacts: Artifacts) -> tuple[str, ...]:
    """Damage of the file, broken references, missing parts of the schema, changed artifacts, a readable key."""
    return tuple(_problems(database, path, artifacts))


def _problems(database: Database, path: Path, artifacts: Artifacts) -> Iterator[str]:
    for (said,) in database.execute("PRAGMA quick_check").fetchall():
        if said != "ok":
            yield f"damaged: {said}"
    for row in database.execute("PRAGMA foreign_key_check").fetchall():
        yield f"broken reference: {row[0]} row {row[1]} points at a missing row of {row[2]}"
    for migration in migrations.pending(database):
        yield f"migration {migration.name} was not applied"
    views = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall()}
    yield from (f"view {view.name} is missing" for view in VIEWS if view.name not in views)
    for what, query in _COUNTS:
        if count := database.execute(query).fetchone()[0]:
            yield f"{count} {what}"
    digests = database.execute("SELECT sha256 FROM artifacts ORDER BY sha256").fetchall()
    yield from artifacts.damaged(digest for (digest,) in digests)
    key = path.with_name(f"{path.stem}.key")
    if key.exists() and stat.S_IMODE(key.stat().st_mode) & 0o077:
        yield f"the key {key} can be read by others: chmod 600 it"
