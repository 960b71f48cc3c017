"""Judges part 06.2: which items are in each window."""

from itertools import accumulate
from typing import Any

from chatlab.course.findings import Finding, failed, needless_async, passed
from chatlab.lessons.l06_memory.p2_window import Row
from chatlab.lessons.support.explain import source_line

__all__ = ["judge"]


def judge(inputs: list[dict[str, Any]], observation: list[dict[str, Any]]) -> list[Finding]:
    """Every window is the longest run of newest items that fits its budget."""
    for case, result in zip(inputs, observation, strict=True):
        wrong = needless_async("window", result)
        if wrong := wrong or _window_wrong(case["rows"], case["budget"], result):
            return [wrong]
    return [passed(4, "Every window fits its budget, and no result is without its question.")]


def _newest_question_index(rows: list[Row]) -> int:
    """The index of the newest user message; the number of rows where there is none."""
    return max((index for index, (role, _) in enumerate(rows) if role == "user"), default=len(rows))


def _orphan_index(rows: list[Row], start: int) -> int | None:
    """The first tool item with no user message before it in the window that begins at `start`."""
    for index, (role, _) in enumerate(rows[start:], start):
        if role == "user":
            return None
        if role == "tool":
            return index
    return None


def _expected_start_index(rows: list[Row], budget: int) -> int:
    """Where the right window begins."""
    cost_from = list(accumulate((cost for _, cost in reversed(rows)), initial=0))[::-1]
    allowed_starts = (
        index
        for index in range(_newest_question_index(rows))
        if cost_from[index] <= budget and _orphan_index(rows, index) is None
    )
    return next(allowed_starts, _newest_question_index(rows))


def _window_wrong(rows: list[Row], budget: int, result: dict[str, Any]) -> Finding | None:
    costs = " ".join(f"{role}:{cost}" for role, cost in rows[-6:])
    dots = "... " if len(rows) > 6 else ""
    called = f"Costs {dots}{costs}; budget {budget}" if rows else "No items"
    if "raised" in result:
        error = result["raised"]
        return failed(
            f"{called}: it raised {error['type']}: {error['message']}", source_line(error)
        )
    value = result["value"]
    if not isinstance(value, list) or not all(
        isinstance(item, dict) and "id" in item for item in value
    ):
        return failed(f"{called}: it returned {str(value)[:60]!r}.", "Return a list of the items.")
    got = [int(item["id"].removeprefix("msg_")) for item in value]
    expected_start = _expected_start_index(rows, budget)
    if got == list(range(expected_start, len(rows))):
        return None
    return _order_wrong(called, rows, got) or _explain_content(called, rows, budget, got, result)


def _order_wrong(called: str, rows: list[Row], got: list[int]) -> Finding | None:
    if len(set(got)) < len(got):
        return failed(f"{called}: an item is in the window twice.", "Each item belongs there once.")
    if got != sorted(got):
        return failed(
            f"{called}: the newest item comes first.", "Choose backwards, return forwards."
        )
    newest_question = _newest_question_index(rows)
    if lost_indexes := [index for index in range(newest_question, len(rows)) if index not in got]:
        if lost_indexes[0] == newest_question:
            return failed(
                f"{called}: the newest user message is gone, and with it the question.",
                "It stays, with what follows it, even over budget.",
            )
        return failed(
            f"{called}: the {rows[lost_indexes[0]][0]} item after the newest user message is gone.",
            "The newest user message stays, and so does everything that follows it.",
        )
    got_start = got[0] if got else len(rows)
    gap_indexes = [index for index in range(got_start, len(rows)) if index not in got]
    if gap_indexes:
        return failed(
            f"{called}: item {gap_indexes[0] + 1} is left out between two that stay.",
            "One run without gaps: stop at the first item that does not fit.",
        )
    return None


def _explain_content(
    called: str, rows: list[Row], budget: int, got: list[int], result: dict[str, Any]
) -> Finding:
    """Takes one run of items in order, to the end, that begins where it should not."""
    got_start = got[0] if got else len(rows)
    expected_start = _expected_start_index(rows, budget)
    cost = sum(rows[index][1] for index in got)
    if cost > budget and not result["calls"]:
        return failed(
            f"{called}: {len(got)} items, but nobody asked what they cost.",
            "Two messages may cost 2 or 2,000; use `count`.",
        )
    if got_start < _newest_question_index(rows) and cost > budget:
        return failed(
            f"{called}: this window costs {cost}.",
            "Going back from the newest user message, stop before the sum is over the budget.",
        )
    if (orphan := _orphan_index(rows, got_start)) is not None:
        return failed(
            f"{called}: item {orphan + 1} is a tool's result, and the question before it is cut "
            "off.",
            "A result without its question misleads. Begin after it, or with the question.",
        )
    more_count = got_start - expected_start
    if sum(cost for _, cost in rows[expected_start:]) == budget:
        return failed(
            f"{called}: {more_count} more fit, and then the sum is exactly the budget.",
            "At most `budget` means <=, not <.",
        )
    if expected_start < len(rows) and rows[expected_start][0] == "assistant":
        return failed(
            f"{called}: {more_count} more fit. The window may begin with an assistant's message.",
            "Only a tool item needs its question; take everything the budget pays for.",
        )
    return failed(
        f"{called}: {more_count} more items fit into the budget.",
        "Keep going back as long as the sum of `count(item)` is at most the budget.",
    )
