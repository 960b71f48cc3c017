"""Part 10.2: the TaskManager remembers what this thread spoke of."""

from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import to_plain_json
from chatlab.course.findings import Finding, failed
from chatlab.items import AssistantMessageItem, UserMessageItem
from chatlab.lessons.l10_capstone.scenarios import Room, Scenario, names_no
from chatlab.server import ChatKitServer

__all__ = ["REMEMBERS"]

_ASK = "What's its priority?"
_OTHER = {"low": "high", "high": "low"}
_REMARKS = 30


async def its_played(room: Room, inputs: dict[str, Any]) -> dict[str, Any]:
    """Two threads of one customer, each with a task of its own."""
    who = RequestContext(user_id=inputs["names"][0])
    mine, other = inputs["priority"], _OTHER[inputs["priority"]]
    one = await room.say(f"Create a task: {inputs['titles'][0]} ({mine})", who)
    await room.say(f"Create a task: {inputs['titles'][1]} ({other})", who)
    asked = await room.say(_ASK, who, one["thread_id"])
    done = await room.say("Complete it", who, one["thread_id"])
    empty = await room.say(_ASK, who)
    tasks = await room.tasks(who.user_id)
    return {"asked": asked, "done": done, "empty": empty, "tasks": tasks}


def its_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    """`it` is the task of this thread; where there is none, the TaskManager asks."""
    mine, other = inputs["priority"], _OTHER[inputs["priority"]]
    called = f'"{_ASK}"'
    if wrong := names_no(called, seen["asked"], []):
        return wrong
    answer = seen["asked"]["reply"].lower()
    if mine not in answer and other in answer:
        return failed(
            f"{called} was answered with the priority of another thread's task.",
            "Look in this thread for the last tool item that names a task; keep nothing on self.",
        )
    if wrong := names_no(called, seen["asked"], [mine]):
        return wrong
    if [task["done"] for task in seen["tasks"]] != [True, False]:
        return failed(
            "'Complete it' in the first thread: afterwards the tasks are done="
            f"{[task['done'] for task in seen['tasks']]}.",
            "`it` means the same for every command: find its number first.",
        )
    if wrong := names_no(f"{called} in a new thread", seen["empty"], []):
        return wrong
    if any(word in seen["empty"]["reply"].lower() for word in (mine, other)):
        return failed(
            f"{called} in a new thread was answered with {seen['empty']['reply'][:60]!r}.",
            "This thread has spoken of no task. Ask which one is meant.",
        )
    return None


async def _chat(room: Room, who: RequestContext, thread_id: str, manager: Any) -> None:
    """A long chat about nothing, put straight into the store."""
    now = manager.clock.now()
    for number in range(_REMARKS):
        more: dict[str, Any] = {"thread_id": thread_id, "timestamp": now}
        question = UserMessageItem(id=f"msg_q{number}", content=f"Remark {number}", **more)
        answer = AssistantMessageItem(id=f"msg_a{number}", content="I see.", **more)
        await room.store.add_thread_item(thread_id, question, who)
        await room.store.add_thread_item(thread_id, answer, who)


async def long_played(room: Room, inputs: dict[str, Any]) -> dict[str, Any]:
    """A task, then more items than the history holds, then the question."""
    who = RequestContext(user_id=inputs["names"][0])
    text = f"Create a task: {inputs['titles'][0]} ({inputs['priority']})"
    thread = (await room.say(text, who))["thread_id"]
    await _chat(room, who, thread, room.manager)
    return {"asked": await room.say(_ASK, who, thread)}


def long_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    """It is still known."""
    called = f'"{_ASK}", {2 * _REMARKS} items later'
    if wrong := names_no(called, seen["asked"], []):
        return wrong
    if inputs["priority"] not in seen["asked"]["reply"].lower():
        return failed(
            f"{called}, was answered with {seen['asked']['reply'][:60]!r}.",
            "thread.history holds the newest 50 items. The store has them all: read on, page by "
            "page, newest first.",
        )
    return None


async def branch_played(room: Room, inputs: dict[str, Any]) -> dict[str, Any]:
    """A branch before the second task; then `it` in both."""
    who = RequestContext(user_id=inputs["names"][0])
    first, second = inputs["priority"], _OTHER[inputs["priority"]]
    thread = (await room.say(f"Create a task: {inputs['titles'][0]} ({first})", who))["thread_id"]
    await room.say(f"Create a task: {inputs['titles'][1]} ({second})", who, thread)
    manager: ChatKitServer[Any] = room.manager
    items = (await manager.thread(thread, who)).items.data
    before = to_plain_json(items)
    messages = [item for item in items if item.role == "user"]
    branch = await manager.fork(thread, messages[-1].id, who)
    there = await room.say(_ASK, who, branch.id)
    untouched = to_plain_json((await manager.thread(thread, who)).items.data) == before
    here = await room.say(_ASK, who, thread)
    return {"there": there, "here": here, "untouched": untouched}


def branch_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    """In the branch it is the first task; in the old thread still the second."""
    first, second = inputs["priority"], _OTHER[inputs["priority"]]
    for where, turn, wanted in (
        ("in a branch from before the second task", seen["there"], first),
        ("in the old thread", seen["here"], second),
    ):
        called = f'"{_ASK}" {where}'
        if wrong := names_no(called, turn, []):
            return wrong
        if wanted not in turn["reply"].lower():
            return failed(
                f"{called} was answered with {turn['reply'][:60]!r}.",
                "A branch has its own items, with new ids. What was spoken of is in them, and "
                "nowhere else.",
            )
    if not seen["untouched"]:
        return failed("The old thread changed when the branch was used.", "Write to `thread` only.")
    return None


REMEMBERS = (
    Scenario("'its' is understood", 2, its_played, its_wrong),
    Scenario("A long history", 2, long_played, long_wrong),
    Scenario("A branch", 1, branch_played, branch_wrong),
)
"""What 10.2 is checked by."""
