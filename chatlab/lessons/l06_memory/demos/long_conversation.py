"""A conversation of 10,000 items, and what a model would see of it (lesson 06)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from chatlab.items import AssistantMessageItem, ThreadItem, ToolItem, UserMessageItem
from chatlab.memory import count_tokens, remember, window
from chatlab.testing import CountingIds, FixedClock

__all__ = [
    "BAKER",
    "QUESTION",
    "TASK",
    "View",
    "budgets_for",
    "long_conversation",
    "note_tasks",
    "views_of",
]

QUESTION = "What's its priority?"
TASK = 'Created "order the cake", ID 42.'
BAKER = "The baker is called Rosa."

_RESERVED = 40
_BOOK = {42: "order the cake: high"}
_USER_LINES = (
    "How many guests fit into the hall?",
    "My aunt wants to bring her dog. Is that allowed?",
    "What do you think of blue lanterns?",
    "Please remind me to call the band.",
    "Here is the list of guests again, with what everybody eats and who sits beside whom. " * 4,
)
_ASSISTANT_LINES = (
    "About eighty, if the tables stand along the wall.",
    "I have written it down.",
    "Yes.",
    "We begin at six, we eat at seven, and whoever wants to dance stays until two. " * 2,
)
_NAMED_OFFSET = -60
_SPECIAL = {0: QUESTION, _NAMED_OFFSET - 1: "Create a task: order the cake", -300: BAKER}
_TASK_INTERVAL = 238
_WEATHER, _WEATHER_OFFSET = 9, 4


@dataclass(frozen=True)
class View:
    """What the model sees within one budget: the items from `start` on, and perhaps a summary."""

    budget: int
    start: int
    tokens: int
    its: str
    baker: str
    summary: str = ""


def long_conversation(length: int = 10_000) -> list[ThreadItem]:
    """People plan a party, and every now and then a tool creates a task; the same on every run.

    The task with the ID 42 is named 60 items before the last, which asks for its priority. The
    baker's name is said once, 300 items before.
    """
    random, ids, noon = Random(6), CountingIds(), FixedClock().now()
    items: list[ThreadItem] = []
    for at in range(length):
        fields: dict[str, Any] = {"id": ids("msg"), "thread_id": "thr_party", "timestamp": noon}
        items.append(_item(at - length + 1, fields, random))
    return items


def _item(index: int, fields: dict[str, Any], random: Random) -> ThreadItem:
    """The item at a place counted from the last, which is 0."""
    if index in _SPECIAL:
        return UserMessageItem(**fields, content=_SPECIAL[index])
    ago, offset = divmod(_NAMED_OFFSET - index, _TASK_INTERVAL)
    if offset == 0 and ago >= 0:
        return _tool(fields, f"Created task {42 - ago}." if ago else TASK, {"id": 42 - ago})
    if index % _WEATHER == _WEATHER_OFFSET:
        return _tool(fields, "Looked up the weather", {"degrees": random.randint(2, 30)})
    if index % 2:
        return AssistantMessageItem(**fields, content=random.choice(_ASSISTANT_LINES))
    return UserMessageItem(**fields, content=random.choice(_USER_LINES))


def _tool(fields: dict[str, Any], content: str, output: dict[str, int]) -> ToolItem:
    name = "create_task" if "id" in output else "look_up_weather"
    more: dict[str, Any] = {"tool": name, "call_id": f"call_{fields['id']}", "outcome": "completed"}
    return ToolItem(**fields | more, content=content, output=output)


def budgets_for(total: int) -> list[int]:
    """Stops for a slider: from 60 tokens to what the whole conversation costs."""
    steps = (100, 150, 200, 300, 400, 500, 700)
    stops = [step * 10**power for power in range(6) for step in steps]
    return [60, 80, *(stop for stop in stops if stop < total), -(-total // 1000) * 1000]


async def note_tasks(previous_text: str, items: Sequence[ThreadItem]) -> str:
    """A summary that notes which task was named last, and nothing else."""
    last = _named(items)
    if last is None:
        return previous_text
    return f"They plan a party. The last task named has the ID {last}."


def _named(items: Sequence[ThreadItem]) -> int | None:
    for item in reversed(items):
        if isinstance(item, ToolItem) and "id" in item.output:
            return item.output["id"]
    return None


async def views_of(
    items: Sequence[ThreadItem], budgets: Sequence[int], *, summed: bool
) -> list[View]:
    """For each budget the window, with a summary of what fell out if `summed`."""
    costs = {item.id: count_tokens(item) for item in items}
    return [await _view(items, budget, costs, summed=summed) for budget in budgets]


async def _view(
    items: Sequence[ThreadItem], budget: int, costs: dict[str, int], *, summed: bool
) -> View:
    def count(item: ThreadItem) -> int:
        return costs[item.id]

    visible = window(items, budget, count)
    if not summed or len(visible) == len(items):
        model_input = visible
    else:
        visible = window(items, budget - _RESERVED, count)
        model_input = await remember(items, len(visible), note_tasks)
    summary = model_input[0].content if len(model_input) > len(visible) else ""
    tokens = sum(costs.get(item.id) or count_tokens(item) for item in model_input)
    return View(budget, len(items) - len(visible), tokens, *_answers(visible, summary), summary)


def _answers(visible: Sequence[ThreadItem], summary: str) -> tuple[str, str]:
    """What can be said to the two questions by somebody who sees this much and no more."""
    last = _named(visible)
    if last is None and (noted := re.search(r"ID (\d+)", summary)):
        last = int(noted[1])
    its = "Which task do you mean?" if last is None else f"{_BOOK[last]}."
    knows_baker = BAKER in {item.content for item in visible}
    return its, "Rosa." if knows_baker else "Nobody told me."
