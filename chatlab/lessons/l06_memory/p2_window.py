"""Part 06.2: one run of the newest items that the budget pays for."""

from random import Random
from typing import Any

from chatlab.course.checking.observe import attempt
from chatlab.items import ThreadItem
from chatlab.lessons.l06_memory.threads import item_of

__all__ = ["Row", "inputs", "observe"]

Row = list[Any]


def inputs(random: Random) -> list[dict[str, Any]]:
    """Conversations of `[role, cost]`, each with a budget; the telling ones first."""
    plain = [_row(("user", "assistant")[n % 2], random.randint(5, 40)) for n in range(16)]
    speech = [_row("user", 5), _row("assistant", random.randint(500, 2000))]
    dear = plain[:10] + speech + plain[10:]
    question = _row("user", random.randint(300, 900))
    newest = [*plain[:6], question, _row("tool", 20), _row("assistant", 30)]
    looked_up = [_row("user", 60), _row("assistant", 9), _row("tool", 8), _row("tool", 7)]
    tools = plain[:4] + looked_up + plain[:3]
    told = plain[:4] + looked_up + [_row("assistant", 15), _row("user", 12), _row("assistant", 11)]
    rest = [_row(role, random.randint(1, 30)) for role in ("user", "assistant")]
    cases = [
        _case(plain, sum(cost for _, cost in plain[-5:]) + 2),
        _case(newest, random.randint(60, 200)),
        _case(newest[:-2], random.randint(60, 200)),
        _case(dear, sum(cost for _, cost in plain[10:]) + 40),
        _case(tools, sum(cost for _, cost in tools[-3:]) + 20),
        _case(told, 15 + 12 + 11 + 7 + 8 + 9 + 40),
        _case(plain, sum(cost for _, cost in plain[-7:])),
        _case(plain, 10_000),
        _case([["assistant", 12]], 20),
        _case([["assistant", 12]], 3),
        _case([["user", 12]], 0),
        _case([], 50),
        _case(rest, 100),
    ]
    return cases + [_any_case(random) for _ in range(30)]


def _row(role: str, cost: int) -> Row:
    return [role, cost]


def _case(rows: list[Row], budget: int) -> dict[str, Any]:
    return {"rows": rows, "budget": budget}


def _any_case(random: Random) -> dict[str, Any]:
    rows: list[Row] = []
    for _ in range(random.randint(1, 6)):
        rows.append(["user", random.randint(1, 40)])
        rows += [["tool", random.randint(1, 20)] for _ in range(random.choice((0, 0, 1, 2)))]
        rows += [["assistant", random.randint(1, 40)] for _ in range(random.choice((0, 1, 1)))]
    return _case(rows, random.randint(0, 30 * len(rows)))


async def observe(subject: Any, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For each case the window, and how often `count` was asked."""
    return [await _one(subject, case) for case in inputs]


async def _one(subject: Any, case: dict[str, Any]) -> dict[str, Any]:
    rows = case["rows"]
    items = [item_of([role, f"{role} {n}"], id=f"msg_{n}") for n, (role, _) in enumerate(rows)]
    costs = {item.id: cost for item, (_, cost) in zip(items, rows, strict=True)}
    calls = 0

    def count(item: ThreadItem) -> int:
        nonlocal calls
        calls += 1
        return costs[item.id]

    seen = await attempt(lambda: subject(items, case["budget"], count))
    return seen | {"calls": calls}
