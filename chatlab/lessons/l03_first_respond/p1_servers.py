"""Parts 03.1 and 03.2: servers that echo and welcome."""

from random import Random
from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.dialogue import (
    NAMES,
    explain_unmade,
    make_server,
    random_messages,
    reply_text,
    run_turn,
    shorten,
    start_turn,
    turn_problem,
)

__all__ = [
    "echo_inputs",
    "echo_judged",
    "echo_seen",
    "welcome_inputs",
    "welcome_judged",
    "welcome_seen",
]


def echo_inputs(random: Random) -> dict[str, Any]:
    """Three messages; two people send them."""
    return {"messages": random_messages(random, 3), "names": random.sample(NAMES, 2)}


async def echo_seen(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """The first one's turn is left in the middle while the second has one of their own."""
    server, why = make_server(subject)
    if server is None:
        return {"unmade": why}
    (one, two), (first, second, third) = inputs["names"], inputs["messages"]
    rest = await start_turn(server, first, one)
    between = await run_turn(server, second, two)
    opened = await rest()
    again = await run_turn(server, third, one, opened["thread_id"])
    return {"turns": [opened, between, again]}


def echo_judged(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """Each gets their own message back, and nothing else."""
    if "unmade" in seen:
        return [explain_unmade("EchoServer", seen["unmade"])]
    messages = inputs["messages"]
    for message, turn in zip(messages, seen["turns"], strict=True):
        if wrong := _echo_wrong(message, [m for m in messages if m != message], turn):
            return [wrong]
    return [passed(2, "What was said comes back, to the one who said it.")]


def _echo_wrong(message: str, others: list[str], turn: dict[str, Any]) -> Finding | None:
    called = f"send({message!r})"
    if wrong := turn_problem(called, turn):
        return wrong
    got = reply_text(turn)
    if got == message:
        return None
    if not got:
        return failed(
            f"{called}: the turn ended and nothing was said.",
            "Yield an AssistantMessage; `return` and `print` send nothing.",
        )
    if any(word in got for other in others for word in other.split()):
        return failed(
            f"{called} was answered with {shorten(got)}: that is what somebody else said.",
            "One server serves everybody: keep nothing on `self` or on the class. Use `input`.",
        )
    if message not in got:
        return failed(
            f"{called}: expected {message!r}, got {shorten(got)}.",
            "What the user said is in input.content.",
        )
    return failed(
        f"{called}: expected {message!r}, got {shorten(got)}.",
        "An echo gives back the message, once, and nothing around it.",
    )


def welcome_inputs(random: Random) -> dict[str, Any]:
    """Two messages, three people."""
    return {"messages": random_messages(random, 2), "names": random.sample(NAMES, 3)}


async def welcome_seen(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """One opens the chat twice and then speaks; another opens it; a third speaks at once."""
    server, why = make_server(subject)
    if server is None:
        return {"unmade": why}
    (one, two, three), (first, second) = inputs["names"], inputs["messages"]
    opened = await run_turn(server, None, one)
    again = await run_turn(server, None, one, opened["thread_id"])
    speaks = await run_turn(server, first, one, opened["thread_id"])
    other = await run_turn(server, None, two)
    at_once = await run_turn(server, second, three)
    later = await run_turn(server, None, three, at_once["thread_id"])
    return {"turns": [opened, again, speaks, other, at_once, later]}


def welcome_judged(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """An empty thread is greeted, one with history is not, and a message is answered."""
    if "unmade" in seen:
        return [explain_unmade("WelcomeServer", seen["unmade"])]
    first, second = inputs["messages"]
    expected = [
        ("send(None) on an empty thread", "greeting"),
        ("send(None) on a thread with history", "silence"),
        (f"send({first!r})", first),
        ("send(None) on somebody else's empty thread", "greeting"),
        (f"send({second!r}) on an empty thread", second),
        ("send(None) on a thread with history", "silence"),
    ]
    for (called, wanted), turn in zip(expected, seen["turns"], strict=True):
        if wrong := turn_problem(called, turn) or _welcome_wrong(called, wanted, turn):
            return [wrong]
    greeting, speaks, at_once = (reply_text(seen["turns"][n]) for n in (0, 2, 4))
    if greeting in at_once and greeting not in speaks:
        return [
            failed(
                f"send({second!r}) on an empty thread: it was greeted, too: {shorten(at_once)}.",
                "Greet who has said nothing: ask `input is None` before you look at the history.",
            )
        ]
    return [passed(2, "It greets once, keeps quiet when it should, and answers.")]


def _welcome_wrong(called: str, wanted: str, turn: dict[str, Any]) -> Finding | None:
    got = reply_text(turn)
    if wanted == "greeting":
        if got.strip():
            return None
        if "somebody else's" in called:
            return failed(
                f"{called}: nothing was said, though the first customer was greeted.",
                "One server serves everybody: ask `thread.history`, not something kept on `self`.",
            )
        return failed(
            f"{called}: nothing was said.",
            "Yield a greeting. An empty history is `()`, and not None or []: ask `not history`.",
        )
    if wanted == "silence":
        if not turn["saved"]:
            return None
        if not got:
            return failed(
                f"{called}: an empty message was sent, and stored.",
                "Silence is to yield nothing: end with `return`.",
            )
        return failed(
            f"{called}: expected silence, got {shorten(got)}.",
            "They have been here before: look at `thread.history`.",
        )
    if wanted in got:
        return None
    if not got:
        return failed(f"{called}: there was no answer.", "A message wants an answer: echo it.")
    return failed(
        f"{called}: expected an echo, got {shorten(got)}.",
        "Somebody spoke, so answer them. Greet only when `input is None`.",
    )
