"""Where a frame's next document comes from where the browser's request does not tell: refreshes and forms.

For both Chromium names the page as the initiator, without a stack. That a frame was sent on by its own document
(``meta`` refresh, ``Refresh`` header) or by a form is told before (``Page.frameRequestedNavigation``), which script
submitted the form by ``hook.js``: the event of a form that a script submits comes while it does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.collectors.initiators import from_stack

if TYPE_CHECKING:
    from crawler.collectors.frames import Frames
    from crawler.collectors.tap import Report, Tap, Taps

NAME = "requests"
MAX_WAITING = 500
_REFRESHES = frozenset({"metaTagRefresh", "httpHeaderRefresh"})


class Journeys:
    """Listens to a visit's frames on their way; a new object for every visit."""

    def __init__(self, taps: Taps, frames: Frames) -> None:
        self._frames = frames
        self._submitting: tuple[str, ...] = ()
        self._next: dict[str, tuple[str, tuple[str, ...]]] = {}
        taps.on("Page.frameRequestedNavigation", NAME, self._asked)
        taps.on_report(NAME, self._reported)

    def behind(self, frame: str, url: str) -> tuple[str, ...]:
        """Who sends a frame to ``url``, nearest first; empty where the request tells it itself. To be asked once."""
        wanted, causes = self._next.pop(frame, ("", ()))
        return causes if wanted.partition("#")[0] == url.partition("#")[0] else ()

    def _asked(self, _tap: Tap, event: dict[str, Any]) -> None:
        frame, reason = str(event["frameId"]), str(event.get("reason"))
        self._next.pop(frame, None)
        causes: tuple[str, ...] = ()
        if reason in _REFRESHES:
            causes = self._frames.shown_in(frame)
        elif reason.startswith("formSubmission"):
            causes = self._submitting
        if causes and len(self._next) < MAX_WAITING:
            self._next[frame] = str(event["url"]), causes

    def _reported(self, report: Report) -> None:
        """A script begins to submit a form, or has done so."""
        if report.kind == "submit":
            begins = report.details[0] == "1"
            chain = self._frames.behind(report.frame, from_stack(report.stack), report.url) if begins else ()
            self._submitting = tuple(url for url in chain if url.startswith("http"))
