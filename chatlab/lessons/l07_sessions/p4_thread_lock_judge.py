"""Judges part 07.4: the items of a thread with three turns at once, and the log of the model."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.explain import source_line

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """Questions and answers are in pairs, no thread waits for another, each lock is released."""
    messages = inputs["messages"]
    wrong = (
        _outcomes_wrong(observation["same_thread"])
        or _outcomes_wrong(observation["other_threads"])
        or _same_thread_wrong(messages[:3], observation)
        or _other_threads_wrong(messages[3:], observation)
        or _failed_turn_wrong(observation["after"])
    )
    return [wrong or passed(2, "Two tabs take turns; two threads run side by side.")]


def _outcomes_wrong(outcomes: list[dict[str, Any]]) -> Finding | None:
    """What is wrong when a call of send() raised, or never came back."""
    if any("stuck" in outcome for outcome in outcomes):
        return failed(
            "A turn waits for ever, for a lock that nobody gives back.",
            "Does send() call itself inside its lock? One whole turn is "
            "`await super().send(thread_id, message)`.",
        )
    errors = [outcome["raised"] for outcome in outcomes if "raised" in outcome]
    if not errors:
        return None
    if errors[0]["type"] == "KeyError" and len(errors) < len(outcomes):
        return failed(
            f"send() raised KeyError: {errors[0]['message']}. Its lock was taken away while others "
            "were waiting for it.",
            "Leave the lock in the dictionary: the next message of the thread needs it.",
        )
    if len(errors) < len(outcomes):
        return failed(
            f"Three messages came at once, and one was turned away: {errors[0]['type']}.",
            "Do not refuse it, let it wait: `async with lock:` waits until the lock is free.",
        )
    return _explain_error(errors[0])


def _same_thread_wrong(messages: list[str], observation: dict[str, Any]) -> Finding | None:
    """What is wrong with the thread to which these messages were sent at once."""
    items = [tuple(item) for item in observation["items"] if len(item) == 2]
    stored_texts = [text for role, text in items if role == "user"]
    expected_items: list[tuple[str, str]] = []
    for text in stored_texts:
        expected_items += [("user", text), ("assistant", f"Done: {text}")]
    if not stored_texts:
        return failed(
            f"{len(messages)} messages were sent, and the thread is empty.",
            "You wrote a turn of your own. One whole turn, with its items, is "
            "`await super().send(thread_id, message)`.",
        )
    if sorted(stored_texts) != sorted(messages):
        return failed(
            f"{len(messages)} messages were sent; the thread holds {len(stored_texts)} of them.",
            "Each message waits its turn; none is refused or lost.",
        )
    if items != expected_items:
        return _explain_mix_up(observation["locks"], _most_at_once(observation["same_log"]))
    for message, outcome in zip(messages, observation["same_thread"], strict=True):
        if outcome["value"] != f"Done: {message}":
            return failed(
                f"send({message!r}) returned {outcome['value']!r}.",
                "Return what super().send() returns: each tab gets its own answer.",
            )
    return None


def _explain_mix_up(lock_count: int, most_at_once: int) -> Finding:
    """Turns of one thread ran at the same time, and this many locks were taken."""
    message = "Three tabs spoke at once on one thread, and questions and answers are mixed up."
    if lock_count > 1:
        return failed(
            f"{message} Each message took a lock of its own, and found it open.",
            "All tabs of a thread must share one lock: keep it on `self`, in a dictionary, by "
            "thread_id.",
        )
    if lock_count == 1:
        return failed(
            f"{message} The lock was free again before the turn was over.",
            "The whole turn belongs inside the lock: put `return await super().send(...)` into "
            "the `async with`.",
        )
    if most_at_once == 2:
        return failed(
            f"{message} Two turns ran at the same time.",
            "A second turn must not begin before the first has ended. A lock lets one in; a "
            "semaphore of 2 lets in two.",
        )
    return failed(
        f"{message} Nothing made the second message wait until the first was answered.",
        "Give each thread an asyncio.Lock, and run the turn inside it.",
    )


def _most_at_once(log: list[str]) -> int:
    """How many turns ran at the same time."""
    running = most = 0
    for entry in log:
        running += 1 if entry.startswith("begin") else -1
        most = max(most, running)
    return most


def _other_threads_wrong(messages: list[str], observation: dict[str, Any]) -> Finding | None:
    """What is wrong with two turns of two other threads."""
    for message, outcome in zip(messages, observation["other_threads"], strict=True):
        if outcome["value"] != f"Done: {message}":
            return failed(f"send({message!r}) returned {outcome['value']!r}.", "Return the answer.")
    if _most_at_once(observation["log"]) == 2:
        return None
    return failed(
        "Two different threads waited for each other: everybody stands in one queue.",
        "One lock for each thread: keep them in a dictionary, by thread_id.",
    )


def _failed_turn_wrong(outcome: dict[str, Any]) -> Finding | None:
    """What is wrong with the turn that follows one that failed."""
    if "stuck" in outcome:
        return failed(
            "After a turn that failed, the next one waited for ever.",
            "`async with lock:` gives the lock back, whatever happens inside.",
        )
    return _explain_error(outcome["raised"]) if "raised" in outcome else None


def _explain_error(error: dict[str, Any]) -> Finding:
    message = f"send() raised {error['type']}: {error['message']}"
    if error["type"] == "AttributeError" and "threads" in error["message"]:
        return failed(message, "Begin your __init__ with super().__init__(think).")
    if error["type"] == "TypeError" and "'type' object" in error["message"]:
        return failed(
            message, "asyncio.Lock is the class. With brackets it makes a lock: asyncio.Lock()."
        )
    if error["type"] == "TypeError" and "context manager" in error["message"]:
        return failed(message, "A lock of asyncio is entered with `async with`.")
    if error["type"] == "KeyError":
        return failed(
            f"{message}. There is no lock yet for a thread that speaks for the first time.",
            "defaultdict(asyncio.Lock) makes one when it is needed.",
        )
    return failed(message, source_line(error))
