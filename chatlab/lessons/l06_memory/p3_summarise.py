"""Part 06.3: a coroutine that puts one summary in place of all but the newest items."""

from collections.abc import Sequence
from random import Random
from typing import Any

from chatlab.course.checking.as_data import attempt
from chatlab.items import ThreadItem
from chatlab.lessons.l06_memory.thread_fixtures import build_item
from chatlab.lessons.support.random_inputs import random_messages
from chatlab.memory import is_summary, make_summary

__all__ = ["inputs", "observe"]


def inputs(random: Random) -> list[dict[str, Any]]:
    """Cases: how many items there are, how many stay, the earlier summary, the new one."""
    texts = random_messages(random, 7)
    new_texts, earlier_texts = texts[:4], texts[4:]
    long_count, keep = random.randint(8, 14), random.randint(2, 5)
    return [
        _case(long_count, keep, None, new_texts[0]),
        _case(long_count, keep, earlier_texts[0], new_texts[1]),
        _case(keep, keep, None, "unasked"),
        _case(keep - 1, keep, earlier_texts[1], "unasked"),
        _case(keep, keep, earlier_texts[1], "unasked"),
        _case(random.randint(4, 7), 0, None, new_texts[2]),
        _case(random.randint(4, 7), 0, earlier_texts[2], new_texts[3]),
        _case(0, keep, None, "unasked"),
    ]


def _case(count: int, keep: int, earlier: str | None, text: str) -> dict[str, Any]:
    return {"count": count, "keep": keep, "earlier": earlier, "text": text}


async def observe(subject: Any, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For each case the items that came back, and the calls of `summarise`."""
    return [await _observe_case(subject, case) for case in inputs]


async def _observe_case(subject: Any, case: dict[str, Any]) -> dict[str, Any]:
    """The outcome of `attempt`, the `calls` of `summarise`, and the returned items as `rows`."""
    roles = ("user", "tool", "assistant")
    items = [
        build_item([roles[index % 3], f"remark {index}"], id=f"msg_{index}")
        for index in range(case["count"])
    ]
    earlier_summaries = [] if case["earlier"] is None else [make_summary(case["earlier"])]
    labels = {item.id: item.id for item in items}
    labels |= {item.id: "summary" for item in earlier_summaries}
    calls: list[Any] = []

    async def summarise(previous_text: str, items: Sequence[ThreadItem]) -> str:
        calls.append([previous_text, [labels.get(item.id, "?") for item in items]])
        return case["text"]

    result_rows: list[Any] = []

    async def run() -> Any:
        value = await subject([*earlier_summaries, *items], case["keep"], summarise)
        if isinstance(value, list | tuple):
            result_rows.extend(map(_item_row, value))
        return value

    return await attempt(run) | {"calls": calls, "rows": result_rows}


def _item_row(item: Any) -> list[Any]:
    """One item that was returned: `["summary", content]`, `["item", id]`, or `["text", text]`."""
    if isinstance(item, str):
        return ["text", item]
    if hasattr(item, "id") and is_summary(item):
        return ["summary", item.content]
    return ["item", getattr(item, "id", repr(item))]
