"""Links and buttons that matter for consent: those of the footer, and those about cookies, privacy or consent."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from playwright.async_api import Error as PlaywrightError

from auditor.model import Control

if TYPE_CHECKING:
    from auditor.model import Phase
    from crawler.collectors.tap import Tap

NAME = "controls"
MAX_PER_PAGE = 400
MAX_FRAMES = 40
_MAX_TEXT = 120
_MAX_URL = 2_048
_LOCATIONS = ("footer", "page")
_SCRIPT = resources.files("crawler.collectors").joinpath("controls.js").read_text("utf-8")


class ControlCollector:
    """Reads a visit's controls; a new object for every visit."""

    def __init__(self) -> None:
        self._found: dict[Control, None] = {}

    async def snapshot(self, tap: Tap, phase: Phase, page_url: str) -> None:
        """Read the controls of a page's frames. TimeoutError or Playwright's Error when the page does not answer."""
        room = MAX_PER_PAGE
        for frame in (await tap.frames())[:MAX_FRAMES]:
            if room <= 0:
                return
            try:
                rows = await tap.evaluate(str(frame["id"]), _SCRIPT.replace("LIMIT", str(room)))
            except PlaywrightError as error:
                if "closed" in str(error):
                    raise
                continue  # A frame that has just gone; the others still tell.
            for control in _controls(rows, phase, page_url):
                self._found[control] = None
                room -= 1

    def drain(self) -> tuple[Control, ...]:
        """The records, in the order in which they were seen."""
        return tuple(self._found)


def _controls(rows: object, phase: Phase, page_url: str) -> tuple[Control, ...]:
    """Records of what a frame answered; whatever has not the agreed shape is left out."""
    found = []
    for row in rows if isinstance(rows, list) else ():
        if not (isinstance(row, list) and len(row) == len(("text", "url", "location"))):
            continue
        text, url, location = row
        if isinstance(text, str) and location in _LOCATIONS:
            address = url[:_MAX_URL] if isinstance(url, str) and url else None
            found.append(Control(text=text[:_MAX_TEXT], url=address, location=location, page=page_url, phase=phase))
    return tuple(found)
