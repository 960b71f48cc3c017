"""Judge part 02.1: each call stores a thread of its own with a user, tool and assistant item."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.explain import explain_validation, source_line

__all__ = ["judge"]


_EXPECTED_ROLES = ["user", "tool", "assistant"]


def judge(users: list[str], observation: dict[str, Any]) -> list[Finding]:
    """3 points if each call stored a new thread with its three items, and every id is fresh."""
    known_thread_ids: dict[str, list[str]] = {}
    known_item_ids: set[str] = set()
    for user, call in zip(users, observation["calls"], strict=True):
        known_threads = known_thread_ids.get(user, [])
        if wrong := _call_wrong(user, call, known_threads):
            return [wrong]
        item_ids = {item["id"] for item in call["items"][-1]}
        if repeated := sorted(item_ids & known_item_ids):
            return [
                failed(
                    f"The next conversation has the same item ids: {', '.join(repeated)}.",
                    "Written by hand, they repeat with each call. Every id is a fresh one: "
                    "new_id('msg').",
                )
            ]
        known_item_ids |= item_ids
        known_thread_ids[user] = [thread["id"] for thread in call["threads"]]
    return [passed(3, "Each customer has a thread with the three items in order.")]


def _call_wrong(user: str, call: dict[str, Any], known_thread_ids: list[str]) -> Finding | None:
    """What is wrong with one call, by a user who had these threads before it."""
    called = f"record_conversation(store, context of {user})"
    if call["forgotten"]:
        return _explain_forgotten_await(called, call["forgotten"][0])
    if "raised" in call:
        return _explain_error(called, user, call)
    if not call["threads"]:
        return failed(
            f"After {called}, {user} has no thread in the store.",
            "ThreadMetadata(...) only describes a thread. Save it: "
            "await store.save_thread(thread, context).",
        )
    new_threads = [
        (thread, items)
        for thread, items in zip(call["threads"], call["items"], strict=True)
        if thread["id"] not in known_thread_ids
    ]
    if not new_threads:
        return _explain_no_new_thread(user, call)
    if len(new_threads) > 1:
        return failed(
            f"In the store, one conversation became {len(new_threads)} threads.",
            "A thread holds a whole conversation: make it once, and add all three items to it.",
        )
    [(thread, items)] = new_threads
    return (
        _roles_wrong([item["role"] for item in items])
        or _value_wrong(called, call["value"], thread["id"])
        or _items_wrong(items, thread["id"])
    )


def _explain_forgotten_await(called: str, method: str) -> Finding:
    return failed(
        f"{called}: `{method}` was called but never awaited, so it did nothing.",
        f"Calling it only makes a coroutine. Put `await` before it: await store.{method}(...).",
    )


def _explain_no_new_thread(user: str, call: dict[str, Any]) -> Finding:
    """A user's second call left them with the threads that they had before."""
    if not call["saved_for"]:
        return failed(
            f"{user} asked for a second conversation, and nothing was saved.",
            "Each call makes a new conversation: keep nothing between two calls.",
        )
    return failed(
        f"{user} asked for a second conversation. The store has this thread already "
        f"({call['threads'][-1]['id']}), so both are now in one.",
        "Make a fresh id in each call: new_id('thr').",
    )


def _roles_wrong(roles: list[str]) -> Finding | None:
    """What is wrong with the items of a thread, going by their roles."""
    message = f"The thread holds {roles or 'no items'}; expected {_EXPECTED_ROLES}."
    if roles == _EXPECTED_ROLES:
        return None
    if roles == _EXPECTED_ROLES[::-1]:
        return failed(
            "The newest item comes first.",
            "A store keeps items in the order you add them. Add them in the order they were said.",
        )
    if len(roles) == 3 and len(set(roles)) == 1:
        return failed(
            f"All three items have the role {roles[0]!r}.",
            "The class decides the role: UserMessageItem, ToolItem, AssistantMessageItem.",
        )
    if not roles:
        return failed(
            message,
            "Making an item does not store it. Add each one: "
            "await store.add_thread_item(thread.id, item, context).",
        )
    if len(roles) == 1:
        return failed(
            message,
            "It stopped after one. Add all three; is your `return` inside the loop?",
        )
    if roles == ["user", "assistant"]:
        return failed(
            message, "Add a ToolItem between them: what the tool did is part of the conversation."
        )
    if sorted(roles) == sorted(_EXPECTED_ROLES):
        return failed(
            message,
            "The user speaks first. The assistant answers once the tool is done.",
        )
    if len(roles) > len(_EXPECTED_ROLES):
        return failed(message, "Add each of the three items once.")
    return failed(message, "Add all three: what the user said, what the tool did, the answer.")


