"""Part 06.4: a message is asked again in a branch, and the old thread stays as it was."""

from collections.abc import AsyncIterator
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import attempt, to_plain_json
from chatlab.course.findings import Finding, failed, passed
from chatlab.errors import NotFoundError
from chatlab.events import AssistantMessage, ThreadStreamEvent
from chatlab.items import ThreadMetadata, UserMessageItem
from chatlab.lessons.l06_memory.threads import all_of, filled
from chatlab.lessons.support.dialogue import NAMES, explain_exception, random_messages, shorten
from chatlab.server import ChatKitServer

__all__ = ["retry_inputs", "retry_judged", "retry_seen"]


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


def retry_inputs(random: Random) -> dict[str, Any]:
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


async def retry_seen(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
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


def retry_judged(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """The branch holds what came before, the question once, and a new answer."""
    wrong = _old_wrong(seen) or _branch_wrong(inputs, seen)
    return [
        wrong or passed(2, "The message was asked again in a branch; the old thread is as it was.")
    ]


def _old_wrong(seen: dict[str, Any]) -> Finding | None:
    before, after = seen["before"], seen["after"]
    if after == before:
        return _raised(seen["raised"]) if "raised" in seen else None
    if after is None:
        return failed("The old thread is gone.", "Branch means copy: both conversations are kept.")
    lost = [item for item in before if item not in after]
    if lost:
        return failed(
            f"The old thread has lost {len(lost)} items, and what was answered there is gone.",
            "`server.retry` replaces in place. Branch first: server.fork(...), and ask there.",
        )
    return failed(
        f"The old thread has grown by {len(after) - len(before)} items: it was asked again there.",
        "Send the message in the new thread: server.send(text, context, new.id).",
    )


def _raised(why: dict[str, Any]) -> Finding:
    if why["type"] == "NotFoundError" and "item" in why["message"]:
        return failed(
            "The message was looked for where it is not: the branch has what came before it.",
            "Load it from the old thread: load_item(thread_id, item_id, context).",
        )
    return explain_exception("retry_from(...)", why)


def _branch_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    value, new = seen["value"], seen["new"]
    if not new:
        return failed(
            "There is no new thread in the store.",
            "`server.fork(thread_id, item_id, context)` makes one. Await it.",
        )
    if len(new) > 1:
        return failed(
            f"There are {len(new)} new threads; expected one.",
            "Send the message in the branch: server.send(text, context, new.id).",
        )
    [(id, items)] = new.items()
    if not isinstance(value, dict) or value.get("id") != id:
        return failed(
            f"It gave back {shorten(str(value))}.", "Return the new thread, as ThreadMetadata."
        )
    wanted = [_brief(item) for item in seen["before"][: inputs["at"]]]
    question = inputs["rows"][inputs["at"]][1]
    return _items_wrong([_brief(item) for item in items], wanted, question) or _copy_wrong(
        id, items
    )


def _brief(item: dict[str, Any]) -> list[Any]:
    return [item["role"], item["content"], item.get("output")]


def _items_wrong(got: list[Any], wanted: list[Any], question: str) -> Finding | None:
    asked = sum(row[:2] == ["user", question] for row in got)
    fresh = [row for row in got if str(row[1]).startswith("New answer")]
    if asked > 1:
        return failed(
            f"The new thread has the message {asked} times.",
            "Copy what came before it. Sending it puts it into the thread once more.",
        )
    if not asked and not fresh:
        return failed(
            "The new thread has a copy, but nobody asked the message again there.",
            "Send its content, and read the turn: `async for _ in server.send(...)`. Unread, "
            "nothing runs.",
        )
    if not asked:
        return failed(
            f"What was asked in the new thread is not the message {shorten(question)}.",
            "Load it with server.store.load_item(...), and send its `content`.",
        )
    if not fresh:
        return failed(
            "The message is in the new thread, but nobody answered it.",
            "Do not add it yourself: send it, and read the turn to its end.",
        )
    if len(fresh) > 1:
        return failed(f"It was asked {len(fresh)} times.", "Send it once.")
    copied = got[: got.index(["user", question, None])]
    if copied == wanted and len(got) == len(wanted) + 2:
        return None
    return _copied_wrong(copied, wanted, len(got))


def _copied_wrong(copied: list[Any], wanted: list[Any], total: int) -> Finding:
    if copied == wanted or total > len(wanted) + 2:
        return failed(
            f"The new thread has {total} items; expected {len(wanted) + 2}.",
            "Only what came before the message is copied: the branch begins there.",
        )
    if not copied:
        return failed(
            "The new thread is empty but for the message: the answer knows nothing of before.",
            "Copy the items that came before the message, or let `server.fork` do it.",
        )
    if copied[::-1] == wanted:
        return failed("The copy begins with the newest item.", 'Read with order="asc".')
    if copied == wanted[: len(copied)]:
        return failed(
            f"{len(copied)} of {len(wanted)} items were copied: a page.",
            "Follow `after` until has_more is false, or let `server.fork` copy.",
        )
    return failed(
        f"{len(copied)} items stand before the message; expected {len(wanted)}, as in the old "
        "thread.",
        "Copy every item that came before it, in order.",
    )


def _copy_wrong(id: str, items: list[dict[str, Any]]) -> Finding | None:
    if all(item["thread_id"] == id for item in items):
        return None
    return failed(
        "A copied item still says that it is in the old thread.",
        'item.model_copy(update={"thread_id": new.id}) makes a copy that knows where it is.',
    )
