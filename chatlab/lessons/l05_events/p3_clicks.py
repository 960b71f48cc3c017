"""Part 05.3: a click is answered, and only with what is the clicker's own."""

from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.items import Action
from chatlab.lessons.l05_events.recording import Tape, chores, watched
from chatlab.lessons.support.dialogue import (
    NAMES,
    make_server,
)
from chatlab.taskbook import TaskBook

__all__ = ["click_plan", "inputs", "observe"]


def inputs(random: Random) -> dict[str, Any]:
    """Two people, four titles, the number that tasks begin with, and one that there is not."""
    first_id = random.randint(200, 900)
    return {
        "titles": chores(random, 4),
        "names": random.sample(NAMES, 2),
        "first_id": first_id,
        "unknown": first_id + random.randint(10, 60),
    }


def click_plan(inputs: dict[str, Any]) -> list[tuple[str, Action]]:
    """Who clicks what. The first three tasks are one's, the fourth is two's."""
    (one, two), id = inputs["names"], inputs["first_id"]
    return [
        (one, _complete(id + 1)),
        (one, _complete(id + 3)),
        (one, _complete(id + 3, user_id=two)),
        (one, _complete(inputs["unknown"])),
        (one, Action(type="snooze", payload={"id": id + 2})),
        (two, _complete(id + 3)),
    ]


def _complete(id: int, **more: str) -> Action:
    return Action(type="complete", payload={"id": id} | more)


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Both open their lists; then one clicks five times, and two once."""
    book = TaskBook(inputs["first_id"])
    server, why = make_server(lambda: subject(book))
    if server is None:
        return {"unmade": why}
    one, two = inputs["names"]
    for who, title in zip((one, one, one, two), inputs["titles"], strict=True):
        await book.create(who, title)
    opened: dict[str, Any] = {}
    for who in (one, two):
        turn = server.send("Show my tasks", RequestContext(user_id=who))
        [opened[who]] = await watched(server, [(turn, Tape())], [who])
    clicks: list[Any] = []
    for who, action in click_plan(inputs):
        items = opened[who]["saved"]
        widget = next((item["id"] for item in items if item["type"] == "widget"), None)
        context = RequestContext(user_id=who)
        turn = server.act(action, context, opened[who]["thread_id"], widget)
        [seen] = await watched(server, [(turn, Tape())], [who])
        sent = {event["item"]["id"] for event in seen["events"] if event["type"] == "item_done"}
        before = {item["id"] for item in items}
        seen["saved"] = [one for one in seen["saved"] if one["id"] in sent - before]
        done = [task.id for name in (one, two) for task in await book.list(name) if task.done]
        clicks.append(seen | {"done": sorted(done)})
    return {"opened": list(opened.values()), "clicks": clicks}
