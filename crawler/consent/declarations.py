"""What CMPs declare about cookies and services."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.model import CmpDeclaration
    from crawler.consent.worlds import Worlds


async def read_declaration(worlds: Worlds) -> CmpDeclaration | None:
    """None."""
    del worlds
    return None
