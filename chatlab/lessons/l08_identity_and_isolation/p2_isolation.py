"""Part 08.2: a server whose four commands give their users only what is their own."""

import json
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.as_data import record_turn
from chatlab.course.todo import NotStarted
from chatlab.lessons.support.random_inputs import USER_NAMES
from chatlab.lessons.support.server_turns import make_server, reply_text
from chatlab.server import ChatKitServer
from chatlab.taskbook import TaskBook, TaskRecord

__all__ = ["inputs", "is_unwritten", "observe"]

_TASK_TITLES = (
    "repair the fence",
    "call the bank",
    "water the plants",
    "sell the car",
    "write home",
)


class _RecordingTaskBook(TaskBook):
    """Notes in `rows_read_of` whose tasks were read by `list` and `find`, which check no owner."""

    def __init__(self, first_id: int) -> None:
        super().__init__(first_id)
        self.rows_read_of: list[str] = []

    async def list(self, user_id: str) -> list[TaskRecord]:
        self.rows_read_of.append(user_id)
        return await super().list(user_id)

    async def find(self, id: int) -> TaskRecord:
        task = await super().find(id)
        self.rows_read_of.append(task.user_id)
        return task


def inputs(random: Random) -> dict[str, Any]:
    """Three users, canaries, and the first task id; `nobody` is the user who owns nothing.

    A canary is a random word in what belongs to the owner, and nowhere else.
    """
    owner, other_user, taskless_user = random.sample(USER_NAMES, 3)
    code_canary, *title_canaries = (f"canary-{random.getrandbits(32):08x}" for _ in range(3))
    titles = random.sample(_TASK_TITLES, 3)
    return {
        "owner": owner,
        "other": other_user,
        "nobody": taskless_user,
        "said": f"The door code is {code_canary}",
        "titles": [f"{titles[0]} {title_canaries[0]}", f"{titles[1]} {title_canaries[1]}"],
        "others_title": titles[2],
        "canaries": [code_canary, *title_canaries],
        "first_id": random.randint(100, 800),
        "no_thread": f"thr_{random.getrandbits(128):032x}",
    }


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Send each command for a thing of the owner and for one that does not exist.

    An attempt is `own` if the owner sends it, `other` if the other user does, and `missing` if
    the other user asks for what does not exist.
    """
    owner, other_user = inputs["owner"], inputs["other"]
    book = _RecordingTaskBook(inputs["first_id"])
    server, problem = make_server(lambda: subject(book))
    if server is None:
        return {"unmade": problem}
    tasks = [await book.create(owner, title) for title in inputs["titles"]]
    await book.create(other_user, inputs["others_title"])
    first_attempt = await _ask(server, inputs["said"], owner, "")
    thread_id = str(first_attempt["thread_id"])
    task_id, missing_task_id = str(tasks[0].id), str(tasks[0].id + 99)

    async def attempt_tool(
        command: str, own_argument: str, missing_argument: str, *, owner_last: bool = False
    ) -> dict[str, Any]:
        attempts = [("other", other_user, own_argument), ("missing", other_user, missing_argument)]
        attempts.insert(2 if owner_last else 0, ("own", owner, own_argument))
        tool: dict[str, Any] = {"argument": own_argument, "text": f"{command} {own_argument}"}
        for name, user_id, argument in attempts:
            book.rows_read_of.clear()
            tool[name] = await _ask(server, f"{command} {argument}", user_id, argument)
            tool[name]["rows_read_of"] = list(book.rows_read_of)
            tool[name]["done"] = (await book.get(owner, tasks[0].id)).done
        return tool

    tools = {
        "thread": await attempt_tool("Recap", thread_id, inputs["no_thread"]),
        "task": await attempt_tool("Show task", task_id, missing_task_id),
        "argument": await attempt_tool("List tasks of", owner, inputs["nobody"]),
        "existence": await attempt_tool("Complete task", task_id, missing_task_id, owner_last=True),
    }
    own_list = await _ask(server, f"List tasks of {other_user}", other_user, other_user)
    tools["argument"]["other_own"] = own_list
    if all(is_unwritten(tool) for tool in tools.values()):
        raise NotStarted
    return {"first": first_attempt, "tools": tools}


def is_unwritten(tool: dict[str, Any]) -> bool:
    """Whether any attempt at this tool met an answer that is not written yet."""
    return any(isinstance(attempt, dict) and "unwritten" in attempt for attempt in tool.values())


async def _ask(
    server: ChatKitServer[Any], text: str, user_id: str, argument: str
) -> dict[str, Any]:
    """One turn of a new thread as data; `alike` is its answer without the argument."""
    turn = server.send(text, RequestContext(user_id=user_id))
    try:
        record = await record_turn(turn)
    except NotStarted:
        return {"unwritten": True}
    errors = [event["message"] for event in record["events"] if event["type"] == "error"]
    answer = reply_text(record) + " ".join(errors)
    return {
        "answer": answer,
        "alike": answer.replace(argument, "#") if argument else answer,
        "events": json.dumps(record["events"]),
        "raised": record["raised"],
        "thread_id": turn.thread_id,
    }