def _value_wrong(called: str, value: Any, thread_id: str) -> Finding | None:
    if value is None:
        return failed(
            f"{called} returned None.",
            "A function without `return` returns None. End with: return thread",
        )
    if value == thread_id:
        return failed(f"{called} returned the thread's id.", "Return the ThreadMetadata itself.")
    if not isinstance(value, dict) or "id" not in value:
        return failed(
            f"{called} returned {str(value)[:60]!r}.", "Return the ThreadMetadata that you saved."
        )
    if value["id"] != thread_id:
        return failed(
            f"{called} returned {value['id']!r}, and the store has {thread_id!r}.",
            "Return the very thread that you saved. A second new_id() is another id.",
        )
    return None


def _items_wrong(items: list[dict[str, Any]], thread_id: str) -> Finding | None:
    for item in items:
        if item["thread_id"] != thread_id:
            return failed(
                f"An item says thread_id={item['thread_id']!r}, and is in the thread "
                f"{thread_id!r}.",
                "Each item names the thread it belongs to: thread_id=thread.id.",
            )
        if not item["content"].strip():
            return failed(
                f"The {item['role']}'s item has no text.",
                "Its `content` is what people read later. Write a few words.",
            )
    return None


def _explain_error(called: str, user: str, call: dict[str, Any]) -> Finding:
    error = call["raised"]
    message = f"{called} raised {error['type']}: {error['message']}"
    if strangers := [owner for owner in call["saved_for"] if owner != user]:
        return failed(
            f"{called}: the store keeps a thread for its owner alone, and this one says "
            f"user_id={strangers[0]!r}.",
            "The thread belongs to whoever is asking: user_id=context.user_id.",
        )
    if error["type"] == "NotFoundError" and not call["saved_for"]:
        return failed(
            f"{called}: an item was added to a thread that the store does not have.",
            "Save the thread before its items: await store.save_thread(thread, context).",
        )
    if error["type"] == "NotFoundError":
        return failed(
            message,
            "You saved a thread with another id. Use the same one throughout: thread.id.",
        )
    if "unhashable" in error["message"]:
        return failed(
            f"{called}: a whole thread was given where its id belongs.",
            "`add_thread_item` takes the thread's id first: "
            "await store.add_thread_item(thread.id, item, context).",
        )
    if error["type"] == "InvalidInput" and "already" in error["message"]:
        return failed(
            f"{called}: {error['message'].partition('. ')[0]}.",
            "Two items have the same id. Make a fresh one for each: new_id('msg').",
        )
    if error["type"] == "ValidationError":
        return _explain_invalid_model(called, error)
    return failed(message, source_line(error))


def _explain_invalid_model(called: str, error: dict[str, Any]) -> Finding:
    """A thread or an item could not be made of what was given."""
    message, line = f"{called}: {explain_validation(error['message'])}", source_line(error)
    if "timezone_aware" in error["message"]:
        return failed(
            "One of your times has no time zone.",
            "Write datetime.now(UTC). Without a zone, nobody knows which nine o'clock you mean.",
        )
    if "Field required" in error["message"]:
        return failed(message, f"Every field in the list above is needed. {line}".rstrip())
    if "\nrole\n" in error["message"]:
        return failed(
            message,
            "Leave `role` out: the class decides it. A ToolItem always has the role 'tool'.",
        )
    return failed(message, line)
