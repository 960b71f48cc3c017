"""Part 10.1: the TaskManager works, and shows its tools at work."""

from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.lessons.l10_capstone.scenarios import Fixture, random_inputs, run_scenarios

__all__ = ["inputs", "observe"]


async def _run_create(fixture: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
    """Create one task with a priority."""
    context = RequestContext(user_id=inputs["names"][0])
    text = f"Create a task: {inputs['titles'][0]} ({inputs['priority']})"
    return {"turn": await fixture.say(text, context), "tasks": await fixture.tasks(context.user_id)}


async def _run_list_and_complete(fixture: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
    """Create two tasks, list them, and complete the first."""
    context = RequestContext(user_id=inputs["names"][0])
    first_title, second_title = inputs["titles"][:2]
    thread_id = (await fixture.say(f"Create a task: {first_title}", context))["thread_id"]
    await fixture.say(f"Create a task: {second_title}", context, thread_id)
    list_turn = await fixture.say("List my tasks", context, thread_id)
    complete_turn = await fixture.say(f"Complete {inputs['first_id']}", context, thread_id)
    return {
        "listed": list_turn,
        "completed": complete_turn,
        "tasks": await fixture.tasks(context.user_id),
    }


async def _run_priority_and_small_talk(fixture: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
    """Open a chat without a message; set a priority and ask for it; say what is no command."""
    context = RequestContext(user_id=inputs["names"][0])
    task_id = inputs["first_id"]
    opening_turn = await fixture.finish_turn(fixture.manager.send(None, context))
    thread_id = (await fixture.say(f"Create a task: {inputs['titles'][0]}", context))["thread_id"]
    set_turn = await fixture.say(f"Set {task_id} to {inputs['priority']}", context, thread_id)
    question_turn = await fixture.say(f"What's the priority of {task_id}?", context, thread_id)
    chatter_turn = await fixture.say(inputs["chatter"][0], context, thread_id)
    tasks = await fixture.tasks(context.user_id)
    return {
        "opened": opening_turn,
        "set": set_turn,
        "asked": question_turn,
        "chatter": chatter_turn,
        "tasks": tasks,
    }


def inputs(random: Random) -> dict[str, Any]:
    """People, titles, a secret, the number that tasks begin with, and small talk."""
    return random_inputs(random)


async def observe(subject: Any, inputs: dict[str, Any]) -> list[Any]:
    """What happened in each of the three scenarios."""
    return await run_scenarios(
        (_run_create, _run_list_and_complete, _run_priority_and_small_talk), subject, inputs
    )
