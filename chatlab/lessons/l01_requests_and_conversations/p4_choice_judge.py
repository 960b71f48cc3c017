"""Judge part 01.4: `choose` picks the pattern that fits, and names the field that decides."""

from collections.abc import Callable
from typing import Any, cast

from chatlab.course.findings import Finding, failed, needless_async, passed
from chatlab.lessons.l01_requests_and_conversations.p4_choice import (
    REQUEST,
    RULES,
    STREAM,
    other_value,
    pattern_and_reason,
)
from chatlab.lessons.support.explain import shorten, source_line

__all__ = ["judge"]

_JsonObject = dict[str, Any]

_EXPLANATIONS: dict[str, dict[Any, str]] = {
    "length": {
        "short": "A short answer arrives at once; there is nothing to wait for.",
        "long": "A long answer takes time: begin to show it before it is complete.",
    },
    "partial_results_useful": {
        False: "Half of it helps nobody: send it when it is complete.",
        True: "Even the first half helps: send it as soon as it is there.",
    },
    "progress_wanted": {
        False: "Nobody wants to watch: the result alone will do.",
        True: "Somebody wants to watch: events say how far it has got.",
    },
    "follow_ups": {
        False: "Nothing will refer to it: one question, one response.",
        True: "The next message will refer to this one: that is a conversation.",
    },
    "idempotent": {
        True: "It can be sent again without harm: if it fails, just ask once more.",
        False: "It cannot simply be sent again, so they need to see each step as it happens.",
    },
}


def judge(inputs: dict[str, Any], observation: list[dict[str, Any]]) -> list[Finding]:
    """One point for the patterns, one for the reasons."""
    scenarios = inputs["scenarios"]
    for scenario, choice in zip(scenarios, observation, strict=True):
        if wrong := needless_async("choose", choice) or _choice_form_wrong(scenario, choice):
            return [wrong]
    patterns = [
        _normalise_pattern(pattern_and_reason(choice["value"])[0]) for choice in observation
    ]
    if len(set(patterns)) == 1:
        return [_explain_single_pattern(patterns[0])]
    scenario_choices = list(zip(scenarios, observation, strict=True))
    reason_finding = _first_wrong(_reason_wrong, scenario_choices)
    pattern_finding = _first_wrong(_pattern_wrong, scenario_choices)
    if reason_finding is None and pattern_finding is None:
        pattern_finding = _first_wrong(_flip_wrong, scenario_choices)
    return [
        reason_finding or passed(1, "Every reason is the one that decides."),
        pattern_finding or passed(1, "Every choice fits, and it changes with its reason."),
    ]


def _first_wrong(
    rule: Callable[[_JsonObject, _JsonObject], Finding | None],
    scenario_choices: list[tuple[_JsonObject, _JsonObject]],
) -> Finding | None:
    return next(
        (wrong for scenario_choice in scenario_choices if (wrong := rule(*scenario_choice))), None
    )


def _normalise_pattern(pattern: Any) -> str:
    return str(pattern).strip().lower().replace("-", "/").replace("_", "/").replace(" ", "/")


def _choice_form_wrong(scenario: dict[str, Any], choice: dict[str, Any]) -> Finding | None:
    """What is wrong when the outcome is no `Choice` of a pattern and a field."""
    called = _call_text(scenario)
    if "raised" in choice:
        error = choice["raised"]
        return failed(
            f"{called} raised {error['type']}: {error['message'][:120]}",
            source_line(error) or "Read it again.",
        )
    got = choice["value"]
    pattern, because = pattern_and_reason(got)
    if got is None:
        return failed(
            f"{called} returned None.", "Some scenarios reach no `return`. Look at every field."
        )
    if pattern is None and because is None:
        return failed(
            f"{called} returned {shorten(str(got))}.",
            "Return a Choice(pattern, because).",
        )
    if _normalise_pattern(pattern) not in {REQUEST, STREAM}:
        return failed(
            f"{called}: the pattern is {shorten(str(pattern))}.",
            f'Choose "{REQUEST}" or "{STREAM}".',
        )
    if because not in scenario:
        return failed(
            f"{called}: the reason is {shorten(str(because))}, which is not a field.",
            'Name just the field that decides, such as "length".',
        )
    return None


def _call_text(scenario: dict[str, Any], changes: dict[str, Any] | None = None) -> str:
    deciding_fields = {
        name: value
        for name, value in (scenario | (changes or {})).items()
        if name in RULES and value is not None
    }
    return f"choose({deciding_fields}, the other four None)"


def _explain_single_pattern(pattern: str) -> Finding:
    if pattern == STREAM:
        return failed(
            "You chose streaming every time.",
            "It costs more to build and to run. A short answer does not need it.",
        )
    return failed(
        "You chose request/response every time.",
        "Then somebody stares at an empty page while a long answer is written.",
    )


def _reason_wrong(scenario: dict[str, Any], choice: dict[str, Any]) -> Finding | None:
    because = cast("str", pattern_and_reason(choice["value"])[1])
    if because not in RULES:
        return failed(
            f"{_call_text(scenario)}: {because!r} does not decide.",
            "Who is asking and how often makes no difference to how the answer comes.",
        )
    if scenario[because] is None:
        return failed(
            f"{_call_text(scenario)}: you named {because!r}, which is None here.",
            "None is not False: it makes no difference. Compare with `is None`.",
        )
    return None


def _pattern_wrong(scenario: dict[str, Any], choice: dict[str, Any]) -> Finding | None:
    pattern = _normalise_pattern(pattern_and_reason(choice["value"])[0])
    field = next(name for name in RULES if scenario[name] is not None)
    if pattern == RULES[field][scenario[field]]:
        return None
    return failed(
        f"{_call_text(scenario)}: you chose {pattern}.", _EXPLANATIONS[field][scenario[field]]
    )


def _flip_wrong(scenario: dict[str, Any], choice: dict[str, Any]) -> Finding | None:
    because = pattern_and_reason(choice["value"])[1]
    changes = {because: other_value(because, scenario[because])}
    flipped_choice = choice["flipped"]
    if wrong := _choice_form_wrong(scenario | changes, flipped_choice):
        return wrong
    pattern = _normalise_pattern(pattern_and_reason(flipped_choice["value"])[0])
    if pattern == RULES[because][changes[because]]:
        return None
    return failed(
        f"{_call_text(scenario, changes)}: flipped, you still chose {pattern}.",
        f"If {because!r} is the reason, the choice changes with it.",
    )
