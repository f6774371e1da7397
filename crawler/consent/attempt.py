"""What an attempt at a choice did, as it is being made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.model import ChoiceOutcome

if TYPE_CHECKING:
    from auditor.model import BannerSwitch, ControlLook


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsLink:
    """Where a banner's settings are that have a page of their own.

    ``clicks`` are the labels of what a visitor has to click to get there, ``layer`` is which layer the page is.
    """

    url: str
    clicks: tuple[str, ...]
    layer: int


@dataclass(slots=True, kw_only=True)
class Attempt:
    """What an attempt at a choice did.

    ``presses`` counts presses of a choosing control, ``layers`` the layers seen, ``pre_ticked`` the non-essential
    switches that were on; ``clicks`` are the labels of what a visitor has to click. ``switches`` and ``look`` (of the
    control of the wanted choice) are those of the layers below the first. ``stays``: the control of the choice was
    pressed and the banner is still there. ``link``: nothing was pressed, as the choice is to be made on another page.
    """

    outcome: ChoiceOutcome
    method: str = "heuristic"
    clicks: list[str] = field(default_factory=list)
    presses: int = 0
    layers: int = 1
    pre_ticked: int = 0
    switches: list[BannerSwitch] = field(default_factory=list)
    look: ControlLook | None = None
    unreadable: bool = False
    stays: bool = False
    link: SettingsLink | None = None
    reason: str = ""

    def fail(self, reason: str) -> None:
        """End it: the choice was not made."""
        self.outcome, self.reason = ChoiceOutcome.FAILED, reason
