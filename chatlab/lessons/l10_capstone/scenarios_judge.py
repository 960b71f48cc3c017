"""Judge the scenarios of lesson 10: each has points of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.explain import explain_exception, explain_no_server

__all__ = ["Scenario", "judge_scenarios", "reply_wrong", "tool_statuses"]


@dataclass(frozen=True)
class Scenario:
    """What one scenario is worth, and how it is judged.

    Attributes:
        title: What it is about, for the learner.
        points: How many it is worth.
        wrong: Takes the inputs and what happened; returns what is wrong, or None.
    """

    title: str
    points: float
    wrong: Callable[[dict[str, Any], Any], Finding | None]


def judge_scenarios(
    scenarios: Sequence[Scenario], inputs: dict[str, Any], results: list[Any]
) -> list[Finding]:
    """A finding for each scenario, in order."""
    return [
        _judge_scenario(scenario, inputs, result)
        for scenario, result in zip(scenarios, results, strict=True)
    ]


def _judge_scenario(scenario: Scenario, inputs: dict[str, Any], result: dict[str, Any]) -> Finding:
    """The finding for one entry of what `run_scenarios` returned."""
    match result:
        case {"state": "not_started"}:
            return failed(f"{scenario.title}: not written yet.", "Its method still says TODO.")
        case {"state": "unmade", "why": error}:
            return explain_no_server("TaskManager", error)
        case {"state": "raised", "raised": error}:
            return explain_exception(scenario.title, error)
        case _:
            wrong = scenario.wrong(inputs, result["value"])
            return wrong or passed(scenario.points, scenario.title)


def tool_statuses(turn: dict[str, Any]) -> list[tuple[str, str]]:
    """The tool events of the turn, in order, as (tool, status)."""
    return [(e["tool"], e["status"]) for e in turn["events"] if e["type"] == "tool_status"]


def reply_wrong(called: str, turn: dict[str, Any], expected: list[str]) -> Finding | None:
    """What is wrong when the turn failed, said nothing, or its reply lacks an expected word.

    Upper and lower case do not matter.
    """
    if turn["raised"] is not None:
        return explain_exception(called, turn["raised"])
    if turn["state"] != "completed":
        return failed(
            f"{called}: the turn ended as {turn['state']}.", "Let respond() run to its end."
        )
    if not turn["reply"].strip():
        return failed(f"{called}: there was no answer.", "Yield an AssistantMessage at the end.")
    missing = [word for word in expected if word.lower() not in turn["reply"].lower()]
    if missing:
        return failed(
            f"{called}: the answer does not say {missing[0]!r}; it says {turn['reply'][:70]!r}.",
            "The specification says what each answer contains.",
        )
    return None
