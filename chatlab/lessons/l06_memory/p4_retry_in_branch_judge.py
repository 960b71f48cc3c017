"""Judges part 06.4: the items of the old thread, and those of the new one."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.explain import explain_exception, shorten

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """The old thread is unchanged; the new one ends with the message and a new answer."""
    wrong = _old_thread_wrong(observation) or _branch_wrong(inputs, observation)
    return [
        wrong or passed(2, "The message was asked again in a branch; the old thread is as it was.")
    ]


def _old_thread_wrong(observation: dict[str, Any]) -> Finding | None:
    before, after = observation["before"], observation["after"]
    if after == before:
        return _explain_error(observation["raised"]) if "raised" in observation else None
    if after is None:
        return failed("The old thread is gone.", "A branch is a copy: both conversations are kept.")
    lost_items = [item for item in before if item not in after]
    if lost_items:
        return failed(
            f"The old thread has lost {len(lost_items)} items, and what was answered there is "
            "gone.",
            "`server.retry` replaces in place. Branch first: server.fork(...), and ask there.",
        )
    return failed(
        f"The old thread has grown by {len(after) - len(before)} items: it was asked again there.",
        "Send the message in the new thread: server.send(text, context, new.id).",
    )


def _explain_error(error: dict[str, Any]) -> Finding:
    if error["type"] == "NotFoundError" and "item" in error["message"]:
        return failed(
            "The message was looked for in the wrong thread: the branch only has what came "
            "before it.",
            "Load it from the old thread: load_item(thread_id, item_id, context).",
        )
    return explain_exception("retry_from(...)", error)


def _branch_wrong(inputs: dict[str, Any], observation: dict[str, Any]) -> Finding | None:
    value, new_threads = observation["value"], observation["new"]
    if not new_threads:
        return failed(
            "There is no new thread in the store.",
            "`server.fork(thread_id, item_id, context)` makes one. Await it.",
        )
    if len(new_threads) > 1:
        return failed(
            f"There are {len(new_threads)} new threads; expected one.",
            "Send the message in the branch: server.send(text, context, new.id).",
        )
    [(thread_id, items)] = new_threads.items()
    if not isinstance(value, dict) or value.get("id") != thread_id:
        return failed(
            f"It returned {shorten(str(value))}.", "Return the new thread, as ThreadMetadata."
        )
    expected_rows = [_copied_fields(item) for item in observation["before"][: inputs["at"]]]
    question = inputs["rows"][inputs["at"]][1]
    rows = [_copied_fields(item) for item in items]
    return _items_wrong(rows, expected_rows, question) or _copied_thread_ids_wrong(thread_id, items)


def _copied_fields(item: dict[str, Any]) -> list[Any]:
    """What has to be the same in a copied item: `[role, content, output]`."""
    return [item["role"], item["content"], item.get("output")]


def _items_wrong(rows: list[Any], expected_rows: list[Any], question: str) -> Finding | None:
    question_row = ["user", question, None]
    earlier_count = expected_rows.count(question_row)
    question_count = rows.count(question_row)
    new_answers = [row for row in rows if str(row[1]).startswith("New answer")]
    if rows[: len(expected_rows) + 2] == [*expected_rows, question_row, question_row]:
        return failed(
            "The new thread has the message twice.",
            "Copy only what came before it. Sending it puts it into the thread.",
        )
    if not new_answers and rows == expected_rows:
        return failed(
            "The new thread has a copy, but nobody asked the message again there.",
            "Send its content, and read the turn: `async for _ in server.send(...)`. Unread, "
            "nothing runs.",
        )
    if not new_answers:
        return failed(
            "The message is in the new thread, but nobody answered it.",
            "Do not add it yourself: send it, and read the turn to its end.",
        )
    if len(new_answers) > 1:
        return failed(f"It was asked {len(new_answers)} times.", "Send it once.")
    if not question_count or rows[-2] != question_row:
        return failed(
            f"What was asked in the new thread is not the message {shorten(question)}.",
            "Load it with server.store.load_item(...), and send its `content`.",
        )
    copied_rows = rows[:-2]
    if copied_rows == expected_rows:
        return None
    if earlier_count and copied_rows == expected_rows[: expected_rows.index(question_row)]:
        return failed(
            f"The branch begins at the first message {shorten(question)}. The user said it more "
            "than once, and meant a later one.",
            "The text does not say which. `item_id` does: compare ids, or let `server.fork` do it.",
        )
    return _explain_copy(copied_rows, expected_rows, len(rows))


def _explain_copy(copied_rows: list[Any], expected_rows: list[Any], row_count: int) -> Finding:
    if copied_rows == expected_rows or row_count > len(expected_rows) + 2:
        return failed(
            f"The new thread has {row_count} items; expected {len(expected_rows) + 2}.",
            "Copy only what came before the message.",
        )
    if not copied_rows:
        return failed(
            "The new thread has nothing but the message: the answer knows nothing of what came "
            "before.",
            "Copy the items that came before the message, or let `server.fork` do it.",
        )
    if copied_rows[::-1] == expected_rows:
        return failed("The copy begins with the newest item.", 'Read with order="asc".')
    if copied_rows == expected_rows[: len(copied_rows)]:
        return failed(
            f"{len(copied_rows)} of {len(expected_rows)} items were copied: one page.",
            "Follow `after` until has_more is false, or let `server.fork` copy.",
        )
    return failed(
        f"{len(copied_rows)} items stand before the message; expected {len(expected_rows)}, as in "
        "the old thread.",
        "Copy every item that came before it, in order.",
    )


def _copied_thread_ids_wrong(thread_id: str, items: list[dict[str, Any]]) -> Finding | None:
    if all(item["thread_id"] == thread_id for item in items):
        return None
    return failed(
        "A copied item still says that it is in the old thread.",
        'item.model_copy(update={"thread_id": new.id}) makes a copy that knows where it is.',
    )
