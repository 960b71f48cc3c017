"""Judges part 07.4: the items of a thread with three turns at once, and the log of the model."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.explain import source_line

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """Questions and answers are in pairs, no thread waits for another, each lock is released."""
    messages = inputs["messages"]
    for result in (*observation["same_thread"], *observation["other_threads"]):
        if "raised" in result:
            return [_explain_error(result["raised"])]
    if wrong := _same_thread_wrong(messages[:3], observation):
        return [wrong]
    for message, result in zip(messages[3:], observation["other_threads"], strict=True):
        if result["value"] != f"Done: {message}":
            return [
                failed(f"send({message!r}) gave back {result['value']!r}.", "Return the answer.")
            ]
    entry_kinds = [entry.partition(" ")[0] for entry in observation["log"]]
    if entry_kinds != ["begin", "begin", "end", "end"]:
        return [
            failed(
                "Two different threads waited for each other: everybody stands in one queue.",
                "One lock for each thread: keep them in a dictionary, by thread_id.",
            )
        ]
    if "stuck" in observation["after"]:
        return [
            failed(
                "After a turn that failed, the next one waited for ever.",
                "`async with lock:` gives the lock back, whatever happens inside.",
            )
        ]
    return [passed(2, "Two tabs take turns; two threads run side by side.")]


def _same_thread_wrong(messages: list[str], observation: dict[str, Any]) -> Finding | None:
    """What is wrong with the thread to which these messages were sent at once."""
    items = [tuple(item) for item in observation["items"]]
    stored_texts = [text for role, text in items if role == "user"]
    expected_items: list[tuple[str, str]] = []
    for text in stored_texts:
        expected_items += [("user", text), ("assistant", f"Done: {text}")]
    if sorted(stored_texts) != sorted(messages):
        return failed(
            f"{len(messages)} messages were sent; the thread holds {len(stored_texts)} of them.",
            "Each message waits its turn; none is refused or lost.",
        )
    if items != expected_items:
        return failed(
            "Three tabs spoke at once on one thread, and questions and answers are mixed up.",
            "The whole turn belongs inside the lock, and all tabs must share that one lock.",
        )
    for message, result in zip(messages, observation["same_thread"], strict=True):
        if result["value"] != f"Done: {message}":
            return failed(
                f"send({message!r}) gave back {result['value']!r}.",
                "Return what super().send() returns: each tab gets its own answer.",
            )
    return None


def _explain_error(error: dict[str, Any]) -> Finding:
    message = f"send() raised {error['type']}: {error['message']}"
    if error["type"] == "AttributeError" and "threads" in error["message"]:
        return failed(message, "Begin your __init__ with super().__init__(think).")
    if error["type"] == "TypeError" and "context manager" in error["message"]:
        return failed(message, "A lock of asyncio is entered with `async with`.")
    return failed(message, source_line(error))
