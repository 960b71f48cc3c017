"""Part 01.4: request/response or streaming, and the one field that decides; the verdict."""

from collections.abc import Callable
from typing import Any, cast

from chatlab.course.findings import Finding, failed, needless_async, passed
from chatlab.lessons.l01_requests_and_conversations.p4_choice import (
    REQUEST,
    RULES,
    STREAM,
    other,
    pair,
)
from chatlab.lessons.support.dialogue import shorten

__all__ = ["judge"]

_BECAUSE: dict[str, dict[Any, str]] = {
    "length": {
        "short": "A short answer is there at once; there is nothing to wait for.",
        "long": "A long answer takes time: begin to show it before it is whole.",
    },
    "partial_results_useful": {
        False: "Half of it helps nobody: send it when it is whole.",
        True: "The first half helps already: send it as soon as it is there.",
    },
    "progress_wanted": {
        False: "Nobody wants to watch: the result alone will do.",
        True: "Somebody wants to watch: events tell how far it is.",
    },
    "follow_ups": {
        False: "Nothing will refer to it: one question, one response.",
        True: "The next message will refer to this one: that is a conversation.",
    },
    "idempotent": {
        True: "It can be sent again without harm: if it fails, ask once more.",
        False: "It cannot simply be sent again, so they need to see each step as it happens.",
    },
}


def judge(inputs: dict[str, Any], seen: list[dict[str, Any]]) -> list[Finding]:
    """One point for the patterns, one for the reasons."""
    scenarios = inputs["scenarios"]
    for scenario, one in zip(scenarios, seen, strict=True):
        if wrong := needless_async("choose", one) or _unusable(scenario, one):
            return [wrong]
    chosen = [_named(pair(one["value"])[0]) for one in seen]
    if len(set(chosen)) == 1:
        return [_always(chosen[0])]
    pairs = list(zip(scenarios, seen, strict=True))
    reason = _first(_reason_wrong, pairs)
    pattern = _first(_pattern_wrong, pairs)
    if reason is None and pattern is None:
        pattern = _first(_flip_wrong, pairs)
    return [
        reason or passed(1, "Every reason is the one that decides."),
        pattern or passed(1, "Every choice fits, and it changes with its reason."),
    ]


_Scenario = dict[str, Any]


def _first(
    judge: Callable[[_Scenario, _Scenario], Finding | None],
    pairs: list[tuple[_Scenario, _Scenario]],
) -> Finding | None:
    return next((wrong for pair in pairs if (wrong := judge(*pair))), None)


def _named(pattern: Any) -> str:
    return str(pattern).strip().lower().replace("-", "/").replace("_", "/").replace(" ", "/")


def _unusable(scenario: dict[str, Any], one: dict[str, Any]) -> Finding | None:
    called = _called(scenario)
    if "raised" in one:
        why = one["raised"]
        return failed(
            f"{called} raised {why['type']}: {why['message'][:120]}",
            f"Your line {why['number']}: {why['line']}" if why.get("line") else "Read it again.",
        )
    got = one["value"]
    pattern, because = pair(got)
    if got is None:
        return failed(
            f"{called} gave back None.", "Some scenarios reach no `return`. Ask every field."
        )
    if pattern is None and because is None:
        return failed(
            f"{called} gave back {shorten(str(got))}.",
            "Return a Choice(pattern, because).",
        )
    if _named(pattern) not in {REQUEST, STREAM}:
        return failed(
            f"{called}: the pattern is {shorten(str(pattern))}.",
            f'Choose "{REQUEST}" or "{STREAM}".',
        )
    if because not in scenario:
        return failed(
            f"{called}: the reason is {shorten(str(because))}, and that is no field.",
            'Name the field that decides, such as "length"; no sentence.',
        )
    return None


def _called(scenario: dict[str, Any], changed: dict[str, Any] | None = None) -> str:
    told = {
        name: value
        for name, value in (scenario | (changed or {})).items()
        if name in RULES and value is not None
    }
    return f"choose({told}, the other four None)"


def _always(pattern: str) -> Finding:
    if pattern == STREAM:
        return failed(
            "You chose streaming every time.",
            "It costs more to build and to run. A short answer that is read whole needs none.",
        )
    return failed(
        "You chose request/response every time.",
        "Then somebody stares at an empty page while a long answer is written.",
    )


def _reason_wrong(scenario: dict[str, Any], one: dict[str, Any]) -> Finding | None:
    because = cast("str", pair(one["value"])[1])
    if because not in RULES:
        return failed(
            f"{_called(scenario)}: {because!r} does not decide.",
            "Who asks and how often changes nothing about how the answer comes.",
        )
    if scenario[because] is None:
        return failed(
            f"{_called(scenario)}: you named {because!r}, which is None here.",
            "None is not False: it makes no difference. Compare with `is None`.",
        )
    return None


def _pattern_wrong(scenario: dict[str, Any], one: dict[str, Any]) -> Finding | None:
    chosen = _named(pair(one["value"])[0])
    field = next(name for name in RULES if scenario[name] is not None)
    if chosen == RULES[field][scenario[field]]:
        return None
    return failed(f"{_called(scenario)}: you chose {chosen}.", _BECAUSE[field][scenario[field]])


def _flip_wrong(scenario: dict[str, Any], one: dict[str, Any]) -> Finding | None:
    because = pair(one["value"])[1]
    flipped = {because: other(because, scenario[because])}
    again = one["flipped"]
    if wrong := _unusable(scenario | flipped, again):
        return wrong
    pattern = _named(pair(again["value"])[0])
    if pattern == RULES[because][flipped[because]]:
        return None
    return failed(
        f"{_called(scenario, flipped)}: flipped, you still chose {pattern}.",
        f"If {because!r} is the reason, the choice changes with it.",
    )
