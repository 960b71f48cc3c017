"""The commands for whoever teaches: `chatlab grade`, `chatlab regrade`, `chatlab comment`."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from chatlab.course.catalogue import lesson_for, part_for
from chatlab.course.progress import course_root
from chatlab.errors import InvalidInput, NotFoundError

if TYPE_CHECKING:
    from chatlab.course.classroom.gradebook import Gradebook
    from chatlab.course.classroom.runs import Graders
    from chatlab.course.classroom.standing import ClassResults

__all__ = ["comment", "grade", "regrade"]

console = Console()

Place = Annotated[
    Path,
    typer.Argument(metavar="DIR", help="One folder or file for each learner, or a zip of them."),
]
Out = Annotated[Path, typer.Option(help="The folder of the gradebook and the reports.")]
Jobs = Annotated[int, typer.Option(min=1, help="How many notebooks to run at once.")]
Box = Annotated[
    bool, typer.Option("--box/--no-box", help="Keep your files and network from notebooks.")
]
Scheduler = Annotated[
    str | None, typer.Option(help="Run them on a Dask cluster: tcp://10.0.0.1:8786.")
]
Due = Annotated[str | None, typer.Option(help="When these lessons are due: 2026-01-31T18:00.")]
Penalty = Annotated[
    float, typer.Option(min=0, max=100, help="Percent off for each day begun after that.")
]
Times = Annotated[
    Path | None, typer.Option(help="A CSV: learner,lesson,handed_in. It beats the files' own.")
]
Retry = Annotated[
    bool, typer.Option("--retry", help="Run those again of which a part was not judged.")
]
_OUT = Path("grades")
_JOBS = os.cpu_count() or 1


def grade(
    place: Place,
    *,
    out: Out = _OUT,
    jobs: Jobs = _JOBS,
    box: Box = True,
    scheduler: Scheduler = None,
    due: Due = None,
    penalty: Penalty = 0,
    times: Times = None,
    retry: Retry = False,
) -> None:
    """Grade what a class handed in; the same command again goes on where it was.

    DIR is what Moodle or Canvas gives, or has a folder or a file for each learner. Of several
    attempts at a lesson the best counts, after what its lateness costs.

    Exit status: 0, all was graded; 1, some file could not be; 2, nothing was done.
    """
    from chatlab.course.classroom.hand_in_times import HandInTimes, parse_time
    from chatlab.course.classroom.records import Deadline
    from chatlab.course.classroom.runs import open_pool

    if penalty and due is None:
        raise InvalidInput("--penalty", "says what lateness costs", "Say with --due since when.")
    options: dict[str, Any] = {
        "jobs": jobs,
        "times": HandInTimes(times) if times else None,
        "deadline": Deadline(parse_time(due, "--due"), penalty) if due else None,
        "retry": retry,
    }
    if scheduler is None:
        all_graded = _grade(place, out, lambda: open_pool(jobs, box=box), options)
    else:
        all_graded = _grade_on_cluster(place, out, scheduler, options, box=box)
    raise typer.Exit(0 if all_graded else 1)


def _grade_on_cluster(
    place: Path, out: Path, scheduler: str, options: dict[str, Any], *, box: bool
) -> bool:
    from chatlab.course.classroom.cluster import ClusterGraders

    graders = ClusterGraders(scheduler, box=box)
    try:
        return _grade(place, out, lambda: graders, options | {"jobs": graders.size})
    finally:
        graders.close()


def _grade(
    place: Path, out: Path, open_graders: "Callable[[], Graders]", options: dict[str, Any]
) -> bool:
    """Grade, report and print; whether everything could be graded."""
    from chatlab.course.classroom.grade_class import grade_class
    from chatlab.course.classroom.gradebook import Gradebook
    from chatlab.course.classroom.summary import print_summary

    root = course_root()
    if not place.exists():
        raise InvalidInput(str(place), "does not exist", "Name the folder the class handed in.")
    gradebook = Gradebook(out)
    try:
        with gradebook.only_here():
            run = grade_class(root, place, gradebook, open_graders, console, **options)
            results = _report(gradebook, out)
    except KeyboardInterrupt:
        console.print("Stopped. What was graded is kept: the same command goes on from there.")
        raise typer.Exit(130) from None
    finally:
        gradebook.close()
    print_summary(console, run, results, out)
    return not results.problems


def regrade(
    part: Annotated[str, typer.Argument(metavar="PART", help="A part: 03.2; or a lesson: 03.")],
    *,
    out: Out = _OUT,
) -> None:
    """Judge what was graded again, after a check was mended; no learner's code runs.

    Exit status: 0, it was judged, whatever has changed; 2, nothing was done.
    """
    from chatlab.course.classroom.gradebook import Gradebook
    from chatlab.course.classroom.regrade import regrade as judge_again
    from chatlab.course.classroom.summary import print_changes

    try:
        found = part_for(part) if "." in part else None
        lesson = found.lesson if found else lesson_for(int(part)).number
    except (NotFoundError, ValueError):
        raise InvalidInput("part", f"{part!r} does not exist", "Try one such as 03.2") from None
    gradebook = Gradebook(out, must_exist=True)
    try:
        with gradebook.only_here():
            regrading = judge_again(gradebook, lesson, found.id if found else None)
            _report(gradebook, out)
    finally:
        gradebook.close()
    print_changes(console, regrading)


def comment(
    learner: Annotated[str, typer.Argument(metavar="LEARNER", help="A name, or a part of one.")],
    lesson: Annotated[str, typer.Argument(metavar="LESSON", help="A lesson, such as 03.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help='What you say; "" takes it back.')],
    *,
    out: Out = _OUT,
) -> None:
    """Say something about a learner's lesson, on their page; it replaces what you said before."""
    from chatlab.course.classroom.gradebook import Gradebook
    from chatlab.course.classroom.names import clean_text

    gradebook = Gradebook(out, must_exist=True)
    try:
        name = _find_learner(gradebook, learner)
        number = _find_lesson(gradebook, name, lesson)
        with gradebook.only_here():
            gradebook.set_comment(name, number, clean_text(text).strip())
            _report(gradebook, out)
    finally:
        gradebook.close()
    said = "is on the page" if text.strip() else "is no longer on the page"
    console.print(f"It {said} of {escape(name)}, at {number:02}.")


def _report(gradebook: "Gradebook", out: Path) -> "ClassResults":
    from chatlab.course.classroom.reports.write_reports import write_reports
    from chatlab.course.classroom.standing import class_results

    results = class_results(gradebook)
    write_reports(results, out)
    return results


def _find_learner(gradebook: "Gradebook", wanted: str) -> str:
    """The learner of this name; or the only one in whose name it is."""
    names = sorted({one.learner for one in gradebook.attempts()})
    if wanted in names:
        return wanted
    found = [name for name in names if wanted.casefold() in name.casefold()]
    if len(found) == 1:
        return found[0]
    problem = "fits several learners" if found else "is not the name of a learner here"
    listed = ", ".join((found or names)[:10])
    raise InvalidInput(repr(wanted), problem, f"There is {listed}.")


def _find_lesson(gradebook: "Gradebook", learner: str, wanted: str) -> int:
    """The lesson, if the learner handed it in."""
    there = sorted({one.lesson for one in gradebook.attempts() if one.learner == learner})
    if wanted.isdecimal() and int(wanted) in there:
        return int(wanted)
    numbers = ", ".join(f"{number:02}" for number in there)
    raise InvalidInput("lesson", f"{wanted!r} is none of {learner}'s", f"There is {numbers}.")
