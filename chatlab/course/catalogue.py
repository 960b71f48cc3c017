"""What the course consists of: lessons, their objectives, and the parts that assess them.

A lesson is one package, `chatlab/lessons/lNN_slug`, with a `LESSON` in its `lesson.py`. It is
loaded when it is asked for, since some lessons stand on packages that others do not need.
"""

import importlib
import pkgutil
import re
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any, Literal

from chatlab.course.findings import Finding
from chatlab.errors import NotFoundError

__all__ = [
    "LESSONS",
    "Bloom",
    "Lesson",
    "Objective",
    "Part",
    "lesson_for",
    "lesson_numbers",
    "package_of",
    "part_for",
]

LESSONS = "chatlab.lessons"
"""The package that contains the lessons' packages. Nothing in `course` imports them by name."""

Bloom = Literal["remember", "understand", "apply", "analyse", "evaluate", "create"]


@dataclass(frozen=True)
class Objective:
    """What a learner can do afterwards: `text` begins with a verb of its Bloom `level`."""

    id: str
    level: Bloom
    text: str


@dataclass(frozen=True)
class Part:
    """One task of an exercise, and how it is checked.

    Attributes:
        id: Lesson and number, such as `"03.2"`.
        title: Its heading in the notebook.
        subject: The name that the learner defines; the check looks it up in the notebook.
        points: How many points it is worth.
        difficulty: 1 to 3.
        minutes: How long it takes most people.
        objective: The id of the objective that it assesses.
        hints: A nudge, an approach, and nearly the answer.
        check: The module that checks it, by its dotted name; it is imported when the part is
            checked. It holds `inputs` and `observe`, and may hold `missing_requirement`. The
            module of the same name with `_judge` at its end holds `judge`.
        optional: Not needed to pass the lesson ("going further").
        time_limit: How many seconds `observe` may take.
        leftover_hint: What to try when something was left running, where one thing mostly is.
        timeout_hint: What to try when it did not finish in time, where one thing mostly is why.
        disabled_names: Functions and classes of the kit that do the same, as `"module:name"`: they
            raise while the part is checked.
        answer_in: The part in whose answer cell the subject is made; by default this one.
    """

    id: str
    title: str
    subject: str
    points: float
    difficulty: Literal[1, 2, 3]
    minutes: int
    objective: str
    hints: tuple[str, str, str]
    check: str
    optional: bool = False
    time_limit: float = 10.0
    leftover_hint: str = ""
    timeout_hint: str = ""
    disabled_names: tuple[str, ...] = ()
    answer_in: str | None = None

    def inputs(self, random: Random) -> Any:
        """Fresh inputs for one check, as plain JSON."""
        return importlib.import_module(self.check).inputs(random)

    async def observe(self, subject: Any, inputs: Any) -> Any:
        """Run the learner's `subject` on the inputs; return what happened, as plain JSON."""
        return await importlib.import_module(self.check).observe(subject, inputs)

    def judge(self, inputs: Any, observation: Any) -> list[Finding]:
        """The findings: a pure function of the inputs and the observation."""
        return importlib.import_module(f"{self.check}_judge").judge(inputs, observation)

    def missing_requirement(self) -> str | None:
        """What this machine lacks for the part, in words; None if it lacks nothing."""
        return getattr(
            importlib.import_module(self.check), "missing_requirement", _no_requirement
        )()

    @property
    def answer_cell(self) -> str:
        """The id of the cell that the learner writes: `"03-2-answer"`."""
        return f"{(self.answer_in or self.id).replace('.', '-')}-answer"

    @property
    def check_cell(self) -> str:
        """The id of the cell that checks it: `"03-2-check"`."""
        return f"{self.cell_prefix}-check"

    @property
    def lesson(self) -> int:
        """The number of its lesson."""
        return int(self.id.partition(".")[0])

    @property
    def cell_prefix(self) -> str:
        """What the ids of its cells begin with: `"03-2"`."""
        return self.id.replace(".", "-")


@dataclass(frozen=True)
class Lesson:
    """One notebook to read and one to solve.

    Attributes:
        slug: The name of its notebooks, without `.ipynb`.
        title: Its heading.
        promise: What works at the end that does not work now.
        minutes: How long the lesson takes, exercise included.
        objectives: What a learner can do afterwards.
        introduces: The concepts that are new here, 8 at most.
        uses: The concepts from earlier lessons that it needs.
        parts: What there is to do.
    """

    slug: str
    title: str
    promise: str
    minutes: int
    objectives: tuple[Objective, ...]
    introduces: tuple[str, ...]
    uses: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def number(self) -> int:
        """Its place in the course."""
        return int(self.slug[:2])

    @property
    def points(self) -> float:
        """The sum of its parts' points, without the optional ones."""
        return sum(part.points for part in self.parts if not part.optional)


def lesson_numbers() -> list[int]:
    """The numbers of the lessons there are, in order."""
    return sorted(_packages_by_number())


def lesson_for(number: int) -> Lesson:
    """The lesson with this number.

    Raises:
        NotFoundError: There is none.
    """
    lesson: Lesson = importlib.import_module(f"{package_of(number)}.lesson").LESSON
    return lesson


def package_of(number: int) -> str:
    """The package of the lesson with this number, such as `chatlab.lessons.l04_streaming`.

    Raises:
        NotFoundError: There is none.
    """
    package = _packages_by_number().get(number)
    if package is None:
        raise NotFoundError("lesson", f"{number:02}")
    return package


def _no_requirement() -> None:
    """For the parts that need nothing but Python, which are most."""


@cache
def _packages_by_number() -> dict[int, str]:
    """The package of each lesson, by its number."""
    modules = pkgutil.iter_modules(importlib.import_module(LESSONS).__path__)
    names = (module.name for module in modules if module.ispkg)
    return {
        int(match[1]): f"{LESSONS}.{name}"
        for name in names
        if (match := re.fullmatch(r"l(\d\d)_\w+", name))
    }


def part_for(part_id: str) -> Part:
    """The part with this id, such as `"03.2"`.

    Raises:
        NotFoundError: There is none.
    """
    match = re.fullmatch(r"(\d\d)\.\d", part_id)
    parts = lesson_for(int(match[1])).parts if match else ()
    for part in parts:
        if part.id == part_id:
            return part
    raise NotFoundError("part", part_id)
