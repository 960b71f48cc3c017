"""Part 01.4: request/response or streaming, and the one field that decides."""

from random import Random
from typing import Any

from chatlab.course.checking.observe import attempt
from chatlab.lessons.support.dialogue import NAMES

__all__ = ["REQUEST", "RULES", "STREAM", "inputs", "observe", "other", "pair"]

REQUEST, STREAM = "request/response", "streaming"


RULES: dict[str, dict[Any, str]] = {
    "length": {"short": REQUEST, "long": STREAM},
    "partial_results_useful": {False: REQUEST, True: STREAM},
    "progress_wanted": {False: REQUEST, True: STREAM},
    "follow_ups": {False: REQUEST, True: STREAM},
    "idempotent": {True: REQUEST, False: STREAM},
}
"""What each field says; None says nothing."""


def inputs(random: Random) -> dict[str, Any]:
    """Every field decides twice, once each way, in records that differ in all else."""
    decisions = [(field, value) for field, values in RULES.items() for value in values]
    random.shuffle(decisions)
    return {"scenarios": [_scenario(random, *decision) for decision in decisions]}


def _scenario(random: Random, field: str, value: Any) -> dict[str, Any]:
    fields: dict[str, Any] = dict.fromkeys(RULES)
    fields |= {"asked_by": random.choice(NAMES), "times_a_day": random.randint(1, 5000)}
    fields[field] = value
    names = list(fields)
    random.shuffle(names)
    return {name: fields[name] for name in names}


async def observe(choose: Any, inputs: dict[str, Any]) -> list[dict[str, Any]]:
    """What was chosen, and what is chosen when the field named as the reason is flipped."""
    seen: list[dict[str, Any]] = []
    for scenario in inputs["scenarios"]:
        one = await attempt(lambda scenario=scenario: choose(dict(scenario)))
        because = pair(one.get("value"))[1]
        if isinstance(because, str) and because in RULES and scenario[because] is not None:
            flipped = {**scenario, because: other(because, scenario[because])}
            again = await attempt(lambda flipped=flipped: choose(dict(flipped)))
            one["flipped"] = again
        seen.append(one)
    return seen


def other(field: str, value: Any) -> Any:
    """Another value that the rule for this field knows."""
    return next(one for one in RULES[field] if one != value)


def pair(value: Any) -> tuple[Any, Any]:
    """Pattern and because, from a tuple or an object with these two fields."""
    match value:
        case [pattern, because]:
            return pattern, because
        case {"pattern": pattern, "because": because}:
            return pattern, because
        case _:
            return None, None
