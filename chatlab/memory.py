"""Chooses what a model sees of a long conversation: a window, a summary (lesson 06)."""

import json
from collections.abc import Awaitable, Callable, Sequence

from chatlab.clock import NewId, SystemClock, new_id
from chatlab.errors import InvalidInput
from chatlab.items import AssistantMessageItem, ThreadItem, ToolItem

__all__ = ["Summarise", "count_tokens", "is_summary", "make_summary", "remember", "window"]

Summarise = Callable[[str, Sequence[ThreadItem]], Awaitable[str]]
"""Takes the summary so far, "" at first, and the items to add to it; returns the new summary."""


def window(
    items: Sequence[ThreadItem], budget: int, count: Callable[[ThreadItem], int]
) -> list[ThreadItem]:
    """Return as many of the newest items as the budget allows, oldest first.

    The newest user message and what follows it are always in it, even over budget. A tool's item
    is there only with the user message that led to it: a result without its question misleads.

    Args:
        items: The conversation, oldest first. Only as many are counted as are needed.
        budget: What the items may cost together.
        count: What one item costs, such as `count_tokens`.
    """
    user_indexes = (index for index in reversed(range(len(items))) if items[index].role == "user")
    start = next(user_indexes, len(items))
    remaining = budget - sum(count(item) for item in items[start:])
    has_question = True
    for index in reversed(range(start)):
        remaining -= count(items[index])
        if remaining < 0:
            break
        if items[index].role in {"user", "tool"}:
            has_question = items[index].role == "user"
        if has_question:
            start = index
    return list(items[start:])


def count_tokens(item: ThreadItem) -> int:
    """About how many tokens a model needs for this item: an estimate, so leave a margin.

    One for every four bytes of UTF-8, as in English prose, and four for what stands around each
    message. Code, numbers and some languages need more than this says.
    """
    text = item.content
    if isinstance(item, ToolItem):
        data = (item.arguments, item.output)
        text += "".join(json.dumps(part, ensure_ascii=False, default=str) for part in data)
    return 4 + -(-len(text.encode("utf-8", "replace")) // 4)


def make_summary(
    text: str, newest: ThreadItem | None = None, *, new_id: NewId = new_id
) -> AssistantMessageItem:
    """An item that stands for older ones. It is known by its id, which begins with `sum_`.

    Args:
        text: What is worth remembering of them.
        newest: The newest item that it stands for, whose thread and time it takes; without it,
            the summary is of no thread, and of now.
        new_id: Where its id comes from.
    """
    return AssistantMessageItem(
        id=new_id("sum"),
        thread_id=newest.thread_id if newest else "",
        content=text,
        timestamp=newest.timestamp if newest else SystemClock().now(),
    )


def is_summary(item: ThreadItem) -> bool:
    """Whether the item was made by `make_summary`; no user can write one."""
    return isinstance(item, AssistantMessageItem) and item.id.startswith("sum_")


async def remember(
    items: Sequence[ThreadItem], keep: int, summarise: Summarise, *, new_id: NewId = new_id
) -> list[ThreadItem]:
    """Return the newest items as they are, after one summary of all that came before them.

    Give the result back, with what was said since, as the next `items`: what falls out by then
    joins the summary, so that each item is summarised once. As long as nothing falls out,
    nothing is summarised.

    Args:
        items: The conversation, oldest first, perhaps with an earlier summary.
        keep: How many of the newest items stay, summaries not counted.
        summarise: Writes the summary.
        new_id: Where the summary's id comes from.

    Raises:
        InvalidInput: `keep` is negative.
    """
    if keep < 0:
        raise InvalidInput("keep", f"is {keep}", "Choose 0 or more items.")
    originals = [item for item in items if not is_summary(item)]
    dropped = originals[: max(0, len(originals) - keep)]
    if not dropped:
        return list(items)
    previous = "\n".join(item.content for item in items if is_summary(item))
    text = await summarise(previous, dropped)
    return [make_summary(text, dropped[-1], new_id=new_id), *originals[len(dropped) :]]
