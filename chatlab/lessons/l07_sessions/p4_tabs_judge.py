"""Part 07.4: one turn at a time, for each thread; the verdict."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed

__all__ = ["judge"]


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """Questions and answers in pairs, no thread waiting for another, no lock left behind."""
    messages = inputs["messages"]
    for one in (*seen["same"], *seen["apart"]):
        if "raised" in one:
            return [_broken(one["raised"])]
    if wrong := _crossed(messages[:3], seen):
        return [wrong]
    for message, one in zip(messages[3:], seen["apart"], strict=True):
        if one["value"] != f"Done: {message}":
            return [failed(f"send({message!r}) gave back {one['value']!r}.", "Return the answer.")]
    begins = [entry.partition(" ")[0] for entry in seen["log"]]
    if begins != ["begin", "begin", "end", "end"]:
        return [
            failed(
                "Two different threads waited for each other: everybody stands in one queue.",
                "One lock for each thread: keep them in a dictionary, by thread_id.",
            )
        ]
    if "stuck" in seen["after"]:
        return [
            failed(
                "After a turn that failed, the next one waited for ever.",
                "`async with lock:` gives the lock back, whatever happens inside.",
            )
        ]
    return [passed(2, "Two tabs take turns; two threads run side by side.")]


def _crossed(messages: list[str], seen: dict[str, Any]) -> Finding | None:
    items = [tuple(item) for item in seen["items"]]
    kept = [text for role, text in items if role == "user"]
    pairs = [entry for text in kept for entry in (("user", text), ("assistant", f"Done: {text}"))]
    if sorted(kept) != sorted(messages):
        return failed(
            f"{len(messages)} messages were sent; the thread holds {len(kept)} of them.",
            "Each message waits its turn; none is refused or lost.",
        )
    if items != pairs:
        return failed(
            "Three tabs spoke at once on one thread, and questions and answers are mixed up.",
            "The whole turn belongs inside the lock, and all tabs must share that one lock.",
        )
    for message, one in zip(messages, seen["same"], strict=True):
        if one["value"] != f"Done: {message}":
            return failed(
                f"send({message!r}) gave back {one['value']!r}.",
                "Return what super().send() returns: each tab gets its own answer.",
            )
    return None


def _broken(error: dict[str, Any]) -> Finding:
    at = f"Your line {error['number']}: {error['line']}" if error.get("line") else ""
    said = f"send() raised {error['type']}: {error['message']}"
    if error["type"] == "AttributeError" and "threads" in error["message"]:
        return failed(said, "Begin your __init__ with super().__init__(think).")
    if error["type"] == "TypeError" and "context manager" in error["message"]:
        return failed(said, "A lock of asyncio is entered with `async with`.")
    return failed(said, at)
