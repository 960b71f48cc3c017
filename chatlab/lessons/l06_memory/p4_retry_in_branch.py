"""Part 06.4: a coroutine that sends a message again in a branch of its thread."""

from collections.abc import AsyncIterator
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.as_data import attempt, to_plain_json
from chatlab.errors import NotFoundError
from chatlab.events import AssistantMessage, ThreadStreamEvent
from chatlab.items import ThreadMetadata, UserMessageItem
from chatlab.lessons.l06_memory.thread_fixtures import load_all_items, write_thread
from chatlab.lessons.support.random_inputs import USER_NAMES, random_messages
from chatlab.server import ChatKitServer

__all__ = ["inputs", "observe"]


class NumberingServer(ChatKitServer):
    """Numbers its answers, so that a copied answer differs from a new one."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = 0

    async def respond(
        self, thread: ThreadMetadata, input: UserMessageItem | None, context: RequestContext
    ) -> AsyncIterator[ThreadStreamEvent]:
        """Say the number of the answer, and repeat the input."""
        self.answers += 1
        yield AssistantMessage(content=f"New answer {self.answers} to ")
        yield AssistantMessage(content="nobody" if input is None else input.content)


def inputs(random: Random) -> dict[str, Any]:
    """A conversation longer than a page, and the index of the message that is sent again.

    The user said the same twice more, once before it and once after it.
    """
    texts = [text for _ in range(9) for text in random_messages(random, 10)]
    rows: list[list[Any]] = []
    for turn in range(random.randint(26, 29)):
        rows += [
            ["user", f"{turn}: {texts[3 * turn]}"],
            ["tool", "look_up", {"found": texts[3 * turn + 1]}],
            ["assistant", f"{turn}: {texts[3 * turn + 2]}"],
        ]
    question_index = 3 * random.randint(22, 24)
    for index in (3 * random.randint(5, 9), question_index + 3):
        rows[index] = list(rows[question_index])
    return {"rows": rows, "at": question_index, "user": random.choice(USER_NAMES)}


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """The items of the old thread before and after, the return value, each new thread's items."""
    server = NumberingServer()
    context = RequestContext(user_id=inputs["user"])
    old_thread = await write_thread(server.store, inputs["rows"], context)
    items = await load_all_items(server.store, old_thread.id, context)
    before = to_plain_json(items)
    result = await attempt(lambda: subject(server, old_thread.id, items[inputs["at"]].id, context))
    try:
        after = to_plain_json(await load_all_items(server.store, old_thread.id, context))
    except NotFoundError:
        after = None
    threads = (await server.store.load_threads(100, None, "asc", context)).data
    new_threads = {
        thread.id: to_plain_json(await load_all_items(server.store, thread.id, context))
        for thread in threads
        if thread.id != old_thread.id
    }
    return result | {"old": old_thread.id, "before": before, "after": after, "new": new_threads}
