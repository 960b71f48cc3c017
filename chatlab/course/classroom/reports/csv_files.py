"""Grades as CSV: one row for each learner's lesson, and the tables that Canvas and Moodle import.

Canvas knows a learner by `ID`, and its second row says what each column is worth. Moodle's offline
grading worksheet (mod/assign/feedback/offline) wants `Identifier`, `Grade` and
`Last modified (grade)`, and takes `Feedback comments`.
"""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from chatlab.course.catalogue import lesson_for
from chatlab.course.classroom.standing import ClassResults, Standing

__all__ = ["canvas_csv", "grades_csv", "moodle_csv"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def grades_csv(results: ClassResults) -> str:
    """One row for each lesson of each learner, and one for each file that was not graded."""
    header = ["learner", "lesson", "points", "extra", "out_of", "passed", "days_late", "penalty"]
    header += ["attempts", "handed_in", "file", "comment", "problem"]
    rows = [
        _grade_row(learner, one) for learner, found in results.learners.items() for one in found
    ]
    rows += [
        [problem.learner, *[""] * 9, problem.file, "", problem.reason]
        for problem in results.problems
    ]
    return _as_csv([header, *rows])


def canvas_csv(results: ClassResults) -> str:
    """One row a learner and one column a lesson, for Canvas: Grades, Import."""
    titles = [_title(number) for number in results.lessons]
    worth = [f"{lesson_for(number).points:g}" for number in results.lessons]
    rows: list[Sequence[str]] = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *titles],
        ["    Points Possible", "", "", "", "", *worth],
    ]
    for learner, standings in results.learners.items():
        ids = [one.attempt.system_id for one in standings if one.attempt.system == "canvas"]
        points = {one.attempt.lesson: f"{one.points:g}" for one in standings}
        found = [points.get(number, "") for number in results.lessons]
        rows.append([learner, ids[0] if ids else "", "", "", "", *found])
    return _as_csv(rows)


def moodle_csv(results: ClassResults) -> str:
    """One row for each number that Moodle gave, for its offline grading worksheet.

    Moodle numbers learners anew for each assignment. A grade is the sum of the lessons that were
    handed in under one number.
    """
    titles = [_title(number) for number in results.lessons]
    header = ["Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)"]
    rows: list[Sequence[str]] = [[*header, "Feedback comments", *titles]]
    for learner, standings in results.learners.items():
        grouped: dict[str, list[Standing]] = {}
        for one in standings:
            id = one.attempt.system_id if one.attempt.system == "moodle" else ""
            grouped.setdefault(id, []).append(one)
        rows += [_moodle_row(learner, id, found, results) for id, found in grouped.items()]
    return _as_csv(rows)


def _moodle_row(
    learner: str, id: str, standings: list[Standing], results: ClassResults
) -> list[str]:
    points = {one.attempt.lesson: f"{one.points:g}" for one in standings}
    graded = max(one.attempt.graded for one in standings)
    return [
        f"Participant {id}" if id else "",
        learner,
        f"{sum(one.points for one in standings):g}",
        f"{sum(one.attempt.verdict.out_of for one in standings):g}",
        graded.isoformat(timespec="seconds"),
        " ".join(map(_in_words, standings)),
        *[points.get(number, "") for number in results.lessons],
    ]


def _in_words(standing: Standing) -> str:
    verdict = standing.attempt.verdict
    text = f"{_title(standing.attempt.lesson)}: {standing.points:g} of {verdict.out_of:g} points."
    if standing.penalty:
        text += f" {standing.days_late} days late: {standing.penalty:g} % less."
    return f"{text} {standing.comment}".strip()


def _grade_row(learner: str, standing: Standing) -> list[str]:
    attempt = standing.attempt
    return [
        learner,
        f"{attempt.lesson:02}",
        f"{standing.points:g}",
        f"{standing.extra:g}",
        f"{attempt.verdict.out_of:g}",
        "yes" if attempt.verdict.passed else "no",
        str(standing.days_late),
        f"{standing.penalty:g}",
        str(standing.attempts),
        attempt.handed_in.isoformat(timespec="seconds") if attempt.handed_in else "",
        attempt.file,
        standing.comment,
        "",
    ]


def _title(number: int) -> str:
    return f"{number:02} {lesson_for(number).title}"


def _as_csv(rows: Iterable[Sequence[str]]) -> str:
    """The rows as CSV; no cell is a formula to whoever opens it in a spreadsheet."""
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row])
    return file.getvalue()
