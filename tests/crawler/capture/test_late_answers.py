"""Answers that come when nobody waits for them any more."""

from __future__ import annotations

import asyncio
import gc

import pytest
from playwright.async_api import Error as PlaywrightError

from crawler.launch import bounded, heard_within


def told_of_a_late_failure(waiting):
    """What Python would print of headers that fail after ``waiting`` has given up, when their page is gone.

    Playwright asks for headers in a task of its own, which goes on when the one that waits is cancelled.
    """
    told = []

    async def play():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: told.append(context["message"]))
        answer = loop.create_future()

        async def ask():
            return await answer

        async def headers():
            return await asyncio.shield(asyncio.ensure_future(ask()))

        with pytest.raises(TimeoutError):
            await waiting(headers(), 0.01)
        answer.set_exception(PlaywrightError("Target page, context or browser has been closed"))
        await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})
        gc.collect()

    asyncio.run(play())
    gc.collect()
    return told


def test_a_failure_that_comes_too_late_is_not_printed():
    assert told_of_a_late_failure(heard_within) == []
    assert told_of_a_late_failure(bounded) == ["Task exception was never retrieved"]


@pytest.mark.parametrize("waiting", [heard_within, bounded])
def test_an_answer_in_time_is_given_and_a_failure_raised(waiting):
    async def answer():
        return "text/html"

    async def fail():
        raise PlaywrightError("closed")

    assert asyncio.run(waiting(answer(), 5)) == "text/html"
    with pytest.raises(PlaywrightError, match="closed"):
        asyncio.run(waiting(fail(), 5))
