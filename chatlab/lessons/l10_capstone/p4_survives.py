"""Part 10.4: the TaskManager survives a stop, a tool that fails, and a restart."""

import logging
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.as_data import to_plain_json
from chatlab.items import Action
from chatlab.lessons.l10_capstone.p3_isolation import find_button
from chatlab.lessons.l10_capstone.scenarios import Fixture, random_inputs, run_scenarios
from chatlab.stores import SQLStore
from chatlab.taskbook import Priority, TaskBook, TaskRecord

__all__ = ["SECRET_PATH", "inputs", "observe"]

SECRET_PATH = "/var/tasks.db"


class FailingBook(TaskBook):
    """A book whose `create`, `complete` and `set_priority` raise while `is_failing`."""

    is_failing = False

    async def create(self, user_id: str, title: str, priority: Priority = "normal") -> TaskRecord:
        """See `TaskBook`."""
        self._fail()
        return await super().create(user_id, title, priority)

    async def complete(self, user_id: str, id: int) -> TaskRecord:
        """See `TaskBook`."""
        self._fail()
        return await super().complete(user_id, id)

    async def set_priority(self, user_id: str, id: int, priority: Priority) -> TaskRecord:
        """See `TaskBook`."""
        self._fail()
        return await super().set_priority(user_id, id, priority)

    def _fail(self) -> None:
        if self.is_failing:
            raise OSError(f"disk full: {SECRET_PATH}")


async def _run_stop(fixture: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
    """Close a turn at the first piece of its reply; then ask about its task, and create another."""
    context = RequestContext(user_id=inputs["names"][0])
    text = f"Create a task: {inputs['titles'][0]} ({inputs['priority']})"
    turn = fixture.manager.send(text, context)
    pieces = 0
    async with turn:
        async for event in turn:
            if event.type == "assistant_message":
                pieces += 1
                break
    items = to_plain_json((await fixture.manager.thread(turn.thread_id, context)).items.data)
    question_turn = await fixture.say("What's its priority?", context, turn.thread_id)
    error = turn.error
    full_turn = await fixture.say(f"Create a task: {inputs['titles'][1]}", context)
    messages = [event for event in full_turn["events"] if event["type"] == "assistant_message"]
    return {
        "pieces": pieces,
        "raised": None if error is None else to_plain_json(str(error)),
        "items": items,
        "asked": question_turn,
        "tasks": len(await fixture.tasks(context.user_id)),
        "pieces_of_a_whole": len(messages),
    }


async def _run_failing_tool(fixture: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
    """Ask for what makes the book raise; then ask again when it no longer does."""
    fixture = Fixture(fixture.manager_class, inputs, book := FailingBook(inputs["first_id"]))
    context = RequestContext(user_id=inputs["names"][0])
    thread_id = (await fixture.say(f"Create a task: {inputs['titles'][0]}", context))["thread_id"]
    task_id = inputs["first_id"]
    texts = [
        f"Set {task_id} to {inputs['priority']}",
        f"Complete {task_id}",
        f"Create a task: {inputs['titles'][1]}",
    ]
    logging.disable()  # the learner's log of this failure is not the notebook's output
    book.is_failing = True
    try:
        failed_turns = [await fixture.say(text, context, thread_id) for text in texts]
    finally:
        logging.disable(logging.NOTSET)
    book.is_failing = False
    mended_turns = [await fixture.say(text, context, thread_id) for text in texts]
    return {"said": texts, "failed": failed_turns, "mended": mended_turns}


async def _run_restart(fixture: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
    """Ask for a delete; then question and click, on another manager with the same database."""
    context = RequestContext(user_id=inputs["names"][0], permissions=frozenset({"tasks:delete"}))
    task_id = inputs["first_id"]
    with tempfile.TemporaryDirectory(prefix="chatlab-") as folder:
        url = f"sqlite+aiosqlite:///{Path(folder, 'chat.sqlite')}"
        async with SQLStore(url) as store:
            fixture.manager = fixture.open_manager(store)
            text = f"Create a task: {inputs['titles'][0]} ({inputs['priority']})"
            thread_id = (await fixture.say(text, context))["thread_id"]
            confirm_turn = await fixture.say(f"Delete {task_id}", context, thread_id)
        observation: dict[str, Any] = {"asked": confirm_turn}
        async with SQLStore(url) as store:
            fixture.manager = fixture.open_manager(store)
            observation["its"] = await fixture.say("What's its priority?", context, thread_id)
            if (button := find_button(confirm_turn)) is not None:
                action = Action.model_validate(button[1])
                observation["click"] = await fixture.finish_turn(
                    fixture.manager.act(action, context, thread_id, button[0])
                )
            observation["left"] = len(await fixture.tasks(context.user_id))
    return observation


def inputs(random: Random) -> dict[str, Any]:
    """People, titles, a secret, the number that tasks begin with, and small talk."""
    return random_inputs(random)


async def observe(subject: Any, inputs: dict[str, Any]) -> list[Any]:
    """What happened in each of the three scenarios."""
    return await run_scenarios((_run_stop, _run_failing_tool, _run_restart), subject, inputs)
