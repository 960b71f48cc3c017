"""Part 05.4: whether a bar told the truth about its job."""

from itertools import pairwise
from typing import Any

from chatlab.course.findings import Finding, failed
from chatlab.lessons.l05_events.recording import late, mark_of
from chatlab.lessons.support.dialogue import reply_text

__all__ = ["bar_wrong"]

_Told = tuple[int, dict[str, Any]]
"""A Task, and its place among the events."""


def bar_wrong(called: str, turn: dict[str, Any], pages: int, ending: str) -> Finding | None:
    """What is wrong with the Tasks of a job of so many pages, and with the reply after them."""
    events = enumerate(turn["events"])
    tasks = [(place, event) for place, event in events if event["type"] == "task"]
    if not tasks:
        return failed(
            f"{called}: no Task came, so nobody knows that a job runs.",
            'Yield Task(title="Exporting", progress=...) for each page that is written.',
        )
    titles = {event["title"] for _, event in tasks}
    if len(titles) > 1:
        return failed(
            f"{called}: {len(titles)} bars came: {', '.join(map(repr, sorted(titles)[:2]))} ...",
            "A Task's title says which job it is. Keep it the same; `progress` is what changes.",
        )
    return (
        _jumps(called, pages, tasks)
        or _end_wrong(called, turn, tasks, ending)
        or _falls(called, tasks)
        or _beginning_wrong(called, turn, tasks)
        or _middle_wrong(called, turn, pages, tasks)
        or _reply_wrong(called, turn, tasks, ending)
    )


def _end_wrong(
    called: str, turn: dict[str, Any], tasks: list[_Told], ending: str
) -> Finding | None:
    ends = [one for one in tasks if one[1]["status"] != "running"]
    if not ends:
        return failed(
            f"{called}: the Task never ended: its bar stays where it is.",
            f'When the job is over, yield Task(..., status="{ending}").',
        )
    place, end = ends[0]
    ended = mark_of(turn, "ended")
    if ended is None:
        return failed(
            f"{called}: the job was left in the middle.",
            "Read it to its end: `async for` stops by itself after the last page.",
        )
    if place < ended:
        return failed(
            f"{called}: the Task said {end['status']} while the job still ran.",
            "The last page is not the end: the file has to be closed. Say it after the loop.",
        )
    if end["status"] != ending:
        return failed(
            f"{called}: the Task said {end['status']}.",
            "An exception out of the job means failed; no exception means completed.",
        )
    if len(ends) > 1 or tasks[-1][1]["status"] == "running":
        return failed(
            f"{called}: after {ends[0][1]['status']}, one more Task came.",
            "A job ends once, and what has ended is not heard of again.",
        )
    if ending == "completed" and end["progress"] < 1:
        return failed(
            f"{called}: the job is done, and its bar stands at {end['progress']:.0%}.",
            "Say progress=1 when it is completed; left out, `progress` is 0.",
        )
    return None


def _jumps(called: str, pages: int, tasks: list[_Told]) -> Finding | None:
    """At the end of a job that failed: somebody else's progress."""
    if len(tasks) < 3 or tasks[-1][1]["status"] != "failed":
        return None
    reached, last = tasks[-2][1]["progress"], tasks[-1][1]["progress"]
    if last in {0, 1} or abs(last - reached) < 1e-6 or abs(reached * pages % 1) > 1e-6:
        return None
    return failed(
        f"{called}: the bar stood at {reached:.0%}, and then it failed at {last:.0%}.",
        "Another export was running: keep how far one is in respond(), not on `self`.",
    )


def _falls(called: str, tasks: list[_Told]) -> Finding | None:
    for (_, one), (_, next) in pairwise(tasks):
        if next["progress"] < one["progress"] - 1e-9:
            fall = f"from {one['progress']:.0%} to {next['progress']:.0%}"
            if next["status"] == "failed":
                return failed(
                    f"{called}: at the end, the bar falls {fall}.",
                    "Left out, `progress` is 0. Keep what was reached, and say it with failed.",
                )
            return failed(
                f"{called}: the bar falls {fall}.",
                "Two exports may run at once: keep how far one is in respond(), not on `self`.",
            )
    return None


def _beginning_wrong(called: str, turn: dict[str, Any], tasks: list[_Told]) -> Finding | None:
    place, first = tasks[0]
    began, ended = mark_of(turn, "began") or 0, mark_of(turn, "ended") or 0
    if place >= ended:
        return failed(
            f"{called}: the first news came when the job was over.",
            "You collected it all first. Yield inside the loop, after each page.",
        )
    if place >= began or first["progress"] > 0:
        return failed(
            f"{called}: the bar was not there yet when the job began.",
            "The first page may take long. Yield a Task with progress=0 before you begin.",
        )
    return None


def _middle_wrong(
    called: str, turn: dict[str, Any], pages: int, tasks: list[_Told]
) -> Finding | None:
    written = [count for name, count in turn["marks"] if name.startswith("page ")]
    ended = mark_of(turn, "ended") or 0
    during = [(place, event) for place, event in tasks if place < ended]
    for place, event in during:
        so_far = sum(count <= place for count in written)
        if event["progress"] > so_far / pages + 1e-6:
            return failed(
                f"{called}: the bar says {event['progress']:.0%} when {so_far} of {pages} pages "
                "are written.",
                "Do not guess: progress=written / pages.",
            )
    if not any(0 < event["progress"] < 1 for _, event in during):
        return failed(
            f"{called}: while the job ran, the bar stood still.",
            "Each page that is written moves it: progress=written / pages.",
        )
    return None


def _reply_wrong(
    called: str, turn: dict[str, Any], tasks: list[_Told], ending: str
) -> Finding | None:
    if late(turn, tasks[-1][0]).strip():
        return None
    if reply_text(turn).strip():
        return failed(
            f"{called}: the reply came before the job had ended.",
            "It promises what is not known yet. The reply comes last.",
        )
    if ending == "failed":
        return failed(
            f"{called}: the bar says failed, and then there is silence.",
            "A red bar explains nothing. Say in a message what happened.",
        )
    return failed(
        f"{called}: no reply came.", "A bar is no answer. Yield an AssistantMessage, too."
    )
