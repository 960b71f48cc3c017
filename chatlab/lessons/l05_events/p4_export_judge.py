"""Part 05.4: a long job that says how far it is, and how it ended; the verdict."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l05_events.p4_export import ASKED
from chatlab.lessons.l05_events.p4_progress_bar import bar_wrong
from chatlab.lessons.l05_events.recording import broke_off, same_words
from chatlab.lessons.support.dialogue import (
    explain_unmade,
    reply_text,
    shorten,
    turn_problem,
)

__all__ = ["judge"]


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
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
    called = f"send({ASKED!r})"
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
