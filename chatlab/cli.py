"""The `chatlab` command: open the lab, check an exercise, get a hint, see how far you are."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from chatlab.course.arguments import find_lesson, find_part
from chatlab.course.authoring import commands as authoring
from chatlab.course.capstone import commands as capstone
from chatlab.course.catalogue import Lesson, lesson_for, lesson_numbers
from chatlab.course.classroom import commands as classroom
from chatlab.course.console_encoding import accept_any_text
from chatlab.course.progress import Progress, course_root, exercise_path
from chatlab.errors import ChatlabError, InvalidInput

if TYPE_CHECKING:
    from chatlab.course.grading.evidence import LessonGrade
    from chatlab.course.grading.pool import GraderPool

__all__ = ["app", "main"]

app = typer.Typer(
    help="Learn how chat servers work by building one.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console()

Numbers = Annotated[
    list[str] | None, typer.Argument(metavar="[NN]...", help="Lessons, such as 03.")
]
Number = Annotated[str, typer.Argument(metavar="NN", help="A lesson, such as 03.")]


def main() -> None:
    """Run the command; a `ChatlabError` becomes one sentence and exit status 2."""
    accept_any_text()
    try:
        app()
    except ChatlabError as error:
        Console(stderr=True).print(
            f"[red]chatlab:[/] {escape(str(error))}", highlight=False, soft_wrap=True
        )
        sys.exit(2)


@app.command()
def start(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder; it may be new.")],
) -> None:
    """Lay the course out in a folder; again later, to get what is new in it."""
    from chatlab.course.lay_out import lay_out_course

    done = lay_out_course(folder)
    console.print(f"{len(done.written)} files are new in {escape(str(folder))}.")
    for name in done.kept:
        console.print(f"{escape(name)} has a newer version; yours is kept.")
    console.print(f"Now: cd {escape(str(folder))}, then chatlab lab")


@app.command()
def lab(
    *,
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8888,
) -> None:
    """Open JupyterLab on the course's first page."""
    from chatlab.course.lab_command import jupyter_lab_command

    root = course_root()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise InvalidInput(f"Port {port}", "is in use", f"Try: chatlab lab --port {port + 1}")
    command = jupyter_lab_command(port, browser=browser)
    raise typer.Exit(subprocess.call(command, cwd=root))  # noqa: S603 - our own command


@app.command()
def check(
    numbers: Numbers = None,
    *,
    solutions: Annotated[bool, typer.Option("--solutions", help="Check solutions/.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Check again each time you save.")] = False,
) -> None:
    """Run an exercise from the top and grade it; all of them by default."""
    root = course_root()
    lessons = [find_lesson(number) for number in numbers] if numbers else _all_lessons()

    from chatlab.course.grading.pool import GraderPool

    with GraderPool(jobs=min(len(lessons), os.cpu_count() or 1)) as pool:

        def check_once() -> bool:
            return _grade_lessons(pool, root, lessons, solutions=solutions, as_json=as_json)

        passed = check_once()
        if watch:
            _check_on_save(
                [exercise_path(root, lesson, solutions=solutions) for lesson in lessons], check_once
            )
    raise typer.Exit(0 if passed else 1)


@app.command()
def hint(
    part: Annotated[str, typer.Argument(metavar="NN.k", help="A part: 03.2; or a lesson: 03.")],
) -> None:
    """Show one more hint for a part, after those you have seen."""
    from chatlab.course.hints import reveal_hint

    progress = Progress(course_root())
    known_part = find_part(part, progress)
    if known_part.id != part:
        console.print(f"[bold]{known_part.id} {escape(known_part.title)}[/]")
    for number, text in enumerate(reveal_hint(known_part, progress), start=1):
        console.print(f"[bold]Hint {number} of {len(known_part.hints)}[/]  {escape(text)}")


@app.command()
def progress() -> None:
    """Show what you have done, and what comes next."""
    from chatlab.course.progress_list import print_progress

    print_progress(console, _all_lessons(), Progress(course_root()))


@app.command()
def reset(number: Number) -> None:
    """Start an exercise afresh; your answers are kept beside it."""
    from chatlab.course.authoring.release import load_pristine_exercise
    from chatlab.course.notebook import write

    lesson = find_lesson(number)
    root = course_root()
    path = exercise_path(root, lesson)
    if path.exists():
        _remove_untrusted_widgets(path)
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        backup = path.with_name(f"{path.stem}.{stamp}.kept.ipynb")
        path.rename(backup)
        console.print(f"Your answers are kept in {backup.relative_to(root)}.")
    write(path, load_pristine_exercise(root, lesson))
    console.print(f"{path.relative_to(root)} is fresh. Reload it in JupyterLab if it is open.")


for command in (capstone.chat, capstone.serve):
    app.command()(command)
for command in (classroom.grade, classroom.regrade, classroom.comment):
    app.command()(command)
for command in (authoring.release, authoring.run, authoring.new_lesson, authoring.site):
    app.command()(command)


@app.command()
def doctor() -> None:
    """Say what is missing on this machine, and how to get it."""
    from chatlab.course.doctor import print_health

    raise typer.Exit(0 if print_health(console) else 1)


def _all_lessons() -> list[Lesson]:
    return [lesson_for(number) for number in lesson_numbers()]


def _grade_lessons(
    pool: "GraderPool", root: Path, lessons: list[Lesson], *, solutions: bool, as_json: bool
) -> bool:
    from chatlab.course.grading.evidence import Evidence, judge_evidence
    from chatlab.course.grading.report import (
        grade_as_dict,
        print_grade,
        with_unsaved_passes,
    )

    progress = Progress(root)
    grades: list[LessonGrade] = []
    paths = [exercise_path(root, lesson, solutions=solutions) for lesson in lessons]
    for path in paths:
        _remove_untrusted_widgets(path, say=not as_json)
    running = [
        pool.submit(root, lesson.number, path) for lesson, path in zip(lessons, paths, strict=True)
    ]
    for path, future in zip(paths, running, strict=True):
        with nullcontext() if as_json else console.status(f"Running {path.relative_to(root)}"):
            evidence = Evidence.from_json(future.result())
            if not solutions:
                evidence = with_unsaved_passes(evidence, root, path)
            lesson_grade = judge_evidence(evidence)
        for result in () if solutions else lesson_grade.results:
            if result.status != "error":
                progress.record_result(result.part, result.points, passed=result.status == "passed")
        if not solutions:
            progress.save()  # before anything is printed, which can fail
        if not as_json:
            print_grade(console, lesson_grade)
        grades.append(lesson_grade)
    if as_json:
        data = [grade_as_dict(lesson_grade) for lesson_grade in grades]
        console.print_json(json.dumps(data), ensure_ascii=True)
    return all(lesson_grade.passed for lesson_grade in grades)


def _remove_untrusted_widgets(path: Path, *, say: bool = True) -> None:
    """Before the notebook is opened: the code of saved widgets would run then."""
    from chatlab.course.widget_state import remove_widget_state

    if remove_widget_state(path) and say:
        console.print(f"{path.name} is not trusted here: the widgets saved in it were taken out.")


def _check_on_save(paths: list[Path], check_again: Callable[[], bool]) -> None:
    def modification_times() -> list[float]:
        return [path.stat().st_mtime if path.exists() else 0.0 for path in paths]

    known_times = modification_times()
    console.print("Waiting for you to save. Ctrl+C ends this.")
    try:
        while True:
            time.sleep(0.5)
            if (times := modification_times()) != known_times:
                known_times = times
                check_again()
    except KeyboardInterrupt:
        console.print("Done watching.")
