"""More hosts for layer 4: the entities of third-party-web, read from its JSON.

https://github.com/patrickhulce/third-party-web (MIT; installed by npm, not part of this project). Its categories say
what a company mostly does, not what a host is for: the answers are less certain than those of the bundled table, and
many categories say nothing about consent.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from auditor.domains import normal_host
from auditor.facts import HostFact
from auditor.lists import MAX_CHARACTERS, MAX_ROWS, ListError
from auditor.model import Category

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditor.services import ServiceNames

_N, _F, _P, _T = Category.STRICTLY_NECESSARY, Category.FUNCTIONAL, Category.PERFORMANCE, Category.TARGETING
_MEANINGS: dict[str, tuple[Category | None, tuple[Category, ...], str]] = {
    "ad": (_T, (), "ads"),
    "analytics": (_P, (_T,), "analytics"),
    "marketing": (_T, (_P, _F), "marketing_automation"),
    "tag-manager": (_F, (_N, _P), "tag_manager"),
    "customer-success": (_F, (_P,), "chat"),
    "video": (_F, (_T,), "video"),
    "cdn": (_N, (_F,), "cdn"),
    "consent-provider": (_N, (), "consent"),
}
"""Its categories that say what a host is for; the others name an owner only."""

_OWNER_ONLY: tuple[Category | None, tuple[Category, ...], str] = (None, (), "shared")
_MAX_NAME = 200
_ANY = "*."


def read_entities(text: str, names: ServiceNames) -> tuple[HostFact, ...]:
    """The hosts of ``entities.json``, each once; entries without a name or host are left out.

    ``names`` gives the project's name to a service that it knows. Raises ``ListError`` where the text is too large,
    is no such JSON, or holds no host.
    """
    if len(text) > MAX_CHARACTERS:
        raise ListError(f"This is no third-party-web: it is longer than {MAX_CHARACTERS:,} characters.")
    try:
        entities = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ListError(f"third-party-web cannot be read: {error}.") from error
    if not isinstance(entities, list):
        raise ListError("This is no third-party-web: it is no list.")
    rows = {row.host: row for entity in entities if isinstance(entity, dict) for row in _hosts(entity, names)}
    if not rows or len(rows) > MAX_ROWS:
        raise ListError(f"This is no third-party-web: it has {len(rows):,} hosts.")
    return tuple(rows.values())


def _hosts(entity: Mapping[str, object], names: ServiceNames) -> Iterator[HostFact]:
    name, domains, company = entity.get("name"), entity.get("domains"), entity.get("company")
    if not isinstance(name, str) or not name or not isinstance(domains, list):
        return
    category, also, role = _MEANINGS.get(str(entity.get("category")), _OWNER_ONLY)
    for domain in domains:
        host = normal_host(domain.removeprefix(_ANY)) if isinstance(domain, str) else None
        if host is not None:
            yield HostFact(
                host=host,
                service=names.preferred(name[:_MAX_NAME]),
                category=category,
                also_declared_as=also,
                role=role,
                entity=company[:_MAX_NAME] if isinstance(company, str) and company else name[:_MAX_NAME],
                subdomains=domain.startswith(_ANY),
            )
