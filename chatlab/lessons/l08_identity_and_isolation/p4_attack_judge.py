"""Part 08.4: an attack that finds the leaks which were planted, and no others; the verdict."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l08_identity_and_isolation.p4_attack import LEAKS

__all__ = ["judge"]

_FALSE = {
    "thread": (
        "`Recap` of the victim's thread counts as a leak only when a canary is in the answer. "
        "'There is no thread' is no leak."
    ),
    "task": "`Show task` of Alice's number leaks only when a canary is in the answer.",
    "argument": "`List tasks of alice` leaks only when a canary is in the answer.",
    "existence": (
        "Two answers that differ only in the number you asked for are the same answer: take the "
        "number out of each before you compare."
    ),
}


_MISSED = {
    "thread": "Mallory has the thread's id. Which command takes one?",
    "task": (
        "Numbers rise by one, whoever's the task is: create one, and the number below it is "
        "Alice's. Show it."
    ),
    "argument": "Ask for the list of alice, with Mallory's own badge.",
    "existence": (
        "Every server says it in words of its own. Ask to complete Alice's number and one that "
        "nobody has, and compare the two answers."
    ),
}


def judge(inputs: list[dict[str, Any]], seen: list[dict[str, Any]]) -> list[Finding]:
    """Exactly the planted leaks, for every server, and Alice's things as they were."""
    for one in seen:
        if wrong := _unusable(one):
            return [wrong]
    found = [set(one["said"]["value"]) for one in seen]
    if len({tuple(sorted(names)) for names in found}) == 1:
        return [_always(found[0], len(inputs))]
    for leak in LEAKS:
        claims = [
            (leak in world["planted"], leak in names)
            for world, names in zip(inputs, found, strict=True)
        ]
        name = f"Leak.{leak.upper()}"
        if wrongly := claims.count((False, True)):
            safe = sum(not planted for planted, _ in claims)
            return [
                failed(
                    f"attack() reported {name} in {wrongly} of the {safe} servers that do not "
                    "have it.",
                    _FALSE[leak],
                )
            ]
        if missed := claims.count((True, False)):
            leaky = sum(planted for planted, _ in claims)
            return [
                failed(
                    f"attack() missed {name} in {missed} of the {leaky} servers that have it.",
                    _MISSED[leak],
                )
            ]
    return [passed(3, f"{len(inputs)} servers, every leak found, none made up, nothing broken.")]


def _unusable(one: dict[str, Any]) -> Finding | None:
    said = one["said"]
    if "raised" in said:
        error = said["raised"]
        at = f"Your line {error['number']}: {error['line']}" if error.get("line") else ""
        if "coroutine" in error["message"]:
            at = f"A coroutine is only a promise; put `await` before it. {at}"
        return failed(f"attack() raised {error['type']}: {error['message'][:160]}", at)
    if "tasks" in one["changed"]:
        return failed(
            "After attack(), Alice's tasks are not what they were.",
            "A red team looks, and leaves everything as it was: use commands, with Mallory's "
            "badge.",
        )
    if one["changed"]:
        return failed(
            f"After attack(), Alice has other {one['changed'][0]} than before: somebody spoke "
            "with her badge.",
            "With her badge everything is allowed, and proves nothing. Mallory has only her own.",
        )
    value = said["value"]
    if not isinstance(value, list) or not set(map(str, value)) <= set(LEAKS):
        return failed(
            f"attack() gave back {str(value)[:60]!r}.",
            "Return a set of Leak members; an empty set() for a server without leaks.",
        )
    return None


def _always(names: set[str], servers: int) -> Finding:
    if not names:
        return failed(
            f"attack() found no leak in any of {servers} servers, and most of them have some.",
            "An attack asks for something that is Alice's, and looks for a canary in the answer.",
        )
    said = ", ".join(f"Leak.{leak.upper()}" for leak in LEAKS if leak in names)
    return failed(
        f"attack() said the same of all {servers} servers: {said}. Some of them are safe.",
        "A leak has to be proved: report it only when the answer shows it.",
    )
