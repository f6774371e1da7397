"""Readers of consent signals that several CMPs share: IAB TCF, GPP and US Privacy, Google consent mode.

Sources: ``auditor.tcf``; ``auditor.gpp``; https://github.com/InteractiveAdvertisingBureau/USPrivacy;
https://developers.google.com/tag-platform/security/guides/consent. As in ``auditor.consent_formats``, a reader
returns None where the text is not of its shape, and never raises.
"""

from __future__ import annotations

import re

from auditor.consent_reading import Reading, members, parsed, texts_of
from auditor.consent_words import NON_ESSENTIAL
from auditor.gpp import read_gpp
from auditor.model import Category
from auditor.tcf import PURPOSE_CATEGORIES, TcString, read_tc_string

_STATES = ("granted", "denied")
_GCS = re.compile(r"G1([01-])([01-])")
_GCD = re.compile(r"1\d([a-z])\d([a-z])\d([a-z])\d([a-z])\d*")
_SIGNALS = ("ad_storage", "analytics_storage", "ad_user_data", "ad_personalization")
_GCD_GRANTED = frozenset("trnv")
_GCD_DENIED = frozenset("pqmu")
_GCD_UPDATED = frozenset("qrmnuv")
_TC_INSIDE = re.compile(r"\bC[A-Za-z0-9_-]{30,2000}(?:\.[A-Za-z0-9_-]{1,4000}){0,3}")
_USPRIVACY = re.compile(r"1[YNyn-]([YNyn-])[YNyn-]")


def tcf(raw: str) -> Reading | None:
    """IAB TCF v2: a category is granted when one of its purposes is consented to."""
    string = read_tc_string(raw)
    return None if string is None else _purposes(string)


def tcf_inside(raw: str) -> Reading | None:
    """A record that holds a TC string among other things, such as Google's ``FCCDCF``."""
    found = _TC_INSIDE.search(raw)
    return tcf(found.group()) if found else None


def gpp(raw: str) -> Reading | None:
    """IAB GPP: the European section as a TC string, and the opt-outs of the sections for the United States."""
    string = read_gpp(raw)
    if string is None:
        return None
    europe = _purposes(string.tcf) if string.tcf is not None else Reading()
    opted_out = any(out for _, out in string.opt_outs)
    return Reading(
        items=(*europe.items, *((use, not out) for use, out in string.opt_outs)),
        granted=europe.granted,
        denied=(*europe.denied, *((Category.TARGETING,) if opted_out else ())),
        legitimate_interests=europe.legitimate_interests,
    )


def _purposes(string: TcString) -> Reading:
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
    given = {"Y": False, "N": True}.get(found.group(1).upper())
    return Reading(
        items=() if given is None else (("sale of data", given),),
        denied=(Category.TARGETING,) if given is False else (),
    )


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


def gcd(raw: str) -> Reading | None:
    """``gcd``: a letter for each signal says its default, and what an update made of it."""
    found = _GCD.fullmatch(raw)
    if found is None:
        return None
    letters = tuple(zip(_SIGNALS, found.groups(), strict=True))
    known = tuple((key, letter in _GCD_GRANTED) for key, letter in letters if letter in _GCD_GRANTED | _GCD_DENIED)
    return Reading(items=known, answered=any(letter in _GCD_UPDATED for _, letter in letters) if known else None)
