"""Part 06.4: a message is asked again in a branch, and the old thread stays as it was."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.dialogue import explain_exception, shorten

__all__ = ["judge"]


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
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
