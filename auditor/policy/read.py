"""A policy document becomes a declaration: the readers of each subject in order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.model import DocumentFacts, PolicyDeclaration
from auditor.policy.blocks import MAX_SENTENCES
from auditor.policy.categories import read_categories
from auditor.policy.category_consent import with_consent
from auditor.policy.claims import read_claims
from auditor.policy.consent import read_consent
from auditor.policy.context import Reading
from auditor.policy.contradictions import read_contradictions
from auditor.policy.cookies import read_cookies
from auditor.policy.dates import read_last_updated
from auditor.policy.denied_categories import denied_categories
from auditor.policy.labels import labels
from auditor.policy.language import detect
from auditor.policy.raw_quotes import in_file
from auditor.policy.retention import read_retention, with_lifetimes
from auditor.policy.scopes import read_scopes
from auditor.policy.services import read_services
from auditor.policy.silences import disclosure_level, silences
from auditor.policy.source import Source, read_source
from auditor.policy.technologies import read_technologies
from auditor.policy.unused import with_use
from auditor.policy.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.model import Claim
    from auditor.policy.blocks import Document

OPENING = 6
START = 30


def read_policy(
    content: bytes,
    *,
    name: str | None = None,
    url: str | None = None,
    content_type: str | None = None,
    vendor: str | None = None,
) -> PolicyDeclaration:
    """What the policy in a file declares (policy-declaration/1).

    ``name`` is the file's name: the kind of file is recognised by its content, but quotes of a ".md" file with tags are
    cut from the file.
    ``content_type`` (an HTTP header value) helps with the charset; ``url`` and ``vendor`` help to tell the vendor's own
    hosts and services from others'. Pure: the same bytes give the same declaration.
    Raises PolicyError with problem ``too_large``, ``binary``, ``empty`` or ``login``.
    """
    source = read_source(content, content_type=content_type, name=name)
    language = detect(source.text)
    words = wording(language)
    reading = Reading(source.document, words, labels(words.language), _kind(source.document, language), vendor, url)
    facts = _facts(source, language, reading.kind, name, url, vendor)
    declared = _declaration(reading, facts)
    return declared if source.file_text is None else in_file(declared, source.file_text)


def _facts(
    source: Source, language: str, kind: str, name: str | None, url: str | None, vendor: str | None
) -> DocumentFacts:
    identity = (name or url or source.sha256[:12]).rsplit("/", 1)[-1].rsplit(".", 1)[0] or source.sha256[:12]
    return DocumentFacts(
        id=identity, vendor=vendor, kind=kind, language=language, url=url, file=name, encoding=source.encoding,
        sha256=source.sha256, text_basis=source.basis, text_length=len(source.text),
    )  # fmt: skip


def _kind(document: Document, language: str) -> str:
    """Privacy policy or cookie policy, by the opening headings; else by how much of the text is about cookies."""
    words = wording(language)
    opening = [block.view.folded for _, block in document.blocks() if block.kind == "heading"][:OPENING]
    for text in opening[:3]:
        for kind in ("privacy_policy", "cookie_policy"):
            if words.cues("policy_kinds", kind).first(text):
                return kind
    blocks = [block.view.folded for _, block in document.blocks()]
    if blocks and words.cues("cookie").first(blocks[0][:START]):
        return "cookie_policy"  # it begins with what cookies are
    about = sum(words.cues("cookie").first(text) is not None for text in blocks)
    return "cookie_policy" if about * 4 > len(blocks) or not blocks else "privacy_policy"


def _declaration(reading: Reading, facts: DocumentFacts) -> PolicyDeclaration:
    scopes = read_scopes(reading)
    categories = read_categories(reading, scopes)
    cookies = read_cookies(reading, categories, scopes)
    technologies = read_technologies(reading, cookies)
    mentioned = any(technology.name == "cookies" for technology in technologies)
    services = read_services(reading, categories, scopes)
    claims = read_claims(reading, categories, scopes)
    retention = read_retention(reading, categories, cookies)
    declared = with_use(reading, categories, with_consent(reading, categories.declared, claims), claims)
    says_more = bool(services) or any(one.declared and one.name != "cookies" for one in technologies)
    draft = PolicyDeclaration(
        document=facts,
        text=reading.document.origin.text,
        last_updated=read_last_updated(reading),
        disclosure_level=disclosure_level(
            mentioned=mentioned,
            used=cookies_used(reading, () if says_more else claims),
            categories=categories.declared,
            cookies=cookies,
        ),
        scopes=scopes.scopes,
        categories=(*declared, *denied_categories(reading, declared, claims)),
        services=services,
        cookies=with_lifetimes(cookies, retention),
        technologies=technologies,
        consent=read_consent(reading, scopes),
        retention=retention,
        claims=claims,
    )
    if len(reading.document.sentences) == MAX_SENTENCES:
        draft = replace(draft, notes=(f"only the first {MAX_SENTENCES} sentences were read",))
    draft = replace(draft, contradictions=read_contradictions(reading, draft, categories))
    return replace(draft, silent_on=silences(draft))


def cookies_used(reading: Reading, claims: Iterable[Claim]) -> bool:
    """Does any sentence say that cookies are used: not merely name them, nor claim that there are none?"""
    cues = reading.words.cues("cookies_in_use")
    denials = {quote.start for claim in claims if claim.type == "cookies_unused" for quote in claim.evidence}
    return any(
        cues.first(sentence.view.folded) and sentence.view.quote().start not in denials
        for sentence in reading.document.sentences
    )
