"""Part 06.2: one run of the newest items that the budget pays for; the verdict."""

from itertools import accumulate
from typing import Any

from chatlab.course.findings import Finding, failed, needless_async, passed
from chatlab.lessons.l06_memory.p2_window import Row

__all__ = ["judge"]


def judge(inputs: list[dict[str, Any]], seen: list[dict[str, Any]]) -> list[Finding]:
    """Every window is the longest that is allowed."""
    for case, one in zip(inputs, seen, strict=True):
        if wrong := needless_async("window", one) or _wrong(case["rows"], case["budget"], one):
            return [wrong]
    return [passed(4, "Every window fits its budget, and no result is without its question.")]


def _must(rows: list[Row]) -> int:
    """Where the newest user message is; the end where there is none."""
    return max((at for at, (role, _) in enumerate(rows) if role == "user"), default=len(rows))


def _orphan(rows: list[Row], start: int) -> int | None:
    """The first tool item whose question is not in the window that begins at `start`."""
    for at, (role, _) in enumerate(rows[start:], start):
        if role == "user":
            return None
        if role == "tool":
            return at
    return None


def _start(rows: list[Row], budget: int) -> int:
    paid = list(accumulate((cost for _, cost in reversed(rows)), initial=0))[::-1]
    fits = (at for at in range(_must(rows)) if paid[at] <= budget and _orphan(rows, at) is None)
    return next(fits, _must(rows))


def _wrong(rows: list[Row], budget: int, seen: dict[str, Any]) -> Finding | None:
    costs = " ".join(f"{role}:{cost}" for role, cost in rows[-6:])
    dots = "... " if len(rows) > 6 else ""
    called = f"Costs {dots}{costs}; budget {budget}" if rows else "No items"
    if "raised" in seen:
        why = seen["raised"]
        line = f"Your line {why['number']}: {why['line']}" if why.get("line") else ""
        return failed(f"{called}: it raised {why['type']}: {why['message']}", line)
    value = seen["value"]
    if not isinstance(value, list) or not all(
        isinstance(item, dict) and "id" in item for item in value
    ):
        return failed(f"{called}: it gave back {str(value)[:60]!r}.", "Return a list of the items.")
    got = [int(item["id"].removeprefix("msg_")) for item in value]
    start = _start(rows, budget)
    if got == list(range(start, len(rows))):
        return None
    return _order_wrong(called, rows, got) or _content_wrong(called, rows, budget, got, seen)


def _order_wrong(called: str, rows: list[Row], got: list[int]) -> Finding | None:
    if len(set(got)) < len(got):
        return failed(f"{called}: an item is in the window twice.", "Take each item once.")
    if got != sorted(got):
        return failed(
            f"{called}: the newest item stands first.", "Choose backwards, return forwards."
        )
    must = _must(rows)
    if lost := [at for at in range(must, len(rows)) if at not in got]:
        if lost[0] == must:
            return failed(
                f"{called}: the newest user message is gone, and with it the question.",
                "It stays, with what follows it, even over budget.",
            )
        return failed(
            f"{called}: the {rows[lost[0]][0]} item after the newest user message is gone.",
            "The newest user message stays, and so does all that follows it.",
        )
    gaps = [at for at in range(got[0], len(rows)) if at not in got] if got else []
    if gaps:
        return failed(
            f"{called}: item {gaps[0] + 1} is left out between two that stay.",
            "One run without gaps: stop at the first item that does not fit.",
        )
    return None


def _content_wrong(
    called: str, rows: list[Row], budget: int, got: list[int], seen: dict[str, Any]
) -> Finding:
    first = got[0] if got else len(rows)
    start, spent = _start(rows, budget), sum(rows[at][1] for at in got)
    if spent > budget and not seen["calls"]:
        return failed(
            f"{called}: {len(got)} items, and nobody asked what they cost.",
            "Two messages may cost 2 or 2,000; use `count`.",
        )
    if first < _must(rows) and spent > budget:
        return failed(
            f"{called}: this window costs {spent}.",
            "Going back from the newest user message, stop before the sum is over the budget.",
        )
    if (at := _orphan(rows, first)) is not None:
        return failed(
            f"{called}: item {at + 1} is a tool's result, and the question before it is cut off.",
            "A result without its question misleads. Begin after it, or with the question.",
        )
    more = first - start
    if sum(rows[at][1] for at in range(start, len(rows))) == budget:
        return failed(
            f"{called}: {more} more fit, and then the sum is exactly the budget.",
            "At most `budget` means <=, not <.",
        )
    if start < len(rows) and rows[start][0] == "assistant":
        return failed(
            f"{called}: {more} more fit. The window may begin with an assistant's message.",
            "Only a tool item needs its question; take all that the budget pays for.",
        )
    return failed(
        f"{called}: {more} more items fit into the budget.",
        "Go on back as long as the sum of `count(item)` is at most the budget.",
    )
