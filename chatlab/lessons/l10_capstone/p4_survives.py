"""Part 10.4: the TaskManager survives a stop, a tool that fails, and a restart."""

import logging
import tempfile
from pathlib import Path
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import to_plain_json
from chatlab.course.findings import Finding, failed
from chatlab.items import Action
from chatlab.lessons.l10_capstone.p3_isolation import confirming
from chatlab.lessons.l10_capstone.scenarios import Room, Scenario, names_no, tools_of
from chatlab.lessons.support.dialogue import explain_exception
from chatlab.stores import SQLStore
from chatlab.taskbook import Priority, TaskBook, TaskRecord

__all__ = ["SURVIVES"]

_SECRET_PATH = "/var/tasks.db"


class TornBook(TaskBook):
    """A book whose pages tear when somebody wants to change a task, until they are mended."""

    torn = True

    async def set_priority(self, user_id: str, id: int, priority: Priority) -> TaskRecord:
        """See `TaskBook`."""
        if self.torn:
            raise OSError(f"disk full: {_SECRET_PATH}")
        return await super().set_priority(user_id, id, priority)


async def stopped_played(room: Room, inputs: dict[str, Any]) -> dict[str, Any]:
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


def stopped_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    """What was said is kept, the tool ran once, and the talk goes on."""
    if not seen["pieces"]:
        return failed("Nothing was said that could be stopped.", "Yield the reply in pieces.")
    if seen["pieces_of_a_whole"] < 2:
        return failed(
            "The reply came in one piece: there was no midway to stop at.",
            "Yield it word by word.",
        )
    roles = [item["role"] for item in seen["items"]]
    if roles != ["user", "tool", "assistant"] or seen["items"][-1]["status"] != "incomplete":
        return failed(
            f"After the stop the thread holds {roles}, the last one "
            f"{seen['items'][-1]['status'] if seen['items'] else 'missing'}.",
            "Let a stop through: catch no CancelledError and no GeneratorExit, use no bare except.",
        )
    if seen["tasks"] != 2:
        return failed(
            f"Two tasks were asked for; there are {seen['tasks']}.", "Create a task once."
        )
    return names_no('"What\'s its priority?" after the stop', seen["asked"], [inputs["priority"]])


async def failing_played(room: Room, inputs: dict[str, Any]) -> dict[str, Any]:
    """A tool that fails; then the same once more, mended."""
    room = Room(room.make, inputs, book := TornBook(inputs["first_id"]))
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


def failing_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    """The chip says failed, the reply explains, nothing inside is told."""
    turn = seen["failed"]
    called = f"'Set {inputs['first_id']} to {inputs['priority']}' with a book that fails"
    if turn["raised"] is not None and turn["raised"]["type"] != "OSError":
        return explain_exception(called, turn["raised"])
    if turn["raised"] is not None:
        return failed(
            f"{called}: respond() raised {turn['raised']['type']}, and the chat broke off.",
            "Catch what the tool raises: yield 'failed', then explain in words.",
        )
    statuses = [status for _, status in tools_of(turn)]
    if statuses != ["running", "failed"]:
        return failed(
            f"{called}: the tool went through {statuses}.",
            "running, then failed: a chip must not stay on running, and must not lie.",
        )
    if wrong := names_no(called, turn, []):
        return wrong
    if _SECRET_PATH in str(turn["events"]):
        return failed(
            f"{called}: the customer was shown {_SECRET_PATH!r}.",
            "What an exception says is for your log. Say in your own words what happened.",
        )
    return names_no("The same once more, after it was mended", seen["mended"], [])


async def restart_played(room: Room, inputs: dict[str, Any]) -> dict[str, Any]:
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


def restart_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    """The conversation and the button work on."""
    if wrong := names_no('"What\'s its priority?" after a restart', seen["its"], []):
        return wrong
    if inputs["priority"] not in seen["its"]["reply"].lower():
        return failed(
            f'After a restart, "its" was not known: {seen["its"]["reply"][:60]!r}.',
            "Another process has another self. What was spoken of is in the thread.",
        )
    if seen["asked"]["raised"] is not None:
        return explain_exception("Asking to delete", seen["asked"]["raised"])
    if "click" not in seen:
        return failed("There was no button to click after the restart.", "See 'Delete asks first'.")
    if wrong := names_no("The click after a restart", seen["click"], []):
        return wrong
    if seen["left"] != 0:
        return failed(
            "The confirming button did nothing after a restart.",
            "The action's payload must say everything that action() needs: the task's number.",
        )
    return None


SURVIVES = (
    Scenario("Stopped midway", 2, stopped_played, stopped_wrong),
    Scenario("A failing tool", 2, failing_played, failing_wrong),
    Scenario("A restart in the middle", 1, restart_played, restart_wrong),
)
"""What 10.4 is checked by."""
