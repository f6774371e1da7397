"""Policy documents with what became of them, and declared things with the document that they stand in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from auditor.model import Claim as PolicyClaim
from auditor.model import (
    ConsentMechanism,
    DeclaredCategory,
    DeclaredCookie,
    DeclaredService,
    DeclaredTechnology,
    Outcome,
    QuotedDeclaration,
)

if TYPE_CHECKING:
    from auditor.model import PolicyDeclaration, PolicyDocument, Quote

#: Answers of a server that mean: there is no such document. Anything else may be a passing trouble.
_GONE = frozenset({404, 410})

Record = TypeVar(
    "Record", DeclaredCategory, DeclaredService, DeclaredCookie, DeclaredTechnology, ConsentMechanism, PolicyClaim
)


@dataclass(frozen=True, slots=True)
class PolicyReading:
    """A policy document and what became of it: read, known to be absent, or left unread for a reason.

    ``unread`` says why the document cannot be judged as a whole. A declaration may be there all the same, when only a
    part of the document could be understood: what it says counts, what it does not say does not.
    """

    document: PolicyDocument
    declaration: PolicyDeclaration | None = None
    unread: str | None = None

    @property
    def absent(self) -> bool:
        """Whether there certainly is no such document."""
        return self.declaration is None and self.unread is None


def why_unread(document: PolicyDocument) -> str | None:
    """Why a document cannot be judged; None where it was fetched, or where it certainly does not exist.

    A server's "not found" is an answer, and so is a search that looked everywhere (``source`` None, with ``tried``).
    A block, a time-out or a failing server is none.
    """
    if document.problem:
        return f"the policy at {document.source} was {_PROBLEMS.get(document.problem, document.problem)}"
    if document.outcome is Outcome.OK or is_absent(document):
        return None
    return f"the policy at {document.source} was not read: {document.outcome}{_detail(document.failure)}"


def is_absent(document: PolicyDocument) -> bool:
    """Whether the record of a fetch says that there is no document."""
    if document.outcome is Outcome.HTTP_ERROR:
        return document.http_status is None or document.http_status in _GONE
    return False


_PROBLEMS = {
    "too_large": "too large to be read",
    "binary": "no text document",
    "empty": "empty",
    "login": "behind a login",
}


def _detail(failure: str | None) -> str:
    return f" ({failure})" if failure else ""


@dataclass(frozen=True, slots=True)
class Declared(Generic[Record]):
    """A declared thing and where it stands. ``cmp`` names the consent tool where the policy text is not the source."""

    record: Record
    reading: PolicyReading | None = None
    cmp: str | None = None

    @property
    def source(self) -> str:
        """The one who declares, in words."""
        return f"the consent tool ({self.cmp})" if self.cmp else "the policy"

    @property
    def who(self) -> str:
        """The same at the beginning of a sentence; the tool's name keeps its letters."""
        return f"T{self.source[1:]}"

    def quotes(self) -> tuple[Quote, ...]:
        """The passages in which it is declared."""
        return self.record.evidence

    def quoted(self, quote: Quote | None = None) -> QuotedDeclaration | None:
        """One passage (the first unless given) with its document; None where a consent tool gave none."""
        chosen = quote or next(iter(self.quotes()), None)
        if chosen is None:
            return None
        return quotation(chosen, self.reading)


def quotation(quote: Quote, reading: PolicyReading | None) -> QuotedDeclaration:
    """A quote with its document."""
    document = reading.document if reading else None
    facts = reading.declaration.document if reading and reading.declaration else None
    return QuotedDeclaration(
        quote=quote.quote,
        start=quote.start,
        end=quote.end,
        url=(document.url or document.source if document else None) or (facts.url if facts else None),
        sha256=(document.sha256 if document else None) or (facts.sha256 if facts else None),
    )
