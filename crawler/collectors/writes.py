"""What was heard to be done to the jar: writes of single cookies, and answers that clear those of a whole site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.model import SetBy
    from crawler.collectors.setcookie import Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A write that was heard.

    ``partition`` and ``foreign``: where it goes if it is a partitioned one. ``causes``: who wrote it, nearest first,
    up to the page. ``seen``: it was read back at once. ``suspicion``: why the browser may have refused it without a
    word.
    """

    at_ms: float
    by: SetBy
    cookie: Written
    partition: str | None
    causes: tuple[str, ...]
    foreign: bool = False
    reasons: tuple[str, ...] = ()
    suspicion: str | None = None
    seen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearing:
    """An answer that had the browser forget all cookies of a site (registrable domain). ``causes`` as of a write."""

    at_ms: float
    site: str
    causes: tuple[str, ...]
