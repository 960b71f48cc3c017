"""Part 05.4: a server runs an export, shows how far it is, and says how it ended."""

import asyncio
import time
from collections.abc import AsyncIterator
from random import Random
from typing import Any, NoReturn

from chatlab.context import RequestContext
from chatlab.lessons.l05_events.recording import TurnRecording, record_turns
from chatlab.lessons.support.random_inputs import USER_NAMES
from chatlab.lessons.support.server_turns import make_server
from chatlab.server import ChatKitServer

__all__ = ["REQUEST_TEXT", "inputs", "observe"]

_BLOCKING_SECONDS = 0.05
"""A pause between two pages that is longer, and in which no timer ran, blocked the loop."""


REQUEST_TEXT = "Export my tasks"


def inputs(random: Random) -> dict[str, Any]:
    """Three users, how many pages each has, and after how many pages the third job fails.

    The second job outlasts the others, and is never as far as they are: its pages are a prime.
    """
    first_pages, third_pages = random.sample(range(5, 11), 2)
    pages = [first_pages, random.choice((11, 13)), third_pages]
    return {
        "names": random.sample(USER_NAMES, 3),
        "pages": pages,
        "breaks_after": random.randint(3, pages[2] - 1),
    }


class _Job:
    """Writes pages, fails after `fails_after` of them, and marks in `recording` what it does.

    `blocking_pages` counts the pages after which the reader blocked the loop.
    """

    def __init__(self, pages: int, fails_after: int | None = None) -> None:
        self.pages = pages
        self.fails_after = fails_after
        self.recording = TurnRecording()
        self.blocking_pages = 0

    async def run(self) -> AsyncIterator[tuple[int, int]]:
        """After each page: how many are written, and how many there are.

        Raises:
            OSError: The job failed, as planned.
        """
        self.recording.mark("began")
        if self.fails_after == 0:
            await asyncio.sleep(0)
            self._fail()
        for page in range(1, self.pages + 1):
            await asyncio.sleep(0)
            self.recording.mark(f"page {page}")
            loop_ran = asyncio.Event()
            timer = asyncio.get_running_loop().call_later(_BLOCKING_SECONDS / 2, loop_ran.set)
            yielded_at = time.monotonic()
            yield page, self.pages
            timer.cancel()
            self.blocking_pages += (
                time.monotonic() - yielded_at > _BLOCKING_SECONDS and not loop_ran.is_set()
            )
            if page == self.fails_after:
                self._fail()
        await asyncio.sleep(0)
        self.recording.mark("ended")

    def _fail(self) -> NoReturn:
        self.recording.mark("ended")
        raise OSError("No space left on device")


class _RecordingExportService:
    """Runs the job of the user for whom an export is asked, and notes each such user."""

    def __init__(self, jobs: dict[str, _Job]) -> None:
        self.jobs = jobs
        self.asked_by: list[Any] = []

    def export(self, user_id: Any) -> AsyncIterator[tuple[int, int]]:
        """What the learner's server gets; a user without a job gets one of three pages."""
        self.asked_by.append(user_id)
        return self.jobs.get(str(user_id), _Job(3)).run()


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """A job fails beside another; two run side by side; two fail after all pages, and at once."""
    exporter = _RecordingExportService({})
    server, problem = make_server(lambda: subject(exporter.export))
    if server is None:
        return {"unmade": problem}
    (first_user, second_user, third_user), pages = inputs["names"], inputs["pages"]
    failing_job = _Job(pages[2], inputs["breaks_after"])
    jobs = {third_user: failing_job, second_user: _Job(pages[1])}
    turns = (await _run_exports(server, exporter, jobs))[:1]
    if failing_job.blocking_pages >= inputs["breaks_after"]:
        return {"blocked": failing_job.blocking_pages}
    jobs = {first_user: _Job(pages[0]), second_user: _Job(pages[1])}
    turns += await _run_exports(server, exporter, jobs)
    for fails_after in (pages[1], 0):
        job = _Job(pages[1], fails_after)
        turns += await _run_exports(server, exporter, {first_user: job})
    return {"turns": turns}


async def _run_exports(
    server: ChatKitServer[Any], exporter: _RecordingExportService, jobs: dict[str, _Job]
) -> list[dict[str, Any]]:
    """Ask for an export of each user at the same time; the turns as data, in that order."""
    exporter.jobs, exporter.asked_by = jobs, []
    turns = [
        (server.send(REQUEST_TEXT, RequestContext(user_id=user_id)), job.recording)
        for user_id, job in jobs.items()
    ]
    records = await record_turns(server, turns, list(jobs))
    return [record | {"asked_by": exporter.asked_by} for record in records]
