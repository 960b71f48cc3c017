"""Lesson 00: one function, so that checks, hints and progress have been seen once."""

from random import Random
from typing import Any

from chatlab.course.catalogue import Lesson, Objective, Part
from chatlab.course.checking.observe import attempt
from chatlab.course.findings import Finding, failed, needless_async, passed

__all__ = ["LESSON"]

NAMES = ("Alice", "Bob", "Chandra", "Dilnoza", "Émile", "Fatou", "Gülşen", "Hana")


def greeting_inputs(random: Random) -> list[str]:
    """Three names."""
    return random.sample(NAMES, 3)


async def greeting_seen(greeting: Any, names: list[str]) -> list[dict[str, Any]]:
    """What `greeting` returned for each name."""
    return [await attempt(lambda name=name: greeting(name)) for name in names]


def greeting_judged(names: list[str], seen: list[dict[str, Any]]) -> list[Finding]:
    """Every name is greeted, and only that one."""
    for name, one in zip(names, seen, strict=True):
        called = f"greeting({name!r})"
        if "raised" in one:
            return [_raised(called, one["raised"])]
        if wrong := needless_async("greeting", one):
            return [wrong]
        got = one["value"]
        if got is None:
            return [failed(f"{called} gave back None.", "`print` shows; `return` gives back.")]
        if got == f"Hello, {name}!":
            continue
        return [failed(f"{called}: expected 'Hello, {name}!', got {got!r}.", _next(name, got))]
    return [passed(1, "Everybody is greeted by name.")]


def _raised(called: str, error: dict[str, Any]) -> Finding:
    said = f"{called} raised {error['type']}: {error['message']}"
    if "positional argument" in error["message"]:
        return failed(said, "It is called with one argument, the name: def greeting(name).")
    line = f"Your line {error['number']}: {error['line']}" if error.get("line") else ""
    return failed(said, line)


def _next(name: str, got: Any) -> str:
    if not isinstance(got, str):
        return "Return a text."
    if "{" in got:
        return 'Without an f before the quotes, {...} is only text: f"Hello, {name}!".'
    if name not in got:
        return "The name in the answer is the one you are given."
    if got == name:
        return "That is the name alone. Greet it: 'Hello, ', the name, and '!'."
    return "Compare the two, character by character: capital letter, comma, space, mark."


LESSON = Lesson(
    slug="00_start_here",
    title="Start here",
    promise="You know how this course tells you what to do next.",
    minutes=10,
    objectives=(
        Objective("00.a", "apply", "Use a check, a hint and the progress table to get on."),
    ),
    introduces=("check", "hint", "progress"),
    uses=(),
    parts=(
        Part(
            id="00.1",
            title="Say hello",
            subject="greeting",
            points=1,
            difficulty=1,
            minutes=2,
            objective="00.a",
            hints=(
                "The function is given a name. What should it give back?",
                "Build the text from the name: an f-string does it.",
                'return f"Hello, {name}!"',
            ),
            inputs=greeting_inputs,
            observe=greeting_seen,
            judge=greeting_judged,
        ),
    ),
)
