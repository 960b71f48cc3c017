"""Part 05.3: a server answers clicks, and completes only tasks of the user who clicks."""

from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.items import Action
from chatlab.lessons.l05_events.recording import TurnRecording, random_titles, record_turns
from chatlab.lessons.support.random_inputs import USER_NAMES
from chatlab.lessons.support.server_turns import make_server
from chatlab.taskbook import TaskBook

__all__ = ["inputs", "observe", "planned_clicks"]


def inputs(random: Random) -> dict[str, Any]:
    """Two users, four titles, the first task id, and an id that no task has."""
    first_id = random.randint(200, 900)
    return {
        "titles": random_titles(random, 4),
        "names": random.sample(USER_NAMES, 2),
        "first_id": first_id,
        "unknown": first_id + random.randint(10, 60),
    }


def planned_clicks(inputs: dict[str, Any]) -> list[tuple[str, Action]]:
    """Which user sends which action; the first user owns three tasks, the second the fourth."""
    (first_user, second_user), first_id = inputs["names"], inputs["first_id"]
    return [
        (first_user, _complete_action(first_id + 1)),
        (first_user, _complete_action(first_id + 3)),
        (first_user, _complete_action(first_id + 3, user_id=second_user)),
        (first_user, _complete_action(inputs["unknown"])),
        (first_user, Action(type="snooze", payload={"id": first_id + 2})),
        (second_user, _complete_action(first_id + 3)),
    ]


def _complete_action(task_id: int, **extra_payload: str) -> Action:
    return Action(type="complete", payload={"id": task_id} | extra_payload)


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Both users open their lists; then the planned clicks come, each in the list of its user."""
    book = TaskBook(inputs["first_id"])
    server, problem = make_server(lambda: subject(book))
    if server is None:
        return {"unmade": problem}
    first_user, second_user = inputs["names"]
    owners = (first_user, first_user, first_user, second_user)
    for user_id, title in zip(owners, inputs["titles"], strict=True):
        await book.create(user_id, title)
    list_turns: dict[str, Any] = {}
    for user_id in (first_user, second_user):
        turn = server.send("Show my tasks", RequestContext(user_id=user_id))
        [list_turns[user_id]] = await record_turns(server, [(turn, TurnRecording())], [user_id])
    clicks: list[Any] = []
    for user_id, action in planned_clicks(inputs):
        list_items = list_turns[user_id]["saved"]
        widget_id = next((item["id"] for item in list_items if item["type"] == "widget"), None)
        context = RequestContext(user_id=user_id)
        turn = server.act(action, context, list_turns[user_id]["thread_id"], widget_id)
        [record] = await record_turns(server, [(turn, TurnRecording())], [user_id])
        sent_ids = {
            event["item"]["id"] for event in record["events"] if event["type"] == "item_done"
        }
        list_item_ids = {item["id"] for item in list_items}
        new_ids = sent_ids - list_item_ids
        record["saved"] = [item for item in record["saved"] if item["id"] in new_ids]
        tasks = await book.list(first_user) + await book.list(second_user)
        clicks.append(record | {"done": sorted(task.id for task in tasks if task.done)})
    return {"opened": list(list_turns.values()), "clicks": clicks}
