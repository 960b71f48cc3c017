"""Judges part 05.4: the Tasks of each export, beside another and when it fails; the replies."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l05_events.p4_export import REQUEST_TEXT
from chatlab.lessons.l05_events.progress_bar_judge import bar_wrong
from chatlab.lessons.l05_events.recording import explain_escaped_failure, is_same_wording
from chatlab.lessons.support.explain import explain_no_server, shorten, source_line, turn_wrong
from chatlab.lessons.support.server_turns import reply_text

__all__ = ["judge"]

_FAILURE_MOMENTS = {None: "after the last page", 0: "before its first page"}


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """The progress and the end of each bar are those of its job, and so is the reply."""
    if "unmade" in observation:
        return [explain_no_server("ExportServer", observation["unmade"])]
    if "blocked" in observation:
        return [
            failed(
                "While your server waited between two pages, nobody else could get on.",
                "time.sleep stops everybody. You need no pause; if you want one, await it.",
            )
        ]
    first_user, second_user, third_user = inputs["names"]
    failing_turn, first_turn, second_turn, failing_at_end_turn, *failing_at_once_turns = (
        observation["turns"]
    )
    called = f"send({REQUEST_TEXT!r})"
    for user_id, turn, pages in (
        (first_user, first_turn, inputs["pages"][0]),
        (second_user, second_turn, inputs["pages"][1]),
    ):
        situation = f"{called} by {user_id}, while another export runs"
        wrong = _export_call_wrong(situation, turn, [first_user, second_user])
        if wrong := wrong or bar_wrong(situation, turn, pages, "completed"):
            return [wrong]
    failures = [
        ([third_user, second_user], failing_turn, inputs["pages"][2], inputs["breaks_after"]),
        ([first_user], failing_at_end_turn, inputs["pages"][1], None),
        *(([first_user], turn, inputs["pages"][1], 0) for turn in failing_at_once_turns),
    ]
    for users, turn, pages, fails_after in failures:
        moment = _FAILURE_MOMENTS.get(fails_after, f"after page {fails_after}")
        situation = f"{called}, when the job fails {moment}"
        wrong = _export_call_wrong(situation, turn, users) or bar_wrong(
            situation, turn, pages, "failed"
        )
        if wrong := wrong or _failure_reply_wrong(situation, turn, reply_text(first_turn)):
            return [wrong]
    return [passed(3, "The bar rises with the job, and the end is what really happened.")]


def _export_call_wrong(called: str, turn: dict[str, Any], users: list[str]) -> Finding | None:
    error = turn["raised"]
    if error and error["type"] == "OSError":
        return explain_escaped_failure(called, "job", "its bar")
    if error and error["type"] == "ValidationError" and "progress" in error["message"]:
        return failed(
            f"{called}: `progress` got a number that it cannot take.",
            f"It runs from 0 to 1: pages written / pages in all. {source_line(error)}",
        )
    if wrong := turn_wrong(called, turn):
        return wrong
    if not turn["asked_by"]:
        return failed(
            f"{called}: the job was never started.",
            "async for written, pages in self.export(context.user_id): ...",
        )
    if sorted(map(str, turn["asked_by"])) != sorted(users):
        got = ", ".join(map(str, turn["asked_by"]))
        return failed(
            f"{called}: the export was asked for by {', '.join(users)}, and made for {got}.",
            "One job for each user who asks: self.export(context.user_id), once.",
        )
    return None


def _failure_reply_wrong(called: str, turn: dict[str, Any], success_reply: str) -> Finding | None:
    if not is_same_wording(reply_text(turn), success_reply):
        return None
    return failed(
        f"{called}: the reply is {shorten(reply_text(turn))}, as if it had worked.",
        "Nothing was exported. Say so when the job fails.",
    )
