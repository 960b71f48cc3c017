"""Part 05.4: a long job that says how far it is, and how it ended."""

import asyncio
import time
from collections.abc import AsyncIterator
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.lessons.l05_events.recording import Tape, watched
from chatlab.lessons.support.dialogue import (
    NAMES,
    make_server,
)
from chatlab.server import ChatKitServer

__all__ = ["ASKED", "inputs", "observe"]

_BLOCKED = 0.05
"""Seconds between two pages in which nobody else got on: somebody slept on the loop."""


ASKED = "Export my tasks"


def inputs(random: Random) -> dict[str, Any]:
    """Three people, how many pages each has, and after how many one job breaks off."""
    pages = random.sample(range(5, 11), 3)
    return {
        "names": random.sample(NAMES, 3),
        "pages": pages,
        "breaks_after": random.randint(3, pages[2] - 1),
    }


class _Job:
    """Writes pages, and breaks off after so many if it is told to; the tape knows when."""

    def __init__(self, pages: int, breaks_after: int | None = None) -> None:
        self.pages = pages
        self.breaks_after = breaks_after
        self.tape = Tape()
        self.blocked = 0

    async def run(self) -> AsyncIterator[tuple[int, int]]:
        self.tape.mark("began")
        for page in range(1, self.pages + 1):
            await asyncio.sleep(0)
            self.tape.mark(f"page {page}")
            others = asyncio.Event()
            timer = asyncio.get_running_loop().call_later(_BLOCKED / 2, others.set)
            since = time.monotonic()
            yield page, self.pages
            timer.cancel()
            self.blocked += time.monotonic() - since > _BLOCKED and not others.is_set()
            if page == self.breaks_after:
                self.tape.mark("ended")
                raise OSError("No space left on device")
        await asyncio.sleep(0)
        self.tape.mark("ended")


class _Press:
    """Hands a job to whoever asks for one, and notes who did."""

    def __init__(self, jobs: dict[str, _Job]) -> None:
        self.jobs = jobs
        self.asked: list[Any] = []

    def export(self, user_id: Any) -> AsyncIterator[tuple[int, int]]:
        self.asked.append(user_id)
        return self.jobs.get(str(user_id), _Job(3)).run()


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """One job breaks off beside another; two run side by side; one breaks off after its last."""
    press = _Press({})
    server, why = make_server(lambda: subject(press.export))
    if server is None:
        return {"unmade": why}
    (one, two, three), pages = inputs["names"], inputs["pages"]
    broken = _Job(pages[2], inputs["breaks_after"])
    turns = (await _exported(server, press, {three: broken, two: _Job(pages[1])}))[:1]
    if broken.blocked >= inputs["breaks_after"]:
        return {"blocked": broken.blocked}
    turns += await _exported(server, press, {one: _Job(pages[0]), two: _Job(pages[1])})
    turns += await _exported(server, press, {one: _Job(pages[1], pages[1])})
    return {"turns": turns}


async def _exported(
    server: ChatKitServer[Any], press: _Press, jobs: dict[str, _Job]
) -> list[dict[str, Any]]:
    press.jobs, press.asked = jobs, []
    turns = [
        (server.send(ASKED, RequestContext(user_id=who)), job.tape) for who, job in jobs.items()
    ]
    became = await watched(server, turns, list(jobs))
    return [seen | {"asked": press.asked} for seen in became]
