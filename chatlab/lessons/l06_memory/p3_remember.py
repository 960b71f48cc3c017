"""Part 06.3: what falls out becomes one summary, and nothing is summarised twice."""

from collections.abc import Sequence
from random import Random
from typing import Any

from chatlab.course.checking.observe import attempt
from chatlab.items import ThreadItem
from chatlab.lessons.l06_memory.threads import item_of
from chatlab.lessons.support.dialogue import random_messages
from chatlab.memory import is_summary, make_summary

__all__ = ["inputs", "observe"]


def inputs(random: Random) -> list[dict[str, Any]]:
    """How many items there are, how many stay, and the earlier summary."""
    first, second, third, fourth, *earlier = random_messages(random, 7)
    long, keep = random.randint(8, 14), random.randint(2, 5)
    return [
        _case(long, keep, None, first),
        _case(long, keep, earlier[0], second),
        _case(keep, keep, None, "unasked"),
        _case(keep - 1, keep, earlier[1], "unasked"),
        _case(keep, keep, earlier[1], "unasked"),
        _case(random.randint(4, 7), 0, None, third),
        _case(random.randint(4, 7), 0, earlier[2], fourth),
        _case(0, keep, None, "unasked"),
    ]


def _case(count: int, keep: int, earlier: str | None, text: str) -> dict[str, Any]:
    return {"count": count, "keep": keep, "earlier": earlier, "text": text}


async def observe(subject: Any, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For each case what stays, and what was handed over to be summarised."""
    return [await _one(subject, case) for case in inputs]


async def _one(subject: Any, case: dict[str, Any]) -> dict[str, Any]:
    roles = ("user", "tool", "assistant")
    said = [item_of([roles[n % 3], f"remark {n}"], id=f"msg_{n}") for n in range(case["count"])]
    older = [] if case["earlier"] is None else [make_summary(case["earlier"])]
    names = {item.id: "summary" for item in older} | {item.id: item.id for item in said}
    calls: list[Any] = []

    async def summarise(previous_text: str, items: Sequence[ThreadItem]) -> str:
        calls.append([previous_text, [names.get(item.id, "?") for item in items]])
        return case["text"]

    kept: list[Any] = []

    async def run() -> Any:
        value = await subject([*older, *said], case["keep"], summarise)
        if isinstance(value, list | tuple):
            kept.extend(map(_row, value))
        return value

    return await attempt(run) | {"calls": calls, "kept": kept}


def _row(item: Any) -> list[Any]:
    """What is returned, in brief: `[kind, content or id]`."""
    if isinstance(item, str):
        return ["text", item]
    summary = hasattr(item, "id") and is_summary(item)
    return ["summary", item.content] if summary else ["item", getattr(item, "id", repr(item))]
