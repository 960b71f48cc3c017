"""Part 10.4: the TaskManager survives a stop, a tool that fails, and a restart."""

import logging
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import to_plain_json
from chatlab.items import Action
from chatlab.lessons.l10_capstone.p3_isolation import confirming
from chatlab.lessons.l10_capstone.scenarios import Fixture, play_all, random_inputs
from chatlab.stores import SQLStore
from chatlab.taskbook import Priority, TaskBook, TaskRecord

__all__ = ["SECRET_PATH", "inputs", "observe"]

SECRET_PATH = "/var/tasks.db"


class TornBook(TaskBook):
    """A book whose pages tear when somebody wants to change a task, until they are mended."""

    torn = True

    async def set_priority(self, user_id: str, id: int, priority: Priority) -> TaskRecord:
        """See `TaskBook`."""
        if self.torn:
            raise OSError(f"disk full: {SECRET_PATH}")
        return await super().set_priority(user_id, id, priority)


async def stopped_played(room: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
    """Stopped at the first piece of the reply; then asked about it."""
    who = RequestContext(user_id=inputs["names"][0])
    text = f"Create a task: {inputs['titles'][0]} ({inputs['priority']})"
    turn = room.manager.send(text, who)
    pieces = 0
    async with turn:
        async for event in turn:
            if event.type == "assistant_message":
                pieces += 1
                break
    items = to_plain_json((await room.manager.thread(turn.thread_id, who)).items.data)
    asked = await room.say("What's its priority?", who, turn.thread_id)
    error = turn.error
    whole = await room.say(f"Create a task: {inputs['titles'][1]}", who)
    said = [event for event in whole["events"] if event["type"] == "assistant_message"]
    return {
        "pieces": pieces,
        "raised": None if error is None else to_plain_json(str(error)),
        "items": items,
        "asked": asked,
        "tasks": len(await room.tasks(who.user_id)),
        "pieces_of_a_whole": len(said),
    }


async def failing_played(room: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
    """A tool that fails; then the same once more, mended."""
    room = Fixture(room.make, inputs, book := TornBook(inputs["first_id"]))
    who = RequestContext(user_id=inputs["names"][0])
    thread = (await room.say(f"Create a task: {inputs['titles'][0]}", who))["thread_id"]
    text = f"Set {inputs['first_id']} to {inputs['priority']}"
    logging.disable()  # the learner's log of this failure is not the notebook's output
    try:
        failed = await room.say(text, who, thread)
    finally:
        logging.disable(logging.NOTSET)
    book.torn = False
    return {"failed": failed, "mended": await room.say(text, who, thread)}


async def restart_played(room: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
    """A delete is asked for; another process, on the same database, gets the click."""
    who = RequestContext(user_id=inputs["names"][0], permissions=frozenset({"tasks:delete"}))
    number = inputs["first_id"]
    with tempfile.TemporaryDirectory(prefix="chatlab-") as folder:
        url = f"sqlite+aiosqlite:///{Path(folder, 'chat.sqlite')}"
        async with SQLStore(url) as store:
            room.manager = room.opened(store)
            text = f"Create a task: {inputs['titles'][0]} ({inputs['priority']})"
            thread = (await room.say(text, who))["thread_id"]
            asked = await room.say(f"Delete {number}", who, thread)
        seen: dict[str, Any] = {"asked": asked}
        async with SQLStore(url) as store:
            room.manager = room.opened(store)
            seen["its"] = await room.say("What's its priority?", who, thread)
            if (found := confirming(asked)) is not None:
                action = Action.model_validate(found[1])
                seen["click"] = await room.whole(room.manager.act(action, who, thread, found[0]))
            seen["left"] = len(await room.tasks(who.user_id))
    return seen


def inputs(random: Random) -> dict[str, Any]:
    """People, titles, a secret, the number that tasks begin with, and small talk."""
    return random_inputs(random)


async def observe(subject: Any, inputs: dict[str, Any]) -> list[Any]:
    """Play all three scenarios."""
    return await play_all((stopped_played, failing_played, restart_played), subject, inputs)
