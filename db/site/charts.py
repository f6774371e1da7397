"""Charts as SVG made on the server: no script, prints, and passes a strict content security policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from db.site.queries import SEVERITIES
from db.site.text import count, day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.site.queries import Row

_HEIGHT = 120
_BAR = 28
_GAP = 14


def trend_chart(runs: Sequence[Row]) -> Markup | None:
    """Stacked bars of the findings seen in each run, oldest first; None with fewer than two runs to compare."""
    if len(runs) < 2:
        return None
    most = max(sum(run[severity] for severity in SEVERITIES) for run in runs) or 1
    width = len(runs) * (_BAR + _GAP) + _GAP
    bars = Markup("").join(_bar(run, place, most) for place, run in enumerate(runs))
    title = f"Findings seen in each of the last {len(runs)} runs"
    return Markup(
        '<svg class="chart" role="img" viewBox="0 0 {} {}" width="{}" height="{}" aria-label="{}">'
        '<line class="axis" x1="0" x2="{}" y1="{}" y2="{}"/>{}</svg>'
    ).format(width, _HEIGHT + 36, width, _HEIGHT + 36, title, width, _HEIGHT + 18, _HEIGHT + 18, bars)


def _bar(run: Row, place: int, most: int) -> Markup:
    left = _GAP + place * (_BAR + _GAP)
    total = sum(run[severity] for severity in SEVERITIES)
    top = float(_HEIGHT + 18)
    parts = []
    for severity in SEVERITIES:
        height = run[severity] / most * _HEIGHT
        top -= height
        if height:  # Our own words and numbers: they need no escaping, which is slow for so many.
            where = f'x="{left}" y="{top:.1f}" width="{_BAR}" height="{height:.1f}"'
            parts.append(f'<rect class="fill-{severity}" {where}/>')
    words = ", ".join(f"{run[severity]} {severity}" for severity in SEVERITIES if run[severity]) or "none"
    found = f"{count(total, 'finding')} ({words})" if run["visits_ok"] else "nothing was seen"
    said = f"Run {run['run_id']}, {day(run['started_at'])}: {found}"
    # A run without evidence has no number: a zero would say that it had looked.
    number = str(total) if run["visits_ok"] else "?"
    middle = left + _BAR / 2
    return Markup(
        '<g><title>{}</title>{}<text class="number" x="{}" y="{}">{}</text><text x="{}" y="{}">{}</text></g>'
    ).format(said, Markup("".join(parts)), middle, round(top - 4, 1), number, middle, _HEIGHT + 32, run["run_id"])  # noqa: S704 - made above


_LANES = (("new", "New"), ("gone", "Gone"), ("texts", "Policy text"), ("platforms", "Consent tool"))
_GUTTER, _LANE = 92, 24


def timeline_chart(runs: Sequence[Row]) -> Markup | None:
    """A vendor's runs on one axis: findings as bars, and below them what came, went and changed; None for one run.

    ``runs`` are those of `db.site.vendors.timeline`. What a mark means is told in words by its title.
    """
    if len(runs) < 2:
        return None
    most = max(sum(run[severity] for severity in SEVERITIES) for run in runs) or 1
    width = _GUTTER + len(runs) * (_BAR + _GAP) + _GAP
    top = _HEIGHT + 44
    names = Markup("").join(
        Markup('<text class="lane" x="0" y="{}">{}</text>').format(top + place * _LANE + 4, name)
        for place, (_, name) in enumerate(_LANES)
    )
    names += Markup('<text class="lane" x="0" y="{}">Findings seen</text>').format(_HEIGHT + 18)
    bars = Markup("").join(
        Markup('<g transform="translate({} 0)">{}</g>').format(_GUTTER + place * (_BAR + _GAP), _column(run, most, top))
        for place, run in enumerate(runs)
    )
    height = top + len(_LANES) * _LANE
    title = f"The last {len(runs)} runs: findings seen, new and gone, new policy texts and consent tools"
    return Markup(
        '<svg class="chart timeline" role="img" viewBox="0 0 {} {}" width="{}" height="{}" aria-label="{}">'
        '<line class="axis" x1="{}" x2="{}" y1="{}" y2="{}"/>{}{}</svg>'
    ).format(width, height, width, height, title, _GUTTER, width, _HEIGHT + 18, _HEIGHT + 18, names, bars)


def _column(run: Row, most: int, top: int) -> Markup:
    """One run: its bar, and a mark in each lane where something happened."""
    marks = []
    for place, (lane, _) in enumerate(_LANES):
        shown, said = _mark(run, lane)
        if shown:
            shape = Markup('<g><title>{}</title><text class="mark" x="{}" y="{}">{}</text></g>')
            marks.append(shape.format(said, _GAP + _BAR / 2, top + place * _LANE + 4, shown))
    return _bar(run, 0, most) + Markup("").join(marks)


def _mark(run: Row, lane: str) -> tuple[str, str]:
    """What stands in a lane of a run, and what it says."""
    if lane == "texts":
        number = len(run["texts"])
        return "◆" * bool(number), f"Run {run['run_id']}: {count(number, 'policy text')} seen for the first time"
    if lane == "platforms":
        if run["platforms"] is None:
            return "?", f"Run {run['run_id']}: nothing was seen"
        return "●" * run["new_platforms"], f"Run {run['run_id']}: now {run['platforms']}"
    number = run[lane] + (run["returned"] if lane == "new" else 0)
    words = "new or back again" if lane == "new" else "gone"
    return str(number or ""), f"Run {run['run_id']}: {count(number, 'finding')} {words}"
