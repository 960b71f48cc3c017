"""Judges part 05.4: whether the Tasks of a turn say how far its job was, and how it ended."""

from itertools import pairwise
from typing import Any

from chatlab.course.findings import Finding, failed
from chatlab.lessons.l05_events.recording import count_events_before, text_after
from chatlab.lessons.support.server_turns import reply_text

__all__ = ["bar_wrong"]

_IndexedTask = tuple[int, dict[str, Any]]
"""The index of a Task among the events of its turn, and the Task."""


def bar_wrong(called: str, turn: dict[str, Any], pages: int, final_status: str) -> Finding | None:
    """What is wrong with the Tasks of a job of this many pages, and with the reply after them."""
    events = enumerate(turn["events"])
    tasks = [(index, event) for index, event in events if event["type"] == "task"]
    if not tasks:
        return failed(
            f"{called}: no Task came, so nobody knows that a job is running.",
            'Yield Task(title="Exporting", progress=...) for each page that is written.',
        )
    titles = {event["title"] for _, event in tasks}
    if len(titles) > 1:
        return failed(
            f"{called}: {len(titles)} bars came: {', '.join(map(repr, sorted(titles)[:2]))} ...",
            "A Task's title says which job it is. Keep it the same; `progress` is what changes.",
        )
    return (
        _jump_wrong(called, turn, pages, tasks)
        or _end_wrong(called, turn, tasks, final_status)
        or _fall_wrong(called, tasks)
        or _beginning_wrong(called, turn, tasks)
        or _middle_wrong(called, turn, pages, tasks)
        or _height_wrong(called, pages, tasks, final_status)
        or _reply_wrong(called, turn, tasks, final_status)
    )


def _end_wrong(
    called: str, turn: dict[str, Any], tasks: list[_IndexedTask], final_status: str
) -> Finding | None:
    final_tasks = [(index, task) for index, task in tasks if task["status"] != "running"]
    if not final_tasks:
        return failed(
            f"{called}: the Task never ended: its bar stays where it is.",
            f'When the job is over, yield Task(..., status="{final_status}").',
        )
    index, final_task = final_tasks[0]
    events_before_end = count_events_before(turn, "ended")
    if events_before_end is None:
        return failed(
            f"{called}: the job was left in the middle.",
            "Read it to its end: `async for` stops by itself after the last page.",
        )
    if index < events_before_end:
        return failed(
            f"{called}: the Task said {final_task['status']} while the job still ran.",
            "The last page is not the end: the file has to be closed. Say it after the loop.",
        )
    if final_task["status"] != final_status:
        return failed(
            f"{called}: the Task said {final_task['status']}.",
            "An exception out of the job means failed; no exception means completed.",
        )
    if len(final_tasks) > 1 or tasks[-1][1]["status"] == "running":
        return failed(
            f"{called}: after {final_tasks[0][1]['status']}, one more Task came.",
            "A job ends once, and after that nothing more is said about it.",
        )
    if final_status == "completed" and final_task["progress"] < 1:
        return failed(
            f"{called}: the job is done, and its bar stands at {final_task['progress']:.0%}.",
            "Say progress=1 when it is completed; left out, `progress` is 0.",
        )
    return None


def _jump_wrong(
    called: str, turn: dict[str, Any], pages: int, tasks: list[_IndexedTask]
) -> Finding | None:
    """A job failed, and its last Task has the progress of another job."""
    if len(tasks) < 3 or tasks[-1][1]["status"] != "failed":
        return None
    (_, last_task), (_, final_task) = tasks[-2:]
    progress, final_progress = last_task["progress"], final_task["progress"]
    is_same = abs(final_progress - progress) < 1e-6
    pages_written = sum(name.startswith("page ") for name, _ in turn["marks"])
    is_true = abs(final_progress - pages_written / pages) < 1e-6
    if final_progress in {0, 1} or is_same or is_true or abs(progress * pages % 1) > 1e-6:
        return None
    return failed(
        f"{called}: the bar stood at {progress:.0%}, and then it failed at {final_progress:.0%}.",
        "Another export was running: keep how far one is in respond(), not on `self`.",
    )


