"""Every check against wrong answers, other right answers, the solution and the untouched stub.

`lNN_slug/answers_K.py` holds the answers to part NN.K, each under a line that says what it is:

    # %% wrong: a phrase that the feedback must contain
    # %% right: in what way it differs from the solution

An answer runs after the given cells of the exercise, as it would in the notebook.
"""

import ast
import gc
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from types import CodeType
from typing import Any, NamedTuple

import pytest
from fast_forward_loop import FastForwardLoop
from requirements import require_or_skip

from chatlab.course.authoring.release import make_stub
from chatlab.course.catalogue import Part, lesson_for, lesson_numbers, part_for
from chatlab.course.checking.after_pass import comparison_notes
from chatlab.course.checking.as_data import to_plain_json
from chatlab.course.checking.check import run_check
from chatlab.course.notebook import Cell, read, source_of
from chatlab.course.postgres import DATABASE_URL_ENV, missing_postgres

pytestmark = [
    pytest.mark.anyio,
    # A forgotten `await` is one of the mistakes; what comes of it is the check's to say.
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    # So is a `yield` after a stop: the generator cannot be closed, and Python complains of it.
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <async_generator object CarefulServer"
        ":pytest.PytestUnraisableExceptionWarning"
    ),
]

HERE = Path(__file__).parent
SOLUTIONS = HERE.parents[1] / "solutions"
HEADING = re.compile(r"^# %% (wrong|right): (.+)$", re.MULTILINE)
SEEDS = range(1, 4)
MANY_SEEDS = range(101, 151)
SLOW = {"11.4"}
"""Checks that make a database: they are run with one seed."""
BLOCKS = "seconds it had not finished"
"""Feedback for an answer that stops the whole loop until its time is up: it is run once, too."""
ON_THE_LOOP_ALONE = {"04.1", "04.3", "04.4", "05.4", "07.4", "09.4", "11.3"}


class Answer(NamedTuple):
    """One answer to one part."""

    part: str
    kind: str
    says: str
    source: str


def answers() -> list[Answer]:
    """All of them."""
    found = []
    for path in sorted(HERE.glob("l[0-9][0-9]_*/answers_[0-9].py")):
        _, *pieces = HEADING.split(path.read_text("utf-8"))
        part = f"{path.parent.name[1:3]}.{path.stem[-1]}"
        for kind, says, source in zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True):
            found.append(Answer(part, kind, says.strip(), source))
    return found


ANSWERS = answers()
PARTS = [part.id for number in lesson_numbers() for part in lesson_for(number).parts]


