"""The progress bar of a crawl on stderr: what is being visited, counts, time to go. Quiet when not a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from auditor.model import Outcome
from crawler.cli.terminal import safe, say, stderr_console
from crawler.player import PolicyTask

if TYPE_CHECKING:
    from rich.progress import TaskID

    from auditor.model import Visit
    from crawler.visit import VisitTask


class CrawlProgress:
    """A Watcher that draws a bar where stderr is a terminal, and says little where it is not; a context manager."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._under_way: list[str] = []
        self._bad = 0
        self._bar: TaskID | None = None
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[now]}", markup=False),
            console=stderr_console(),
            disable=not self._shown,
            transient=True,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def planned(self, run: int, visits: int, stored: int) -> None:
        """Begin the bar; a resumed run begins where it stopped."""
        say(f"run {run}: {visits} visits planned" + (f", {stored} of them stored already" if stored else ""))
        self._bar = self._progress.add_task("visits", total=visits, completed=stored, now="")

    def began(self, task: VisitTask | PolicyTask) -> None:
        """Show a task among those under way."""
        self._under_way.append(_label(task))
        self._draw()

    def ended(self, task: VisitTask | PolicyTask) -> None:
        """Take a task off the bar."""
        self._under_way.remove(_label(task))
        self._draw()

    def stored(self, visit: Visit) -> None:
        """Count a stored visit, and say which ones brought no evidence."""
        if visit.outcome is not Outcome.OK:
            self._bad += 1
            line = f"{visit.vendor} {visit.scenario.value} {visit.site}: {visit.outcome.value}: {visit.failure or ''}"
            self._progress.console.print(Text(safe(line)))
        if self._bar is not None:
            self._progress.advance(self._bar)
        self._draw()

    def _draw(self) -> None:
        if self._bar is not None:
            described = "visits" + (f", {self._bad} incomplete" if self._bad else "")
            self._progress.update(self._bar, description=described, now=safe(", ".join(self._under_way), 70))


def _label(task: VisitTask | PolicyTask) -> str:
    if isinstance(task, PolicyTask):
        return f"{task.vendor.id} policy"
    return f"{task.vendor} {task.scenario.value}"
