"""Part 10.2: the TaskManager remembers what this thread spoke of."""

from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.as_data import to_plain_json
from chatlab.items import AssistantMessageItem, UserMessageItem
from chatlab.lessons.l10_capstone.scenarios import Fixture, random_inputs, run_scenarios

__all__ = ["OTHER_PRIORITY", "QUESTION", "REMARK_COUNT", "inputs", "observe"]

QUESTION = "What's its priority?"
OTHER_PRIORITY = {"low": "high", "high": "low"}

REMARK_COUNT = 30
"""How many questions, each with an answer, stand between a task and the question about it."""


async def _run_pronoun(fixture: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
    """Create a task in each of two threads; ask for "it" in the first one, and in a third."""
    context = RequestContext(user_id=inputs["names"][0])
    own_priority, other_priority = inputs["priority"], OTHER_PRIORITY[inputs["priority"]]
    first_turn = await fixture.say(
        f"Create a task: {inputs['titles'][0]} ({own_priority})", context
    )
    await fixture.say(f"Create a task: {inputs['titles'][1]} ({other_priority})", context)
    question_turn = await fixture.say(QUESTION, context, first_turn["thread_id"])
    complete_turn = await fixture.say("Complete it", context, first_turn["thread_id"])
    new_thread_turn = await fixture.say(QUESTION, context)
    tasks = await fixture.tasks(context.user_id)
    await fixture.say("List my tasks", context, first_turn["thread_id"])
    return {
        "asked": question_turn,
        "done": complete_turn,
        "empty": new_thread_turn,
        "tasks": tasks,
        "listed": await fixture.say(QUESTION, context, first_turn["thread_id"]),
        "tools": await _ask_after_tools(fixture, inputs, context),
    }


async def _ask_after_tools(
    fixture: Fixture, inputs: dict[str, Any], context: RequestContext
) -> list[Any]:
    """In a new thread for each, create two tasks, use a tool on the first, and ask for "it".

    Returns:
        For each tool what was said, and the answer to the question after it.
    """
    own_priority, other_priority = inputs["priority"], OTHER_PRIORITY[inputs["priority"]]
    outcomes: list[Any] = []
    for text in ("What's the priority of {}?", "Complete {}", f"Set {{}} to {own_priority}"):
        known_ids = [task["id"] for task in await fixture.tasks(context.user_id)]
        turn = await fixture.say(f"Create a task: {inputs['titles'][2]} ({own_priority})", context)
        await fixture.say(
            f"Create a task: {inputs['titles'][3]} ({other_priority})", context, turn["thread_id"]
        )
        tasks = await fixture.tasks(context.user_id)
        task_id = next((task["id"] for task in tasks if task["id"] not in known_ids), 0)
        said = text.format(task_id)
        await fixture.say(said, context, turn["thread_id"])
        outcomes.append([said, await fixture.say(QUESTION, context, turn["thread_id"])])
    return outcomes


async def _add_small_talk(
    fixture: Fixture, context: RequestContext, thread_id: str, number_said: int
) -> None:
    """Add 2 * REMARK_COUNT items straight to the store; the number is in each answer."""
    manager: Any = fixture.manager
    now = manager.clock.now()
    for number in range(REMARK_COUNT):
        fields: dict[str, Any] = {"thread_id": thread_id, "timestamp": now}
        question = UserMessageItem(id=f"msg_q{number}", content=f"Remark {number}", **fields)
        answer = AssistantMessageItem(
            id=f"msg_a{number}", content=f"I see {number_said}.", **fields
        )
        await fixture.store.add_thread_item(thread_id, question, context)
        await fixture.store.add_thread_item(thread_id, answer, context)


async def _run_long_history(fixture: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
    """Create a task, add more items than `history` holds, and ask.

    They mention the number of another task, which no tool of this thread has touched.
    """
    context = RequestContext(user_id=inputs["names"][0])
    text = f"Create a task: {inputs['titles'][0]} ({inputs['priority']})"
    thread_id = (await fixture.say(text, context))["thread_id"]
    other_priority = OTHER_PRIORITY[inputs["priority"]]
    await fixture.say(f"Create a task: {inputs['titles'][1]} ({other_priority})", context)
    last_id = max((task["id"] for task in await fixture.tasks(context.user_id)), default=0)
    await _add_small_talk(fixture, context, thread_id, last_id)
    return {"asked": await fixture.say(QUESTION, context, thread_id)}


async def _run_branch(fixture: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
    """Fork a thread before its second task; ask in the branch, then in the old thread."""
    context = RequestContext(user_id=inputs["names"][0])
    first_priority, second_priority = inputs["priority"], OTHER_PRIORITY[inputs["priority"]]
    first_message, second_message = (
        f"Create a task: {title} ({priority})"
        for title, priority in zip(
            inputs["titles"][:2], (first_priority, second_priority), strict=True
        )
    )
    thread_id = (await fixture.say(first_message, context))["thread_id"]
    await fixture.say(second_message, context, thread_id)
    manager = fixture.manager
    items = (await manager.thread(thread_id, context)).items.data
    items_before = to_plain_json(items)
    messages = [item for item in items if item.role == "user"]
    branch = await manager.fork(thread_id, messages[-1].id, context)
    branch_turn = await fixture.say(QUESTION, context, branch.id)
    items_after = to_plain_json((await manager.thread(thread_id, context)).items.data)
    old_thread_turn = await fixture.say(QUESTION, context, thread_id)
    return {
        "there": branch_turn,
        "here": old_thread_turn,
        "untouched": items_after == items_before,
    }


def inputs(random: Random) -> dict[str, Any]:
    """People, titles, a secret, the number that tasks begin with, and small talk."""
    return random_inputs(random)


async def observe(subject: Any, inputs: dict[str, Any]) -> list[Any]:
    """What happened in each of the three scenarios."""
    return await run_scenarios((_run_pronoun, _run_long_history, _run_branch), subject, inputs)
