"""What an attempt at a choice did, as it is being made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.model import ChoiceOutcome

if TYPE_CHECKING:
    from auditor.model import BannerSwitch, ControlLook


@dataclass(slots=True, kw_only=True)
class Attempt:
    """What an attempt at a choice did.

    ``presses`` counts presses of a choosing control, ``layers`` the layers seen, ``pre_ticked`` the non-essential
    switches that were on; ``clicks`` are the labels of what a visitor has to click. ``switches`` and ``look`` (of the
    control of the wanted choice) are those of the layers below the first. ``stays``: the control of the choice was
    pressed and the banner is still there.
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
    reason: str = ""

    def fail(self, reason: str) -> None:
        """End it: the choice was not made."""
        self.outcome, self.reason = ChoiceOutcome.FAILED, reason
