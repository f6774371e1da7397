"""Ways to tell browsers apart by what their functions give back, as far as counted calls show them.

Thresholds follow Englehardt and Narayanan, "Online Tracking: A 1-million-site Measurement and Analysis" (CCS 2016,
section 6), and Iqbal, Englehardt and Shafiq, "Fingerprinting the Fingerprinters" (S&P 2021, section 3). Their criteria
on what is drawn (at least 16 pixels, two colours or ten different characters) cannot be counted and are replaced by
stricter ones on how often: text is drawn twice or more, and the picture is read back. Names of calls are those of the
collector.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from auditor.model import ApiCall

MIN_TEXTS = 2
MIN_FONTS = 50
"""Fonts whose text is measured (Englehardt and Narayanan, section 6.2: at least 50)."""
_MIN_SIZES = 100
_TEXT = ("canvas.fillText", "canvas.strokeText")
_PICTURE = ("canvas.toDataURL", "canvas.toBlob", "canvas.convertToBlob")
_RENDERER = ("webgl.getParameter:UNMASKED_VENDOR_WEBGL", "webgl.getParameter:UNMASKED_RENDERER_WEBGL")
_SAMPLES = ("audio.getChannelData", "audio.copyFromChannel", "audio.createDynamicsCompressor")
_SIZES = ("fonts.offsetWidth", "fonts.offsetHeight", "fonts.check")

CANVAS, WEBGL, AUDIO = "canvas", "WebGL", "audio"
MEASURED_FONTS, OTHER_FONTS = "measured fonts", "fonts by size or name"
ENOUGH = frozenset({AUDIO, MEASURED_FONTS})
"""Ways that nothing else on a page looks like: one of them is enough."""


def ways(calls: Iterable[ApiCall]) -> tuple[str, ...]:
    """The ways in which one script told the browser apart, sorted."""
    count: Counter[str] = Counter()
    for call in calls:
        count[call.api] += call.count
    found = {
        CANVAS: _sum(count, _TEXT) >= MIN_TEXTS and _sum(count, _PICTURE) > 0,
        WEBGL: _sum(count, _RENDERER) > 0,
        AUDIO: count["audio.startRendering"] > 0 and count["audio.createOscillator"] > 0 and _sum(count, _SAMPLES) > 0,
        MEASURED_FONTS: count["canvas.measureText:fonts"] >= MIN_FONTS,
        OTHER_FONTS: _sum(count, _SIZES) >= _MIN_SIZES or count["fonts.queryLocalFonts"] > 0,
    }
    return tuple(sorted(way for way, is_found in found.items() if is_found))


def _sum(count: Mapping[str, int], names: Iterable[str]) -> int:
    return sum(count[name] for name in names)
