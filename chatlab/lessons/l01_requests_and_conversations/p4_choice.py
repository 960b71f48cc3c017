"""Part 01.4: call the learner's `choose` with scenarios in which one field decides."""

from random import Random
from typing import Any

from chatlab.course.checking.as_data import attempt
from chatlab.lessons.support.random_inputs import USER_NAMES

__all__ = ["REQUEST", "RULES", "STREAM", "inputs", "observe", "other_value", "pattern_and_reason"]

REQUEST, STREAM = "request/response", "streaming"

RULES: dict[str, dict[Any, str]] = {
    "length": {"short": REQUEST, "long": STREAM},
    "partial_results_useful": {False: REQUEST, True: STREAM},
    "progress_wanted": {False: REQUEST, True: STREAM},
    "follow_ups": {False: REQUEST, True: STREAM},
    "idempotent": {True: REQUEST, False: STREAM},
}
"""For each field of a scenario: the pattern that each value calls for. None decides nothing."""


def inputs(random: Random) -> dict[str, Any]:
    """One scenario for each value of each field, shuffled; all other deciding fields are None."""
    decisions = [(field, value) for field, values in RULES.items() for value in values]
    random.shuffle(decisions)
    return {"scenarios": [_make_scenario(random, *decision) for decision in decisions]}


def _make_scenario(random: Random, field: str, value: Any) -> dict[str, Any]:
    fields: dict[str, Any] = dict.fromkeys(RULES)
    fields |= {"asked_by": random.choice(USER_NAMES), "times_a_day": random.randint(1, 5000)}
    fields[field] = value
    names = list(fields)
    random.shuffle(names)
    return {name: fields[name] for name in names}


async def observe(choose: Any, inputs: dict[str, Any]) -> list[dict[str, Any]]:
    """One outcome a scenario, as `attempt` records it.

    If the outcome names a deciding field as its reason, that field is changed to its other value
    and `choose` is called again; the second outcome is stored under `flipped`.
    """
    choices: list[dict[str, Any]] = []
    for scenario in inputs["scenarios"]:
        choice = await attempt(lambda scenario=scenario: choose(dict(scenario)))
        because = pattern_and_reason(choice.get("value"))[1]
        if isinstance(because, str) and because in RULES and scenario[because] is not None:
            flipped = {**scenario, because: other_value(because, scenario[because])}
            choice["flipped"] = await attempt(lambda flipped=flipped: choose(dict(flipped)))
        choices.append(choice)
    return choices


def other_value(field: str, value: Any) -> Any:
    """The value of this field that calls for the other pattern."""
    return next(candidate for candidate in RULES[field] if candidate != value)


def pattern_and_reason(value: Any) -> tuple[Any, Any]:
    """`pattern` and `because` of a choice, a pair or a dictionary; two Nones if it is neither."""
    match value:
        case [pattern, because]:
            return pattern, because
        case {"pattern": pattern, "because": because}:
            return pattern, because
        case _:
            return None, None
