"""The other pages of a site on which a visit makes its choice: settings with a page of their own, and ways back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from auditor.domains import host_of, same_site
from auditor.model import Choice, ChoiceOutcome, Phase, Wanted
from crawler.consent.withdrawal import Withdrawn
from crawler.policy_links import Link, policy_links

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine

    from crawler.consent.actor import ConsentActor
    from crawler.page_driver import PageDriver

T = TypeVar("T")

_SETTLED = frozenset({ChoiceOutcome.DONE, ChoiceOutcome.NO_REJECT})
"""Outcomes of a try to withdraw after which no other page is looked at."""
_WAYS_BACK = 2
"""Pages besides the current one on which a control to withdraw is looked for."""


class Walk(Protocol):
    """A visit under way, as far as it goes to other pages."""

    driver: PageDriver
    actor: ConsentActor

    def allows(self, url: str, /) -> Awaitable[bool]:
        """Whether a page that the visit finds by itself may be asked for."""
        ...

    async def visited(self, url: str) -> bool:
        """Go to a further page; whether it could be loaded."""
        ...

    async def observe(self, phase: Phase) -> None:
        """What the page shows and states now."""
        ...

    async def ask(self, what: str, work: Coroutine[Any, Any, T], otherwise: T) -> T:
        """An answer of the actor, or ``otherwise``."""
        ...


async def opened_settings(walk: Walk, url: str) -> bool:
    """Go from the banner to the page that holds its settings, before any choice; whether it stands open.

    It is a page of the same site that robots.txt leaves open, and stays one where it is redirected.
    """
    home = walk.driver.page.url
    if not _of_one_site(url, home) or not await walk.allows(url):
        return False
    await walk.driver.leave()
    if not await walk.visited(url) or not _of_one_site(walk.driver.page.url, home):
        return False
    await walk.observe(Phase.BEFORE_CHOICE)
    return True


async def way_back(walk: Walk) -> Choice:
    """Withdraw through a control of the page, of the pages about the choice or the policy, or through the CMP.

    The CMP's own function is only tried where everything was looked at and no control found, and never stands for
    one: what it could not do leaves ``no_control``, and a control that could not be operated stays ``failed``.
    """
    home = host_of(walk.driver.page.url)
    first = await _try_to_withdraw(walk)
    tried = [first.choice]
    for url in await _pages_about_the_choice(walk, first.pages):
        if tried[-1].outcome in _SETTLED:
            return tried[-1]
        await walk.driver.leave()
        if await walk.visited(url):
            await walk.observe(Phase.AFTER_ACCEPT)
            elsewhere = host_of(walk.driver.page.url) != home
            tried.append((await _try_to_withdraw(walk, elsewhere=elsewhere)).choice)
        else:
            tried.append(Choice(wanted=Wanted.WITHDRAW, outcome=ChoiceOutcome.FAILED))
    if tried[-1].outcome in _SETTLED:
        return tried[-1]
    failed = next((choice for choice in tried if choice.outcome is not ChoiceOutcome.NO_CONTROL), None)
    if failed is not None:
        return failed
    last = (await _try_to_withdraw(walk, by_api=True)).choice
    return last if last.outcome is ChoiceOutcome.DONE else tried[-1]


async def _try_to_withdraw(walk: Walk, *, by_api: bool = False, elsewhere: bool = False) -> Withdrawn:
    failed = Withdrawn(choice=Choice(wanted=Wanted.WITHDRAW, outcome=ChoiceOutcome.FAILED), pages=())
    asking = walk.actor.withdraw(walk.driver.page, by_api=by_api, elsewhere=elsewhere)
    return await walk.ask("withdraw", asking, failed)


async def _pages_about_the_choice(walk: Walk, linked: tuple[str, ...]) -> tuple[str, ...]:
    """Pages where the settings may be: those that links about the choice lead to, then the policies."""
    links = [Link(text, url) for url, text in await walk.driver.links()]
    found = [*linked, *(link.url for link in policy_links(links, walk.driver.page.url))]
    own = [url for url in dict.fromkeys(found) if _of_one_site(url, walk.driver.page.url)]
    return tuple([url for url in own[: _WAYS_BACK + 2] if await walk.allows(url)][:_WAYS_BACK])


def _of_one_site(url: str, other: str) -> bool:
    return same_site(host_of(url) or "", host_of(other) or "")
