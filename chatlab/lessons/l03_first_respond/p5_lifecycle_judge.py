"""Judge part 03.5: the order of the ten steps, who does each, and what a crash leaves."""

from typing import Any, cast

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.explain import shorten

__all__ = ["judge"]

_STEPS = {
    "send": ("The user sends a message", {"client"}, "nothing"),
    "receive": ("The server receives it", {"server"}, "nothing"),
    "load": ("Load the thread: metadata and history", {"store", "server"}, "nothing"),
    "make": ("Make a UserMessageItem", {"server"}, "nothing"),
    "append_question": ("Append it to the thread", {"store", "server"}, "question"),
    "call": ("Call respond(thread, input, context)", {"server"}, "question"),
    "yield": ("Yield events", {"your code"}, "question"),
    "stream": ("Send each event to the user", {"server"}, "question"),
    "append_answer": ("Append the assistant's message", {"store", "server"}, "both"),
    "persist": ("Save the thread for the next turn", {"store", "server"}, "both"),
}
"""For each step: what it is, who may be said to do it, and what a crash after it leaves."""

_PREDECESSORS = {
    "receive": (("send",), "Nobody can receive what was not sent."),
    "load": (("receive",), "Only then does the server know which thread to load."),
    "make": (("receive",), "The item is made from the message that came."),
    "append_question": (
        ("load", "make"),
        (
            "History is what was said before, so it is loaded first; and an item is made before it "
            "is appended."
        ),
    ),
    "call": (
        ("append_question",),
        "If respond() crashes, the question must not be lost: it is appended first.",
    ),
    "yield": (("call",), "Your code runs only once it has been called."),
    "stream": (("yield",), "An event has to be yielded before it can be sent."),
    "append_answer": (
        ("stream",),
        "Pieces are sent as they come; the message is appended when it is complete.",
    ),
    "persist": (("append_answer",), "The thread is saved last, ready for the next turn."),
}
"""For each step but the first: the steps that have to come before it, and why."""


def judge(inputs: dict[str, Any], observation: Any) -> list[Finding]:
    """Half a point each for the order and for who; one for what survives."""
    if not isinstance(observation, list):
        return [
            failed(f"LIFECYCLE is {shorten(str(observation))}.", "Make it a list of ten Steps.")
        ]
    rows = cast("list[Any]", observation)
    if wrong := _rows_wrong(rows):
        return [wrong]
    names = [row[0] for row in rows]
    return [
        _order_wrong(names) or passed(0.5, "The order is right."),
        _who_wrong(rows) or passed(0.5, "Everybody does their own part."),
        _survives_wrong(rows) or passed(1, "You know what a crash leaves behind."),
    ]


def _rows_wrong(rows: list[Any]) -> Finding | None:
    for row_number, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(cast("list[Any]", row)) != 3:
            return failed(
                f"Row {row_number} of LIFECYCLE is {shorten(str(cast('Any', row)))}.",
                'Each row is Step(name, who, survives), such as Step("send", "client", "nothing").',
            )
    names = [row[0] for row in rows]
    if unknown := [name for name in names if name not in _STEPS]:
        return failed(f"There is no step {unknown[0]!r}.", f"The ten are: {', '.join(_STEPS)}.")
    if len(names) != len(set(names)):
        repeated = next(name for name in names if names.count(name) > 1)
        return failed(f"The step {repeated!r} is there twice.", "Each of the ten comes once.")
    if missing := [name for name in _STEPS if name not in names]:
        return failed(
            f"LIFECYCLE has {len(names)} of the ten steps; {missing[0]!r} is missing.",
            f"{missing[0]}: {_STEPS[missing[0]][0]}. Where does it belong?",
        )
    return None


def _order_wrong(names: list[str]) -> Finding | None:
    for name in names:
        predecessors, reason = _PREDECESSORS.get(name, ((), ""))
        for predecessor in predecessors:
            if names.index(predecessor) > names.index(name):
                return failed(f"{name!r} comes before {predecessor!r}.", reason)
    return None


def _who_wrong(rows: list[Any]) -> Finding | None:
    for name, who, _ in rows:
        if who not in {"client", "server", "your code", "store"}:
            return failed(
                f"{name!r} is done by {who!r}.",
                'Choose "client", "server", "your code" or "store".',
            )
        if who not in _STEPS[name][1]:
            return failed(f"{name!r} is not what {_with_the(who)} does.", _WHO_HINTS[name])
    return None


def _with_the(who: str) -> str:
    return who if who == "your code" else f"the {who}"


_WHO_HINTS = {
    "send": "It happens in the browser or the app, before any server knows of it.",
    "receive": "You wrote none of it, and nothing is stored yet: ChatKitServer does it.",
    "load": "What was said before lies in one place only.",
    "make": "respond() is handed a finished item, so it is made before your code runs.",
    "append_question": "You never saved a user's message yourself in this lesson. Who keeps items?",
    "call": "You wrote respond(), but you never called it. Who did?",
    "yield": "Which of the ten have you written yourself?",
    "stream": "Your code yields to its caller. Who passes it on to the user?",
    "append_answer": "You only yielded; nothing in your code saves. Who keeps items?",
    "persist": "Who keeps threads?",
}


def _survives_wrong(rows: list[Any]) -> Finding | None:
    for name, _, survives in rows:
        if survives not in {"nothing", "question", "both"}:
            return failed(
                f"After {name!r}, {survives!r} survives.",
                'Choose "nothing", "question" or "both".',
            )
        expected = _STEPS[name][2]
        if survives != expected:
            return failed(
                f"The power fails just after {name!r}. Does {survives!r} describe what is left "
                "of this turn?",
                _SURVIVAL_HINTS[survives, expected],
            )
    return None


_SURVIVAL_HINTS = {
    ("nothing", "question"): "By then the user's message has been appended, and that lasts.",
    ("nothing", "both"): "By then both messages have been appended, and that lasts.",
    ("question", "nothing"): "Only what has been appended lasts. What has been, by then?",
    ("question", "both"): "By then the answer has been appended, too.",
    ("both", "nothing"): "Only what has been appended lasts. What has been, by then?",
    ("both", "question"): "Sent is not stored: the answer is appended when it is complete.",
}
