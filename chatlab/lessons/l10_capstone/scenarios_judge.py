"""The verdict on scenarios: each has points of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.dialogue import (
    explain_exception,
    explain_unmade,
)

__all__ = ["Scenario", "judge_all", "missing_words", "tools_of"]


@dataclass(frozen=True)
class Scenario:
    """What one story is worth, and how it is judged.

    Attributes:
        title: What it shows.
        points: How many it is worth.
        wrong: What is not as it should be; None when everything is.
    """

    title: str
    points: float
    wrong: Callable[[dict[str, Any], Any], Finding | None]


def judge_all(
    scenarios: Sequence[Scenario], inputs: dict[str, Any], played: list[Any]
) -> list[Finding]:
    """A finding for each scenario, in order."""
    return [
        _finding(scenario, inputs, play) for scenario, play in zip(scenarios, played, strict=True)
    ]


def _finding(scenario: Scenario, inputs: dict[str, Any], play: dict[str, Any]) -> Finding:
    match play:
        case {"state": "not_started"}:
            return failed(f"{scenario.title}: not written yet.", "Its method still says TODO.")
        case {"state": "unmade", "why": why}:
            return explain_unmade("TaskManager", why)
        case {"state": "raised", "raised": why}:
            return explain_exception(scenario.title, why)
        case _:
            wrong = scenario.wrong(inputs, play["value"])
            return wrong or passed(scenario.points, scenario.title)


def tools_of(turn: dict[str, Any]) -> list[tuple[str, str]]:
    """Which tools were seen at work, as (tool, status)."""
    return [(e["tool"], e["status"]) for e in turn["events"] if e["type"] == "tool_status"]


def missing_words(called: str, turn: dict[str, Any], wanted: list[str]) -> Finding | None:
    """What to try when the turn broke, was silent, or its reply lacks one of these words."""
    if turn["raised"] is not None:
        return explain_exception(called, turn["raised"])
    if turn["state"] != "completed":
        return failed(
            f"{called}: the turn ended as {turn['state']}.", "Let respond() run to its end."
        )
    if not turn["reply"].strip():
        return failed(f"{called}: there was no answer.", "Yield an AssistantMessage at the end.")
    lacking = [word for word in wanted if word.lower() not in turn["reply"].lower()]
    if lacking:
        return failed(
            f"{called}: the answer does not say {lacking[0]!r}; it says {turn['reply'][:70]!r}.",
            "The specification says what each answer names.",
        )
    return None
