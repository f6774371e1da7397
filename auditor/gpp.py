"""IAB Global Privacy Platform strings: a header that lists sections, and the sections themselves.

Layout and section ids: https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform ("GPP String and Section
Information"; each state's section under Sections/US-States). The US sections hold, after the notices, whether the
visitor opted out: 0 does not apply, 1 opted out, 2 did not opt out.
"""

from __future__ import annotations

from dataclasses import dataclass

from auditor.tcf import TcString, bits_of, read_tc_string

HEADER_TYPE = 3
TCF_EU = 2
_USP_V1 = 6
_FIBONACCI = [1, 2]
_MAX_SECTIONS = 64
_OPTED_OUT = 1

#: Section id -> (name, fields before the first opt-out field, opt-out fields), each field of two bits after a version
#: of six. Opt-outs come in the order sale, sharing (where there is one), targeted advertising.
_US_SECTIONS = {
    7: ("usnat", 6, ("sale", "sharing", "targeted advertising")),
    8: ("usca", 3, ("sale", "sharing")),
    9: ("usva", 3, ("sale", "targeted advertising")),
    10: ("usco", 3, ("sale", "targeted advertising")),
    11: ("usut", 4, ("sale", "targeted advertising")),
    12: ("usct", 3, ("sale", "targeted advertising")),
    13: ("usfl", 3, ("sale", "targeted advertising")),
    14: ("usmt", 3, ("sale", "targeted advertising")),
    15: ("usor", 3, ("sale", "targeted advertising")),
    16: ("ustx", 3, ("sale", "targeted advertising")),
    17: ("usde", 3, ("sale", "targeted advertising")),
    18: ("usia", 4, ("sale", "targeted advertising")),
    19: ("usne", 3, ("sale", "targeted advertising")),
    20: ("usnh", 3, ("sale", "targeted advertising")),
    21: ("usnj", 3, ("sale", "targeted advertising")),
    22: ("ustn", 3, ("sale", "targeted advertising")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GppString:
    """A GPP string: ids of its sections, opt-outs as (section and use, opted out), and the European section."""

    sections: tuple[int, ...]
    opt_outs: tuple[tuple[str, bool], ...] = ()
    tcf: TcString | None = None


def read_gpp(raw: str) -> GppString | None:
    """A GPP string; None where the text is none. Never raises."""
    header, *texts = raw.strip().split("~")[: _MAX_SECTIONS + 1]
    ids = _section_ids(bits_of(header))
    if ids is None or len(ids) != len(texts):
        return None
    opt_outs: list[tuple[str, bool]] = []
    tcf = None
    for number, text in zip(ids, texts, strict=True):
        if number == TCF_EU:
            tcf = read_tc_string(text)
        elif number == _USP_V1 and text[:1] == "1" and text[2:3].upper() in {"Y", "N"}:
            opt_outs.append(("uspv1 sale", text[2:3].upper() == "Y"))
        else:
            opt_outs.extend(_us_opt_outs(number, bits_of(text.partition(".")[0])))
    return GppString(sections=tuple(ids), opt_outs=tuple(opt_outs), tcf=tcf)


def _us_opt_outs(number: int, bits: str) -> list[tuple[str, bool]]:
    if number not in _US_SECTIONS:
        return []
    name, notices, uses = _US_SECTIONS[number]
    found = []
    for position, use in enumerate(uses):
        at = 6 + 2 * (notices + position)
        field = bits[at : at + 2]
        if len(field) == 2 and int(field, 2) in {1, 2}:
            found.append((f"{name} {use}", int(field, 2) == _OPTED_OUT))
    return found


def _section_ids(bits: str) -> list[int] | None:
    """The ids in a header: six bits of type, six of version, a count of twelve, then ranges in Fibonacci coding."""
    if len(bits) < 24 or int(bits[:6], 2) != HEADER_TYPE:
        return None
    count, at, last = int(bits[12:24], 2), 24, 0
    ids: list[int] = []
    for _ in range(min(count, _MAX_SECTIONS)):
        several = bits[at : at + 1] == "1"
        first, at = _fibonacci(bits, at + 1)
        if first is None:
            return None
        start = end = last + first
        if several:
            more, at = _fibonacci(bits, at)
            if more is None:
                return None
            end = start + more
        ids.extend(range(start, min(end, start + _MAX_SECTIONS) + 1))
        last = end
    return ids


def _fibonacci(bits: str, at: int) -> tuple[int | None, int]:
    """A number in Fibonacci coding from bit ``at``, which ends with two ones; and the bit behind it."""
    value, previous = 0, "0"
    for position, bit in enumerate(bits[at : at + 40]):
        if bit == "1" and previous == "1":
            return value, at + position + 1
        if bit == "1":
            value += _term(position)
        previous = bit
    return None, at


def _term(position: int) -> int:
    while len(_FIBONACCI) <= position:
        _FIBONACCI.append(_FIBONACCI[-1] + _FIBONACCI[-2])
    return _FIBONACCI[position]
