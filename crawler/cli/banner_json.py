"""A banner in the observation record: what was found, its switches, and how its controls look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from auditor.model import Banner, BannerSwitch, ControlLook, Prominence


def banner_to_json(banner: Banner | None) -> dict[str, Any] | None:
    """The record's ``banner``; ``None`` where none was found."""
    if banner is None:
        return None
    return {
        "detected_by": list(banner.detected_by),
        "cmp": banner.cmp,
        "layers": banner.layers,
        "accept_clicks": banner.accept_clicks,
        "reject_clicks": banner.reject_clicks,
        "pre_ticked": banner.pre_ticked,
        "wall": banner.wall,
        "text": banner.text,
        "language": banner.language,
        "box": list(banner.box) if banner.box else None,
        "covers": banner.covers,
        "scroll_locked": banner.scroll_locked,
        "pay_option": banner.pay_option,
        "switches": [_switch(switch) for switch in banner.switches],
        "prominence": _prominence(banner.prominence),
    }


def _switch(switch: BannerSwitch) -> dict[str, Any]:
    return {
        "label": switch.label,
        "kind": switch.kind,
        "layer": switch.layer,
        "on": switch.on,
        "locked": switch.locked,
        "essential": switch.essential,
    }


def _prominence(facts: Prominence | None) -> dict[str, Any] | None:
    if facts is None:
        return None
    return {"accept": _look(facts.accept), "reject": _look(facts.reject), "distance": facts.distance}


def _look(look: ControlLook | None) -> dict[str, Any] | None:
    if look is None:
        return None
    return {
        "text": look.text,
        "element": look.element,
        "layer": look.layer,
        "box": list(look.box),
        "font_px": look.font_px,
        "font_weight": look.font_weight,
        "contrast": look.contrast,
        "fill": look.fill,
        "bordered": look.bordered,
        "underlined": look.underlined,
    }
