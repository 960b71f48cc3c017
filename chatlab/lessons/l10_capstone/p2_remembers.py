"""Part 10.2: the TaskManager remembers what this thread spoke of."""

from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import to_plain_json
from chatlab.items import AssistantMessageItem, UserMessageItem
from chatlab.lessons.l10_capstone.scenarios import Fixture, play_all, random_inputs
from chatlab.server import ChatKitServer

__all__ = ["ASK", "OTHER", "REMARKS", "inputs", "observe"]

ASK = "What's its priority?"


OTHER = {"low": "high", "high": "low"}


REMARKS = 30


async def its_played(room: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
    """Two threads of one customer, each with a task of its own."""
    who = RequestContext(user_id=inputs["names"][0])
    mine, other = inputs["priority"], OTHER[inputs["priority"]]
    one = await room.say(f"Create a task: {inputs['titles'][0]} ({mine})", who)
    await room.say(f"Create a task: {inputs['titles'][1]} ({other})", who)
    asked = await room.say(ASK, who, one["thread_id"])
    done = await room.say("Complete it", who, one["thread_id"])
    empty = await room.say(ASK, who)
    tasks = await room.tasks(who.user_id)
    return {"asked": asked, "done": done, "empty": empty, "tasks": tasks}


async def _chat(room: Fixture, who: RequestContext, thread_id: str, manager: Any) -> None:
    """A long chat about nothing, put straight into the store."""
    now = manager.clock.now()
    for number in range(REMARKS):
        more: dict[str, Any] = {"thread_id": thread_id, "timestamp": now}
        question = UserMessageItem(id=f"msg_q{number}", content=f"Remark {number}", **more)
        answer = AssistantMessageItem(id=f"msg_a{number}", content="I see.", **more)
        await room.store.add_thread_item(thread_id, question, who)
        await room.store.add_thread_item(thread_id, answer, who)


async def long_played(room: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
    """A task, then more items than the history holds, then the question."""
    who = RequestContext(user_id=inputs["names"][0])
    text = f"Create a task: {inputs['titles'][0]} ({inputs['priority']})"
    thread = (await room.say(text, who))["thread_id"]
    await _chat(room, who, thread, room.manager)
    return {"asked": await room.say(ASK, who, thread)}


async def branch_played(room: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
    """A branch before the second task; then `it` in both."""
    who = RequestContext(user_id=inputs["names"][0])
    first, second = inputs["priority"], OTHER[inputs["priority"]]
    thread = (await room.say(f"Create a task: {inputs['titles'][0]} ({first})", who))["thread_id"]
    await room.say(f"Create a task: {inputs['titles'][1]} ({second})", who, thread)
    manager: ChatKitServer[Any] = room.manager
    items = (await manager.thread(thread, who)).items.data
    before = to_plain_json(items)
    messages = [item for item in items if item.role == "user"]
    branch = await manager.fork(thread, messages[-1].id, who)
    there = await room.say(ASK, who, branch.id)
    untouched = to_plain_json((await manager.thread(thread, who)).items.data) == before
    here = await room.say(ASK, who, thread)
    return {"there": there, "here": here, "untouched": untouched}


def inputs(random: Random) -> dict[str, Any]:
    """People, titles, a secret, the number that tasks begin with, and small talk."""
    return random_inputs(random)


async def observe(subject: Any, inputs: dict[str, Any]) -> list[Any]:
    """Play all three scenarios."""
    return await play_all((its_played, long_played, branch_played), subject, inputs)