def _fall_wrong(called: str, tasks: list[_IndexedTask]) -> Finding | None:
    for (_, task), (_, next_task) in pairwise(tasks):
        if next_task["progress"] < task["progress"] - 1e-9:
            fall = f"from {task['progress']:.0%} to {next_task['progress']:.0%}"
            if next_task["status"] == "failed":
                return failed(
                    f"{called}: at the end, the bar goes back {fall}.",
                    "Left out, `progress` is 0. Keep what was reached, and say it with failed.",
                )
            return failed(
                f"{called}: the bar goes back {fall}.",
                "Two exports may run at once: keep how far one is in respond(), not on `self`.",
            )
    return None


def _beginning_wrong(
    called: str, turn: dict[str, Any], tasks: list[_IndexedTask]
) -> Finding | None:
    index, first_task = tasks[0]
    events_before_start = count_events_before(turn, "began") or 0
    events_before_end = count_events_before(turn, "ended") or 0
    if index >= events_before_end:
        return failed(
            f"{called}: the first news came only when the job was over.",
            "You collected it all first. Yield inside the loop, after each page.",
        )
    if index >= events_before_start or first_task["progress"] > 0:
        return failed(
            f"{called}: the bar was not there yet when the job began.",
            "The first page may take long. Yield a Task with progress=0 before you begin.",
        )
    return None


def _middle_wrong(
    called: str, turn: dict[str, Any], pages: int, tasks: list[_IndexedTask]
) -> Finding | None:
    events_before_pages = [count for name, count in turn["marks"] if name.startswith("page ")]
    events_before_end = count_events_before(turn, "ended") or 0
    tasks_during_job = [(index, task) for index, task in tasks if index < events_before_end]
    for index, task in tasks_during_job:
        pages_written = sum(count <= index for count in events_before_pages)
        if task["progress"] > pages_written / pages + 1e-6:
            return failed(
                f"{called}: the bar says {task['progress']:.0%} when {pages_written} of {pages} "
                "pages are written.",
                "Do not guess: progress=written / pages.",
            )
    if events_before_pages and not any(0 < task["progress"] < 1 for _, task in tasks_during_job):
        return failed(
            f"{called}: while the job ran, the bar stood still.",
            "Each page that is written moves it: progress=written / pages.",
        )
    return None


def _height_wrong(
    called: str, pages: int, tasks: list[_IndexedTask], final_status: str
) -> Finding | None:
    """The job wrote all pages, and the bar never got near its end while it ran."""
    running_tasks = (task for _, task in tasks if task["status"] == "running")
    highest = max((task["progress"] for task in running_tasks), default=0.0)
    if final_status != "completed" or highest > (pages - 2) / pages - 1e-6:
        return None
    if abs(highest * pages - 1) < 1e-6:
        return failed(
            f"{called}: after each page the bar says {highest:.0%}, the share of one page.",
            "It shows everything done so far, not the last step: progress=written / pages.",
        )
    return failed(
        f"{called}: {pages} pages were written, and until the end the bar said {highest:.0%} at "
        "most.",
        "A fixed number does not move with the job: progress=written / pages.",
    )


def _reply_wrong(
    called: str, turn: dict[str, Any], tasks: list[_IndexedTask], final_status: str
) -> Finding | None:
    if text_after(turn, tasks[-1][0]).strip():
        return None
    if reply_text(turn).strip():
        return failed(
            f"{called}: the reply came before the job had ended.",
            "It promises something that is not known yet. The reply comes last.",
        )
    if final_status == "failed":
        return failed(
            f"{called}: the bar says failed, and then there is silence.",
            "A red bar explains nothing. Say in a message what happened.",
        )
    return failed(
        f"{called}: no reply came.", "A bar is not an answer. Yield an AssistantMessage too."
    )
