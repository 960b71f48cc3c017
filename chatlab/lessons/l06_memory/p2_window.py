"""Part 06.2: a function that gives the newest items whose cost fits into a budget."""

from random import Random
from typing import Any

from chatlab.course.checking.as_data import attempt
from chatlab.items import ThreadItem
from chatlab.lessons.l06_memory.thread_fixtures import build_item

__all__ = ["Row", "inputs", "observe"]

Row = list[Any]
"""`[role, cost]`."""


def inputs(random: Random) -> list[dict[str, Any]]:
    """Conversations as rows, each with a budget: first the special cases, then random ones."""
    roles = ("user", "assistant")
    plain_rows = [_row(roles[index % 2], random.randint(5, 40)) for index in range(16)]
    long_exchange = [_row("user", 5), _row("assistant", random.randint(500, 2000))]
    expensive_rows = plain_rows[:10] + long_exchange + plain_rows[10:]
    question_row = _row("user", random.randint(300, 900))
    question_rows = [*plain_rows[:6], question_row, _row("tool", 20), _row("assistant", 30)]
    tool_exchange = [_row("user", 60), _row("assistant", 9), _row("tool", 8), _row("tool", 7)]
    tool_rows = plain_rows[:4] + tool_exchange + plain_rows[:3]
    follow_up = [_row("assistant", 15), _row("user", 12), _row("assistant", 11)]
    answered_rows = plain_rows[:4] + tool_exchange + follow_up
    short_rows = [_row(role, random.randint(1, 30)) for role in roles]
    cases = [
        _case(plain_rows, sum(cost for _, cost in plain_rows[-5:]) + 2),
        _case(question_rows, random.randint(60, 200)),
        _case(question_rows[:-2], random.randint(60, 200)),
        _case(expensive_rows, sum(cost for _, cost in plain_rows[10:]) + 40),
        _case(tool_rows, sum(cost for _, cost in tool_rows[-3:]) + 20),
        _case(answered_rows, 15 + 12 + 11 + 7 + 8 + 9 + 40),
        _case(plain_rows, sum(cost for _, cost in plain_rows[-7:])),
        _case(plain_rows, 10_000),
        _case([["user", 12]], 0),
        _case([], 50),
        _case(short_rows, 100),
    ]
    return cases + [_random_case(random) for _ in range(30)]


def _row(role: str, cost: int) -> Row:
    return [role, cost]


def _case(rows: list[Row], budget: int) -> dict[str, Any]:
    return {"rows": rows, "budget": budget}


def _random_case(random: Random) -> dict[str, Any]:
    rows: list[Row] = []
    for _ in range(random.randint(1, 6)):
        rows.append(["user", random.randint(1, 40)])
        rows += [["tool", random.randint(1, 20)] for _ in range(random.choice((0, 0, 1, 2)))]
        rows += [["assistant", random.randint(1, 40)] for _ in range(random.choice((0, 1, 1)))]
    return _case(rows, random.randint(0, 30 * len(rows)))


async def observe(subject: Any, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For each case the window, and how often the learner's code called `count`."""
    return [await _observe_case(subject, case) for case in inputs]


async def _observe_case(subject: Any, case: dict[str, Any]) -> dict[str, Any]:
    """The outcome of `attempt`, and the number of `calls` of `count`; the ids show the index."""
    rows = case["rows"]
    items = [
        build_item([role, f"{role} {index}"], id=f"msg_{index}")
        for index, (role, _) in enumerate(rows)
    ]
    costs = {item.id: cost for item, (_, cost) in zip(items, rows, strict=True)}
    calls = 0

    def count(item: ThreadItem) -> int:
        nonlocal calls
        calls += 1
        return costs[item.id]

    result = await attempt(lambda: subject(items, case["budget"], count))
    return result | {"calls": calls}
