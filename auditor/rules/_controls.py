"""Links and buttons of a site that stay when the choice is made: those of the banner go away with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import Phase
from auditor.services import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.model import Control, Visit


def lasting_controls(visits: Iterable[Visit]) -> tuple[Control, ...]:
    """The controls seen in visits without those of the banner.

    A control is the banner's where it says so, or where its words were on a page before the choice, outside the footer,
    and neither on that page nor on another one afterwards. A page that was seen at one time only tells nothing.
    """
    seen = [control for visit in visits for control in visit.controls if control.location != "banner"]
    later = [control for control in seen if control.phase is not Phase.BEFORE_CHOICE]
    pages, words = {control.page for control in later}, {fold(control.text) for control in later}
    words |= {fold(control.text) for control in seen if control.location == "footer"}
    gone = {fold(control.text) for control in seen if control.page in pages} - words
    return tuple(control for control in seen if fold(control.text) not in gone)
