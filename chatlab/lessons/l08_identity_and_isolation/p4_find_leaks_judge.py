"""Judges part 08.4: which of the planted leaks were reported, and what the attack changed."""

from itertools import pairwise
from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l08_identity_and_isolation.p4_find_leaks import LEAKS
from chatlab.lessons.support.explain import AWAIT_ADVICE, source_line

__all__ = ["judge"]

_FALSE_ALARM_HINTS = {
    "thread": (
        "`Recap` of the victim's thread counts as a leak only when a canary is in the answer. "
        "'There is no thread' is not a leak."
    ),
    "task": "`Show task` of Alice's number leaks only when a canary is in the answer.",
    "argument": "`List tasks of alice` leaks only when a canary is in the answer.",
    "existence": (
        "Two answers that differ only in the number you asked for are the same answer: take the "
        "number out of each before you compare."
    ),
}


_MISSED_LEAK_HINTS = {
    "thread": "Mallory has the thread's id. Which command takes one?",
    "task": (
        "Numbers count up by one, whoever creates a task: create one, and the number below it is "
        "Alice's. Show it."
    ),
    "argument": "Ask for the list of alice, with Mallory's own badge.",
    "existence": (
        "Every server says it in its own words. Ask to complete Alice's number and one that "
        "nobody has, and compare the two answers."
    ),
}


def judge(inputs: list[dict[str, Any]], observation: list[dict[str, Any]]) -> list[Finding]:
    """Each report is the planted leaks, and the victim's things are unchanged."""
    for outcome in observation:
        if wrong := _attack_conduct_wrong(outcome):
            return [wrong]
    reports = [set(outcome["report"]["value"]) for outcome in observation]
    if len({tuple(sorted(reported)) for reported in reports}) == 1:
        return [_explain_same_report(reports[0], len(inputs))]
    planted = [set(scenario["planted"]) for scenario in inputs]
    if wrong := _carried_over(reports, planted) or _stopped_early(reports, planted):
        return [wrong]
    for leak in LEAKS:
        pairs = [
            (leak in scenario["planted"], leak in reported)
            for scenario, reported in zip(inputs, reports, strict=True)
        ]
        leak_name = f"Leak.{leak.upper()}"
        if false_alarms := pairs.count((False, True)):
            safe_servers = sum(not is_planted for is_planted, _ in pairs)
            return [
                failed(
                    f"attack() reported {leak_name} in {false_alarms} of the {safe_servers} "
                    "servers that do not have it.",
                    _FALSE_ALARM_HINTS[leak],
                )
            ]
        if missed_leaks := pairs.count((True, False)):
            leaky_servers = sum(is_planted for is_planted, _ in pairs)
            return [
                failed(
                    f"attack() missed {leak_name} in {missed_leaks} of the {leaky_servers} "
                    "servers that have it.",
                    _MISSED_LEAK_HINTS[leak],
                )
            ]
    return [passed(3, f"{len(inputs)} servers, every leak found, none made up, nothing broken.")]


def _carried_over(reports: list[set[str]], planted: list[set[str]]) -> Finding | None:
    """Each report has everything of the report before it, and more than this server's leaks."""
    grows = all(before <= after for before, after in pairwise(reports))
    if not grows or all(map(set.__le__, reports, planted)):
        return None
    return failed(
        "attack() also reports, for each server, the leaks of the servers before it.",
        "Your set outlives the call: it is a default value or a global name. Make a new one in "
        "each: found = set().",
    )


def _stopped_early(reports: list[set[str]], planted: list[set[str]]) -> Finding | None:
    """No report has more than one leak, and none is made up."""
    if max(map(len, reports)) > 1 or not all(map(set.__le__, reports, planted)):
        return None
    if not all(reported for reported, leaks in zip(reports, planted, strict=True) if leaks):
        return None
    return failed(
        "attack() never reports more than one leak, and most of these servers have several.",
        "Do not stop at one leak: add it to a set, and return the set after all four attempts.",
    )


def _attack_conduct_wrong(outcome: dict[str, Any]) -> Finding | None:
    report = outcome["report"]
    if "raised" in report:
        error = report["raised"]
        next_step = source_line(error)
        if "coroutine" in error["message"]:
            next_step = f"{AWAIT_ADVICE} {next_step}"
        return failed(f"attack() raised {error['type']}: {error['message'][:160]}", next_step)
    if "tasks" in outcome["changed"]:
        return failed(
            "After attack(), Alice's tasks are not what they were.",
            "A red team looks, and leaves everything as it was: use commands, with Mallory's "
            "badge.",
        )
    if outcome["changed"]:
        return failed(
            f"After attack(), Alice has other {outcome['changed'][0]} than before: somebody spoke "
            "with her badge.",
            "With her badge everything is allowed, so it proves nothing. Mallory has only her own.",
        )
    value = report["value"]
    if not isinstance(value, list) or not set(map(str, value)) <= set(LEAKS):
        return failed(
            f"attack() returned {str(value)[:60]!r}.",
            "Return a set of Leak members; an empty set() for a server without leaks.",
        )
    return None


def _explain_same_report(reported: set[str], servers: int) -> Finding:
    """The finding for an attack that reported this of every server."""
    if not reported:
        return failed(
            f"attack() found no leak in any of {servers} servers, and most of them have some.",
            "An attack asks for something that is Alice's, and looks for a canary in the answer.",
        )
    leak_names = ", ".join(f"Leak.{leak.upper()}" for leak in LEAKS if leak in reported)
    return failed(
        f"attack() said the same of all {servers} servers: {leak_names}. Some of them are safe.",
        "A leak has to be proved: report it only when the answer shows it.",
    )
