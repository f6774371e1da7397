"""The control of a page, apart from any banner, by which a visitor opts out of the sale and sharing of data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.consent.labels import Side
from crawler.consent.wording import fold

if TYPE_CHECKING:
    from crawler.consent.heuristic import Look
    from crawler.consent.seen import Button, Seen

#: The titles that Californian law gives the link (CCPA regulations § 7015); beside it may stand its icon.
_TITLE = re.compile(r"\byour (?:[a-z]{1,20} )?privacy choices\b")


def opt_out_of(look: Look) -> tuple[Seen, Button] | None:
    """The control and the part of the page that holds it; one that says "do not sell or share" comes first.

    "Your privacy choices" is one where it stands by itself and acts on this very page. In a banner it opens settings as
    any other control does, and what a link to another page leads to has to be read there.
    """
    for seen in look.others:
        if seen.has(Side.OPT_OUT):
            return seen, seen.having(Side.OPT_OUT)[0]
    return next(((seen, button) for seen in look.others for button in seen.buttons if _is_titled(seen, button)), None)


def opens_choices(button: Button) -> bool:
    """Whether the control may open choices to be made, rather than opt out by itself."""
    return button.side is not Side.OPT_OUT


def _is_titled(seen: Seen, button: Button) -> bool:
    return seen.kind == "lone" and not button.leaves and _TITLE.search(fold(button.text)) is not None
