"""Lines that say in a noun what cookies of a kind wait for ("Analytics cookies: explicit consent of the user")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import Category, Claim
from auditor.policy.prose import kinds_of_cookies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes

CONFIDENCE = 0.8
FEWEST_WORDS = 2  # a bare "consent" may be what a cookie stores
MOST_WORDS = 7
AGAINST = ("negation", "withdraw", "legitimate", "newsletter", "without_consent", "exempt")
_EVERYDAY = (Category.STRICTLY_NECESSARY, Category.UNCLASSIFIED)


def consents_named(reading: Reading, categories: Categories, scopes: Scopes) -> Iterator[Claim]:
    """A claim ``consent_before_setting`` for each category whose line names consent and nothing against it."""
    for sentence in reading.cookie_sentences:
        label, colon, rest = sentence.view.folded.partition(":")
        runs = kinds_of_cookies(reading, label) if colon and _is_consent(reading, rest) else []
        for category in dict.fromkeys(word.category for run in runs for word in run):
            if category in _EVERYDAY:
                continue
            declared = next((c for c in categories.declared if c.canonical is category), None)
            yield Claim(
                id="", type="consent_before_setting", subject_kind="category", subject_value=category.value,
                strength="absolute", tests=("cookies_before_consent",),
                scope_ids=declared.scope_ids if declared else scopes.web, evidence=(sentence.view.quote(),),
                confidence=CONFIDENCE,
            )  # fmt: skip


def _is_consent(reading: Reading, rest: str) -> bool:
    words = reading.words
    if not FEWEST_WORDS <= len(rest.split()) <= MOST_WORDS or words.cues("concepts", "consent").first(rest) is None:
        return False
    return not any(words.cues("concepts", name).first(rest) for name in AGAINST)
