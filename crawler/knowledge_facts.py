"""Which tables and lists are in force: what a run records, and what a later judgement is compared with."""

from __future__ import annotations

import hashlib

from auditor.domains import suffix_list_date
from auditor.facts import read_table
from crawler.assets import asset
from crawler.lists import in_force, kind_of

ENTITIES = "third-party-web/dist/entities.json"
_BUNDLED = ("known_cookies.json", "known_hosts.json", "services.json", "name_families.json")


def knowledge_facts() -> dict[str, str]:
    """Names of the tables and lists in force, with the SHA-256 or the date of each: what a run records."""
    facts = {f"bundled {name}": str(read_table(name)["date"]) for name in _BUNDLED}
    facts["Public Suffix List"] = suffix_list_date()
    facts |= {kind_of(kind).name: f"sha256 {listed.sha256}" for kind, listed in in_force().items()}
    installed = asset(ENTITIES)
    if "third-party-web" not in facts and installed is not None:
        facts["third-party-web"] = f"sha256 {hashlib.sha256(installed.read_bytes()).hexdigest()}"
    return facts
