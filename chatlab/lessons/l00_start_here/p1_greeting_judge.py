"""Part 00.1, judged: is everybody greeted by name?"""

from typing import Any

from chatlab.course.findings import Finding, failed, needless_async, passed

__all__ = ["judge"]


def judge(names: list[str], seen: list[dict[str, Any]]) -> list[Finding]:
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
