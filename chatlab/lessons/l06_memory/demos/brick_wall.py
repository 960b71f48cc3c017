"""Lesson 06: a wall of 10,000 items, and a slider for how much of it a model gets to see."""

import html
import textwrap
from dataclasses import asdict
from typing import Any

from chatlab.items import ThreadItem
from chatlab.lessons.l06_memory.demos.long_conversation import (
    BAKER,
    QUESTION,
    TASK,
    View,
    budgets_for,
    long_conversation,
    views_of,
)
from chatlab.memory import count_tokens
from chatlab.widgets.display import FALLBACK_HTML, display_live
from chatlab.widgets.live_demo import demo_widget

__all__ = ["brick_wall"]

_CLOSE_ITEMS = 104
_SHOWN_BUDGETS = (60, 500, 2_000, 5_000, 50_000)


async def brick_wall() -> None:
    """Show a long conversation, brick by brick, with a slider for the token budget."""
    items = long_conversation()
    budgets = budgets_for(sum(map(count_tokens, items)))
    alone = await views_of(items, budgets, summed=False)
    summed = await views_of(items, budgets, summed=True)
    contents = [item.content for item in items]
    scene = {
        "roles": "".join(item.role[0] for item in items),
        "close": [_brick(item) for item in items[-_CLOSE_ITEMS:]],
        "marks": [[contents.index(TASK), "42"], [contents.index(BAKER), "Rosa"]],
        "question": QUESTION,
        "alone": [asdict(view) for view in alone],
        "summed": [asdict(view) for view in summed],
    }
    display_live(demo_widget(__file__, scene=scene), _fallback(len(items), alone, summed))


def _brick(item: ThreadItem) -> dict[str, Any]:
    text = textwrap.shorten(item.content, 90, placeholder="...")
    label = "42" if item.content == TASK else ""
    return {"text": f"{item.role}, {count_tokens(item)} tokens: {text}", "label": label}


def _budget_table_rows(length: int, alone: list[View], summed: list[View]) -> list[tuple[str, ...]]:
    shown = {*_SHOWN_BUDGETS, alone[-1].budget}
    return [
        (
            f"{view.budget:,}",
            f"{length - view.start:,}",
            f"{view.tokens:,}",
            view.its,
            summed_view.its,
            view.baker,
        )
        for view, summed_view in zip(alone, summed, strict=True)
        if view.budget in shown
    ]


_HEADS = ("budget", "items seen", "tokens", "“its priority”", "with a summary", "“the baker”")
_COLUMN_WIDTHS = (9, 12, 9, 24, 24, 17)


def _fallback(length: int, alone: list[View], summed: list[View]) -> dict[str, str]:
    rows = _budget_table_rows(length, alone, summed)
    lines = [f"{length:,} items. What the model sees, and what it can answer:"]
    lines += [
        "  ".join(cell.ljust(wide) for cell, wide in zip(row, _COLUMN_WIDTHS, strict=True)).rstrip()
        for row in (_HEADS, *rows)
    ]
    style = 'style="text-align:left;padding:2px 10px"'
    head = "".join(f'<th scope="col" {style}>{heading}</th>' for heading in _HEADS)
    body = "".join(
        "<tr>" + "".join(f"<td {style}>{html.escape(cell)}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    caption = f"<p>{length:,} items. What the model sees of them, and what it can answer:</p>"
    return {"text/plain": "\n".join(lines), "text/html": f"{FALLBACK_HTML}{caption}{table}</div>"}
