"""Readers of consent signals that several CMPs share: IAB TCF and US Privacy, Google consent mode.

Sources: ``auditor.tcf``; https://github.com/InteractiveAdvertisingBureau/USPrivacy;
https://developers.google.com/tag-platform/security/guides/consent. As in ``auditor.consent_formats``, a reader
returns None where the text is not of its shape, and never raises.
"""

from __future__ import annotations

import re

from auditor.consent_reading import Reading, members, parsed, texts_of
from auditor.consent_words import NON_ESSENTIAL
from auditor.model import Category
from auditor.tcf import PURPOSE_CATEGORIES, read_tc_string

_STATES = ("granted", "denied")
_GCS = re.compile(r"G1([01-])([01-])")
_USPRIVACY = re.compile(r"1[YNyn-]([YNyn-])[YNyn-]")


def tcf(raw: str) -> Reading | None:
    """IAB TCF v2: a category is granted when one of its purposes is consented to."""
    string = read_tc_string(raw)
    if string is None:
        return None
    granted = tuple({category for number, category in PURPOSE_CATEGORIES.items() if number in string.consents})
    return Reading(
        items=tuple((f"purpose {number}", number in string.consents) for number in PURPOSE_CATEGORIES),
        granted=granted,
        denied=tuple(category for category in NON_ESSENTIAL if category not in granted),
        legitimate_interests=tuple(sorted(string.legitimate_interests)),
    )


def usprivacy(raw: str) -> Reading | None:
    """US Privacy string ``1YNN``: the third character says whether the visitor opted out of the sale of data."""
    found = _USPRIVACY.fullmatch(raw)
    if found is None:
        return None
    return Reading(denied=(Category.TARGETING,) if found.group(1) in "Yy" else ())


def consent_mode(raw: str) -> Reading | None:
    """Google consent mode: the settings of a default or update command, or the whole command as a list."""
    command = parsed(raw)
    answered = None
    if isinstance(command, list):
        answered = "update" in command[:2]
        command = next((part for part in command if isinstance(part, dict)), None)
    settings = members(command)
    items = tuple((key, settings[key] == "granted") for key in texts_of(settings) if settings[key] in _STATES)
    return Reading(items=items, answered=answered) if items else None


def gcs(raw: str) -> Reading | None:
    """``gcs=G1<ad_storage><analytics_storage>``; a dash says that consent mode is not in use."""
    found = _GCS.fullmatch(raw)
    if found is None:
        return None
    states = zip(("ad_storage", "analytics_storage"), found.groups(), strict=True)
    return Reading(items=tuple((key, state == "1") for key, state in states if state != "-"))
