"""Judge part 00.1: `greeting(name)` returns "Hello, ", the name and "!"."""

from typing import Any

from chatlab.course.findings import Finding, failed, needless_async, passed
from chatlab.lessons.support.explain import source_line

__all__ = ["judge"]


def judge(names: list[str], observation: list[dict[str, Any]]) -> list[Finding]:
    """The first name that is greeted wrongly fails; otherwise 1 point."""
    for name, outcome in zip(names, observation, strict=True):
        called = f"greeting({name!r})"
        if "raised" in outcome:
            return [_explain_error(called, outcome["raised"])]
        if wrong := needless_async("greeting", outcome):
            return [wrong]
        got = outcome["value"]
        if got is None:
            return [
                failed(
                    f"{called} returned None.",
                    "`print` only shows a value; `return` hands it to the caller.",
                )
            ]
        if got == f"Hello, {name}!":
            continue
        return [failed(f"{called}: expected 'Hello, {name}!', got {got!r}.", _next_step(name, got))]
    return [passed(1, "Everybody is greeted by name.")]


def _explain_error(called: str, error: dict[str, Any]) -> Finding:
    message = f"{called} raised {error['type']}: {error['message']}"
    if "positional argument" in error["message"]:
        return failed(
            message, "The check calls it with one argument, the name: def greeting(name)."
        )
    return failed(message, source_line(error))


def _next_step(name: str, got: Any) -> str:
    """What to try when `got` is not the greeting of `name`."""
    if not isinstance(got, str):
        return "Return a string."
    if "{" in got:
        return 'Without an f before the quotes, {...} is only text: f"Hello, {name}!".'
    if name not in got:
        return "The greeting should contain the name that the function was given."
    if got == name:
        return "That is only the name. Greet it: 'Hello, ', the name, and '!'."
    return (
        "Compare the two, character by character: capital letter, comma, space, exclamation mark."
    )
