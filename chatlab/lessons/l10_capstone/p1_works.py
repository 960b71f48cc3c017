"""Part 10.1: the TaskManager works, and shows its tools at work."""

from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.lessons.l10_capstone.scenarios import Fixture, play_all, random_inputs

__all__ = ["inputs", "observe"]


async def create_played(room: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
    """One task, with a priority."""
    who = RequestContext(user_id=inputs["names"][0])
    text = f"Create a task: {inputs['titles'][0]} ({inputs['priority']})"
    return {"turn": await room.say(text, who), "tasks": await room.tasks(who.user_id)}


async def everyday_played(room: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
    """Two tasks, a list, one completed, a list again."""
    who = RequestContext(user_id=inputs["names"][0])
    first, second = inputs["titles"][:2]
    thread = (await room.say(f"Create a task: {first}", who))["thread_id"]
    await room.say(f"Create a task: {second}", who, thread)
    listed = await room.say("List my tasks", who, thread)
    completed = await room.say(f"Complete {inputs['first_id']}", who, thread)
    return {"listed": listed, "completed": completed, "tasks": await room.tasks(who.user_id)}


async def more_played(room: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
    """A new priority, and a message that is no command."""
    who = RequestContext(user_id=inputs["names"][0])
    number = inputs["first_id"]
    opened = await room.whole(room.manager.send(None, who))
    thread = (await room.say(f"Create a task: {inputs['titles'][0]}", who))["thread_id"]
    turn = await room.say(f"Set {number} to {inputs['priority']}", who, thread)
    asked = await room.say(f"What's the priority of {number}?", who, thread)
    chatter = await room.say(inputs["chatter"][0], who, thread)
    tasks = await room.tasks(who.user_id)
    return {"opened": opened, "set": turn, "asked": asked, "chatter": chatter, "tasks": tasks}


def inputs(random: Random) -> dict[str, Any]:
    """People, titles, a secret, the number that tasks begin with, and small talk."""
    return random_inputs(random)


async def observe(subject: Any, inputs: dict[str, Any]) -> list[Any]:
    """Play all three scenarios."""
    return await play_all((create_played, everyday_played, more_played), subject, inputs)