@cache
def compiled(source: str, name: str) -> CodeType:
    """The cell's code; top-level `await` is allowed, as in a notebook."""
    return compile(source, name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


async def run_cell(source: str, namespace: dict[str, Any], name: str) -> None:
    """Run a cell as a notebook does."""
    result = eval(compiled(source, name), namespace)
    if inspect.isawaitable(result):
        await result


@cache
def cells_of(lesson: int) -> list[Cell]:
    """The solution's cells."""
    cells: list[Cell] = read(SOLUTIONS / f"{lesson_for(lesson).slug}.ipynb")["cells"]
    return cells


async def namespace_for(part: Part) -> dict[str, Any]:
    """What the given cells before the part's answer leave in the notebook."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for cell in cells_of(part.lesson):
        if cell["id"] == part.answer_cell:
            return namespace
        if cell["cell_type"] == "code" and not cell["id"].endswith(("-answer", "-check")):
            await run_cell(source_of(cell), namespace, cell["id"])
    pytest.fail(f"The solution has no cell {part.answer_cell}")


def solution_of(part: Part) -> str:
    """The answer as the solution has it, markers included."""
    return next(source_of(cell) for cell in cells_of(part.lesson) if cell["id"] == part.answer_cell)


@pytest.fixture
def anyio_backend(request: pytest.FixtureRequest) -> Any:
    """A loop that leaps over waiting, for parts in which everything happens on the loop."""
    answer = request.node.callspec.params.get("answer")
    if answer is None or answer.part not in ON_THE_LOOP_ALONE:
        return "asyncio"
    return "asyncio", {"loop_factory": FastForwardLoop}


@pytest.fixture(autouse=True)
def what_is_older() -> None:
    """Leave out of this test's collection what was there before: so it costs next to nothing."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def one_database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the checks that need PostgreSQL share one server; each makes a database of its own."""
    if any(f"[{part}" in request.node.name for part in SLOW) and not missing_postgres():
        monkeypatch.setenv(DATABASE_URL_ENV, request.getfixturevalue("postgres_url"))


@pytest.fixture(autouse=True, scope="module")
def what_was_left_out() -> Iterator[None]:
    """In the end, look after everything again."""
    yield
    gc.unfreeze()


def skip_what_lacks(part: Part) -> None:
    """Skip where this machine lacks what the part needs."""
    if why := part.missing_requirement():
        require_or_skip(why)


async def results_of(part: Part, source: str, says: str = "", seeds: range = SEEDS) -> list[Any]:
    """What the real check says of the answer, for several seeds."""
    results = []
    if part.id in SLOW or BLOCKS in says:
        seeds = seeds[: len(seeds) // 20 + 1]
    for seed in seeds:
        namespace = await namespace_for(part)
        await run_cell(source, namespace, f"<answer to {part.id}>")
        result, _ = await run_check(part, namespace, to_plain_json(part.inputs(Random(seed))))
        results.append(result)
    # A coroutine that nobody awaited must go now, while its warning is this test's own.
    del namespace, result
    gc.collect()
    return results


@pytest.mark.parametrize(
    "answer",
    [one for one in ANSWERS if one.kind == "wrong"],
    ids=lambda one: f"{one.part} {one.says[:50]}",
)
async def test_a_wrong_answer_is_rejected_with_its_feedback(answer):
    part = part_for(answer.part)
    skip_what_lacks(part)
    for result in await results_of(part, answer.source, answer.says):
        assert result.status == "failed", result
        assert answer.says in "\n".join(result.feedback)
        assert len(result.feedback) <= 4
        assert all("Traceback" not in line for line in result.feedback)


@pytest.mark.parametrize(
    "answer",
    [one for one in ANSWERS if one.kind == "right"],
    ids=lambda one: f"{one.part} {one.says[:50]}",
)
async def test_another_right_answer_is_accepted(answer):
    part = part_for(answer.part)
    skip_what_lacks(part)
    for result in await results_of(part, answer.source):
        assert (result.status, result.points) == ("passed", part.points), result.feedback


@pytest.mark.soak
@pytest.mark.parametrize(
    "answer", ANSWERS, ids=lambda one: f"{one.part} {one.kind} {one.says[:50]}"
)
async def test_no_verdict_depends_on_luck(answer):
    part = part_for(answer.part)
    skip_what_lacks(part)
    results = await results_of(part, answer.source, answer.says, MANY_SEEDS)
    if answer.kind == "right":
        assert [one.feedback for one in results if one.status != "passed"] == []
    else:
        feedback = ["\n".join(one.feedback) for one in results]
        assert [one.status for one in results] == ["failed"] * len(results)
        assert [one for one in feedback if answer.says not in one] == []


@pytest.mark.soak
@pytest.mark.parametrize("part_id", PARTS)
async def test_the_solution_is_accepted_every_time(part_id):
    part = part_for(part_id)
    skip_what_lacks(part)
    for result in await results_of(part, solution_of(part), seeds=MANY_SEEDS):
        assert (result.status, result.points) == ("passed", part.points), result.feedback


@pytest.mark.parametrize("part_id", PARTS)
async def test_the_solution_is_accepted(part_id):
    part = part_for(part_id)
    skip_what_lacks(part)
    for result in await results_of(part, solution_of(part)):
        assert (result.status, result.points) == ("passed", part.points), result.feedback


@pytest.mark.parametrize("part_id", PARTS)
async def test_what_is_offered_to_compare_with_passes_and_an_expert_has_a_word(part_id):
    part = part_for(part_id)
    notes = comparison_notes(SOLUTIONS.parent, part)
    assert 100 < len(notes["expert"]) < 500
    if "other" in notes:
        skip_what_lacks(part)
        (result,) = await results_of(part, notes["other"], seeds=range(1, 2))
        assert (result.status, result.points) == ("passed", part.points), result.feedback
        assert notes["style"]


@pytest.mark.parametrize("part_id", PARTS)
async def test_the_untouched_stub_is_not_started(part_id):
    part = part_for(part_id)
    skip_what_lacks(part)
    for result in await results_of(part, make_stub(solution_of(part), part_id)):
        assert (result.status, result.points) == ("not_started", 0), result


@pytest.mark.parametrize("part_id", PARTS)
def test_every_part_has_wrong_answers_and_other_right_ones(part_id):
    kinds = [answer.kind for answer in ANSWERS if answer.part == part_id]
    assert kinds.count("wrong") >= 5
    assert kinds.count("right") >= 2
