"""The ids of vendors' sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.reduction import storable
from db.write import insert

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database


def site_id(database: Database, vendor: str, url: str) -> int:
    """The id of a vendor's site, which is added when it is new."""
    found = database.execute("SELECT id FROM sites WHERE vendor_id = ? AND url = ?", [vendor, storable(url)]).fetchone()
    return int(found[0]) if found else insert(database, "sites", {"vendor_id": vendor, "url": storable(url)})


def site_ids(database: Database, vendor: str, urls: Iterable[str]) -> dict[str, int]:
    """The id of each of a vendor's sites, asked for once."""
    return {url: site_id(database, vendor, url) for url in dict.fromkeys(urls)}
