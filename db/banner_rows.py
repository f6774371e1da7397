"""Banners as rows: what was found of a banner, its switches and how its controls look."""

from __future__ import annotations

from typing import Any

from auditor.model import Banner, BannerSwitch, ControlLook, Prominence
from db.codec import Row, dump, load, optional_integer, optional_text, real, texts, texts_from
from db.reduction import clean, clean_lines, integer

Box = tuple[float, float, float, float]


def banner_to_row(banner: Banner) -> Row:
    """Row of ``banners`` without its visit."""
    return {
        "detected_by": texts(banner.detected_by),
        "cmp": optional_text(banner.cmp),
        "layers": integer(banner.layers),
        "accept_clicks": optional_integer(banner.accept_clicks),
        "reject_clicks": optional_integer(banner.reject_clicks),
        "pre_ticked": integer(banner.pre_ticked),
        "wall": int(banner.wall),
        "text": clean_lines(banner.text),
        "language": optional_text(banner.language),
        "box": None if banner.box is None else dump(_numbers(banner.box)),
        "covers": real(banner.covers),
        "scroll_locked": int(banner.scroll_locked),
        "pay_option": int(banner.pay_option),
        "switches": dump([_switch(switch) for switch in banner.switches]),
        "prominence": None if banner.prominence is None else dump(_prominence(banner.prominence)),
    }


def banner_from_row(row: Row) -> Banner:
    """The banner of a row of ``banners``."""
    return Banner(
        detected_by=texts_from(row["detected_by"]),
        cmp=row["cmp"],
        layers=row["layers"],
        accept_clicks=row["accept_clicks"],
        reject_clicks=row["reject_clicks"],
        pre_ticked=row["pre_ticked"],
        wall=bool(row["wall"]),
        text=row["text"],
        language=row["language"],
        box=None if row["box"] is None else _box(load(row["box"])),
        covers=row["covers"],
        scroll_locked=bool(row["scroll_locked"]),
        pay_option=bool(row["pay_option"]),
        switches=tuple(BannerSwitch(**switch) for switch in load(row["switches"])),
        prominence=None if row["prominence"] is None else _prominence_from(load(row["prominence"])),
    )


def _numbers(box: Box) -> list[float]:
    return [real(side) for side in box]


def _box(sides: list[float]) -> Box:
    x, y, width, height = (float(side) for side in sides)
    return (x, y, width, height)


def _switch(switch: BannerSwitch) -> dict[str, Any]:
    return {
        "label": clean(switch.label),
        "kind": clean(switch.kind),
        "layer": switch.layer,
        "on": switch.on,
        "locked": switch.locked,
        "essential": switch.essential,
    }


def _prominence(facts: Prominence) -> dict[str, Any]:
    return {
        "accept": None if facts.accept is None else _look(facts.accept),
        "reject": None if facts.reject is None else _look(facts.reject),
        "distance": None if facts.distance is None else real(facts.distance),
    }


def _prominence_from(facts: dict[str, Any]) -> Prominence:
    return Prominence(
        accept=None if facts["accept"] is None else _look_from(facts["accept"]),
        reject=None if facts["reject"] is None else _look_from(facts["reject"]),
        distance=facts["distance"],
    )


def _look(look: ControlLook) -> dict[str, Any]:
    return {
        "text": clean(look.text),
        "element": clean(look.element),
        "layer": look.layer,
        "box": _numbers(look.box),
        "font_px": real(look.font_px),
        "font_weight": look.font_weight,
        "contrast": None if look.contrast is None else real(look.contrast),
        "fill": None if look.fill is None else real(look.fill),
        "bordered": look.bordered,
        "underlined": look.underlined,
    }


def _look_from(facts: dict[str, Any]) -> ControlLook:
    return ControlLook(**{**facts, "box": _box(facts["box"])})
