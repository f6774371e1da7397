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
        if height:
            shape = Markup('<rect class="fill-{}" x="{}" y="{}" width="{}" height="{}"/>')
            parts.append(shape.format(severity, left, round(top, 1), _BAR, round(height, 1)))
    words = ", ".join(f"{run[severity]} {severity}" for severity in SEVERITIES if run[severity]) or "none"
    said = f"Run {run['run_id']}, {day(run['started_at'])}: {count(total, 'finding')} ({words})"
    middle = left + _BAR / 2
    return Markup(
        '<g><title>{}</title>{}<text class="number" x="{}" y="{}">{}</text><text x="{}" y="{}">{}</text></g>'
    ).format(said, Markup("").join(parts), middle, round(top - 4, 1), total, middle, _HEIGHT + 32, run["run_id"])
