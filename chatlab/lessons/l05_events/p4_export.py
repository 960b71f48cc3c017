"""Part 05.4: a long job that says how far it is, and how it ended."""

import asyncio
import time
from collections.abc import AsyncIterator
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l05_events.p4_progress_bar import bar_wrong
from chatlab.lessons.l05_events.recording import Tape, broke_off, same_words, watched
from chatlab.lessons.support.dialogue import (
    NAMES,
    explain_unmade,
    make_server,
    reply_text,
    shorten,
    turn_problem,
)
from chatlab.server import ChatKitServer

__all__ = ["export_inputs", "export_judged", "export_seen"]

_BLOCKED = 0.05
"""Seconds between two pages in which nobody else got on: somebody slept on the loop."""

_ASKED = "Export my tasks"


def export_inputs(random: Random) -> dict[str, Any]:
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


async def export_seen(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
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
        (server.send(_ASKED, RequestContext(user_id=who)), job.tape) for who, job in jobs.items()
    ]
    became = await watched(server, turns, list(jobs))
    return [seen | {"asked": press.asked} for seen in became]


def export_judged(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """The bar tells the truth all the way, and so does the reply."""
    if "unmade" in seen:
        return [explain_unmade("ExportServer", seen["unmade"])]
    if "blocked" in seen:
        return [
            failed(
                "While your server waited between two pages, nobody else got on.",
                "time.sleep stops everybody. You need no pause; if you want one, await it.",
            )
        ]
    one, two, three = inputs["names"]
    broken, first, second, closing = seen["turns"]
    called = f"send({_ASKED!r})"
    for who, turn, pages in zip((one, two), (first, second), inputs["pages"], strict=False):
        at = f"{called} by {who}, while another export runs"
        wrong = _job_wrong(at, turn, [one, two]) or bar_wrong(at, turn, pages, "completed")
        if wrong:
            return [wrong]
    for users, turn, pages, when in (
        ([three, two], broken, inputs["pages"][2], f"after page {inputs['breaks_after']}"),
        ([one], closing, inputs["pages"][1], "after the last page"),
    ):
        at = f"{called}, when the job fails {when}"
        wrong = _job_wrong(at, turn, users) or bar_wrong(at, turn, pages, "failed")
        if wrong := wrong or _excuse_wrong(at, turn, reply_text(first)):
            return [wrong]
    return [passed(3, "The bar rises with the job, and the end is what really happened.")]


def _job_wrong(called: str, turn: dict[str, Any], users: list[str]) -> Finding | None:
    raised = turn["raised"]
    if raised and raised["type"] == "OSError":
        return broke_off(called, "job", "its bar")
    if raised and raised["type"] == "ValidationError" and "progress" in raised["message"]:
        return failed(
            f"{called}: `progress` got a number that it cannot take.",
            f"It runs from 0 to 1: pages written / pages in all. {_line(raised)}",
        )
    if wrong := turn_problem(called, turn):
        return wrong
    if not turn["asked"]:
        return failed(
            f"{called}: the job was never begun.",
            "async for written, pages in self.export(context.user_id): ...",
        )
    if sorted(map(str, turn["asked"])) != sorted(users):
        got = ", ".join(map(str, turn["asked"]))
        return failed(
            f"{called}: the export was asked for by {', '.join(users)}, and made for {got}.",
            "One job for each who asks: self.export(context.user_id), once.",
        )
    return None


def _line(why: dict[str, Any]) -> str:
    return f"Your line {why['number']}: {why['line']}" if why.get("line") else ""


def _excuse_wrong(called: str, turn: dict[str, Any], usual: str) -> Finding | None:
    if not same_words(reply_text(turn), usual):
        return None
    return failed(
        f"{called}: the reply is {shorten(reply_text(turn))}, as if it had worked.",
        "There is no export. Say so when the job fails.",
    )
