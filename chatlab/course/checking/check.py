"""`await check("03.2")`: in a notebook, see whether a part is done, and what to try next."""

import inspect
import os
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from chatlab.course.catalogue import Part, lesson_for, part_for
from chatlab.course.checking.as_data import to_plain_json
from chatlab.course.checking.front_end import is_live
from chatlab.course.checking.graded_run import graded_run
from chatlab.course.checking.judge import judge_observation
from chatlab.course.checking.observe import observe
from chatlab.course.checking.panel import STATUS_STYLES, show_checked, show_result
from chatlab.course.checking.run_order import RunOrder
from chatlab.course.checking.unawaited import Unawaited
from chatlab.course.checking.unsaved import record_in_tab, record_pass
from chatlab.course.findings import Result

__all__ = ["CheckFailed", "check", "look", "passed_parts", "run_check"]

passed_parts: set[str] = set()
"""The parts that passed when they were last checked in this kernel."""

_run_order = RunOrder()
_run_order.install()


class CheckFailed(AssertionError):
    """A part is not done yet; the panel says what to try next.

    It is for what runs a notebook without anybody looking on, such as nbval: there, the cell fails.
    """

    def __init__(self, result: Result) -> None:
        self.result = result
        super().__init__(f"{result.part} {result.status.replace('_', ' ')}")

    def _render_traceback_(self) -> list[str]:
        """One line instead of a traceback through the kit's own code."""
        _, status_text, _ = STATUS_STYLES[self.result.status]
        return [f"{self.result.part} {status_text}."]


def check(part_id: str) -> Unawaited[float | None]:
    """Check a part with what the calling notebook holds; `await` it.

    For a person, the panel says it all, and the cells below go on running. Where nbgrader grades,
    the points of a part that is half right are what it gives back: a cell that ends in a number is
    worth that number there.

    Raises:
        NotFoundError: There is no such part.
        CheckFailed: The part is not done yet, and a program runs the notebook.
    """
    frame = inspect.currentframe()
    caller = frame.f_back if frame is not None else None
    work = _check_and_show(part_for(part_id), {} if caller is None else caller.f_globals)
    return Unawaited(work, f'Nothing has been checked yet. Write: await check("{part_id}")')


async def _check_and_show(part: Part, namespace: Mapping[str, Any]) -> float | None:
    """Run the check and show its result; in a graded run, leave the judgement to the grader.

    Raises:
        CheckFailed: The result is neither "passed" nor "skipped", and nobody looks on.
    """
    if (run := graded_run()) is not None:
        await run.observe(part, namespace)
        return None
    result, observation = await run_check(part, namespace, to_plain_json(part.inputs(Random())))
    if observation["state"] == "missing":
        result = replace(result, status="not_started")
    live = is_live()
    record_in_tab(result)
    if result.status == "passed":
        record_pass(part, lesson_for(part.lesson).slug)
    same_answer = _run_order.checked_again(part.id)
    show_checked(part, result, as_graded=_run_order.as_graded, same_answer=same_answer, live=live)
    if result.status == "passed":
        passed_parts.add(part.id)
        return None
    passed_parts.discard(part.id)
    if result.status == "skipped" or live:
        return None
    if result.points and os.environ.get("NBGRADER_EXECUTION") == "autograde":
        return result.points
    raise CheckFailed(result)


async def look(part_id: str, answer: Any, inputs: Any) -> None:
    """Check an answer with given inputs and show the result; record nothing, raise no failure.

    Raises:
        NotFoundError: There is no such part.
    """
    part = part_for(part_id)
    result, _ = await run_check(part, {part.subject: answer}, to_plain_json(inputs))
    show_result(part, result)


async def run_check(
    part: Part, namespace: Mapping[str, Any], inputs: Any
) -> tuple[Result, dict[str, Any]]:
    """Observe and judge in this process; return the result and the observation behind it."""
    if requirement := part.missing_requirement():
        observation: dict[str, Any] = {"state": "skipped", "why": requirement}
    else:
        observation = await observe(part, namespace, inputs)
    return judge_observation(part, inputs, observation), observation
