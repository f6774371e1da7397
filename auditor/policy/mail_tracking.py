"""E-mails among the places that cookies are used in, or among what they are used to watch."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading
    from auditor.policy.cues import Found

PATH = ("technologies", "email_pixels")


def tracked_mail(reading: Reading, sentence: Sentence) -> Found | None:
    """The words of e-mails in a sentence that says that cookies are used in them, or to see who engages with them.

    Not those of a purpose ("we use cookies to show you offers on our website and in our e-mails").
    """
    folded = sentence.view.folded
    if not reading.mentions_cookies(sentence.view) or reading.words.cues("cookies_in_use").first(folded) is None:
        return None
    engaged = reading.words.cues(*PATH, "engaged").first(folded)
    return engaged or next(
        (one for one in reading.words.cues(*PATH, "where").all(folded) if _used_there(reading, folded, one)), None
    )


def _used_there(reading: Reading, folded: str, mail: Found) -> bool:
    """Do cookies and their use stand before a place in e-mails, and no purpose between them?"""
    uses = reading.words.cues("use").all(folded[: mail.start])
    cookies = reading.labels.cookie.all(folded[: mail.start])
    if not uses or not cookies:
        return False
    between = folded[max(uses[-1].end, cookies[-1].end) : mail.start]
    return reading.words.cues("purpose_preposition").first(between) is None
