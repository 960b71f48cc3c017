"""Part 06.4: a message is asked again in a branch, and the old thread stays as it was."""

from collections.abc import AsyncIterator
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import attempt, to_plain_json
from chatlab.errors import NotFoundError
from chatlab.events import AssistantMessage, ThreadStreamEvent
from chatlab.items import ThreadMetadata, UserMessageItem
from chatlab.lessons.l06_memory.threads import all_of, filled
from chatlab.lessons.support.dialogue import NAMES, random_messages
from chatlab.server import ChatKitServer

__all__ = ["inputs", "observe"]


class Fresh(ChatKitServer):
    """Never says the same twice, so that a copied answer is told from a new one."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = 0

    async def respond(
        self, thread: ThreadMetadata, input: UserMessageItem | None, context: RequestContext
    ) -> AsyncIterator[ThreadStreamEvent]:
        """Number the answer."""
        self.answers += 1
        yield AssistantMessage(content=f"New answer {self.answers} to ")
        yield AssistantMessage(content="nobody" if input is None else input.content)


def inputs(random: Random) -> dict[str, Any]:
    """A conversation longer than a page, and the message in it that is asked again."""
    words = [text for _ in range(9) for text in random_messages(random, 10)]
    rows: list[list[Any]] = []
    for n in range(random.randint(26, 29)):
        rows += [
            ["user", f"{n}: {words[3 * n]}"],
            ["tool", "look_up", {"found": words[3 * n + 1]}],
            ["assistant", f"{n}: {words[3 * n + 2]}"],
        ]
    at = 3 * random.randint(22, 24)
    return {"rows": rows, "at": at, "user": random.choice(NAMES)}


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """The old thread before and after, what was given back, and what is in every new thread."""
    server = Fresh()
    context = RequestContext(user_id=inputs["user"])
    old = await filled(server.store, inputs["rows"], context)
    items = await all_of(server.store, old.id, context)
    before = to_plain_json(items)
    seen = await attempt(lambda: subject(server, old.id, items[inputs["at"]].id, context))
    try:
        after = to_plain_json(await all_of(server.store, old.id, context))
    except NotFoundError:
        after = None
    threads = (await server.store.load_threads(100, None, "asc", context)).data
    new = {
        thread.id: to_plain_json(await all_of(server.store, thread.id, context))
        for thread in threads
        if thread.id != old.id
    }
    return seen | {"old": old.id, "before": before, "after": after, "new": new}
