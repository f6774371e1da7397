"""The kinds of browser that can be asked for, by configuration or flag."""

from __future__ import annotations

AUTO = "auto"
"""Whatever is there, the cheapest first."""
HEADLESS_SHELL = "headless-shell"
HEADED_LIKE = "headed-like"
"""Full Chromium in its new headless mode, which is made like a window: for sites that know a headless shell."""
PLAYWRIGHT = "playwright"
"""A browser that ``playwright install`` downloaded, whichever of the two it is."""

MODES = (AUTO, HEADLESS_SHELL, HEADED_LIKE, PLAYWRIGHT)
