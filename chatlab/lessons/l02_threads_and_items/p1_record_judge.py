"""Judge part 02.1: each call stores a thread of its own with a user, tool and assistant item."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.explain import explain_validation, source_line

__all__ = ["judge"]


def judge(users: list[str], observation: dict[str, Any]) -> list[Finding]:
    """3 points if every call stored its items, and the last call a second thread."""
    for user, call in zip(users, observation["calls"], strict=True):
        if wrong := _record_wrong(user, call):
            return [wrong]
    first_call, _, last_call = observation["calls"]
    if len(last_call["threads"]) == len(first_call["threads"]):
        return [
            failed(
                f"{users[0]} had two conversations, and there is one thread: "
                f"{first_call['value']['id']}.",
                "Every thread gets an id of its own. Make a fresh one each time: new_id('thr').",
            )
        ]
    return [passed(3, "Each customer has a thread with the three items in order.")]


def _record_wrong(user: str, call: dict[str, Any]) -> Finding | None:
    called = f"record_conversation(store, context of {user})"
    if "raised" in call:
        return _explain_error(called, call["raised"])
    if not call["threads"]:
        return failed(
            f"After {called}, {user} has no thread in the store.",
            "Save it: await store.save_thread(thread, context). `await` is what makes it happen.",
        )
    (*_, items), (*_, thread) = call["items"], call["threads"]
    roles = [item["role"] for item in items]
    if roles == ["assistant", "tool", "user"]:
        return failed(
            "The newest item stands first.",
            "A store keeps items in the order you add them: add what was said first, first.",
        )
    if len(roles) == 3 and len(set(roles)) == 1:
        return failed(
            f"All three items have the role {roles[0]!r}.",
            "The kind of item gives the role: UserMessageItem, ToolItem, AssistantMessageItem.",
        )
    if roles != ["user", "tool", "assistant"]:
        return failed(
            f"The thread holds {roles or 'no items'}; expected ['user', 'tool', 'assistant'].",
            "Add one item after the other, and await each add_thread_item.",
        )
    value = call["value"]
    if not isinstance(value, dict) or value.get("id") != thread["id"]:
        return failed(
            f"{called} gave back {str(value)[:60]!r}.",
            "Return the ThreadMetadata that you saved.",
        )
    if {item["thread_id"] for item in items} != {thread["id"]}:
        return failed("An item names another thread.", "Give each item thread_id=thread.id.")
    if any(not item["content"].strip() for item in items):
        return failed("An item is empty.", "Give each item some content.")
    return None


def _explain_error(called: str, error: dict[str, Any]) -> Finding:
    message = f"{called} raised {error['type']}: {error['message']}"
    if error["type"] == "NotFoundError":
        return failed(
            message,
            "Save the thread before its items, under the user who asks: context.user_id. A thread "
            "of somebody else does not exist.",
        )
    if error["type"] == "InvalidInput":
        return failed(
            f"{called}: {error['message']}",
            "Two things have the same id. Make a fresh one each time: new_id('msg').",
        )
    if error["type"] == "ValidationError" and "Field required" in error["message"]:
        return failed(
            f"{called}: {explain_validation(error['message'])}",
            "Look at the list above: every field in it has to be given."
            f" {source_line(error)}".rstrip(),
        )
    if error["type"] == "ValidationError" and "timezone_aware" in error["message"]:
        return failed(
            "A time without a zone was handed in.",
            "datetime.now(UTC) has one. Without it, nobody knows which nine o'clock you mean.",
        )
    if error["type"] == "ValidationError":
        return failed(f"{called}: {explain_validation(error['message'])}", source_line(error))
    return failed(message, source_line(error))
