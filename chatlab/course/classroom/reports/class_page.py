"""The class's page: who has what, and what cost the class most, drawn beside its numbers."""

import html
from collections.abc import Mapping

from chatlab.course.catalogue import lesson_for
from chatlab.course.classroom.reports.page import bar, prose, render_page
from chatlab.course.classroom.standing import ClassResults
from chatlab.course.classroom.statistics import misconceptions, part_statistics, totals

__all__ = ["class_page"]

_MOST = 15
_STEP = 10


def class_page(results: ClassResults, pages: Mapping[str, str]) -> str:
    """The page of a class.

    Args:
        results: What counts.
        pages: The file of each learner's feedback, as seen from this page.
    """
    notebooks = len(results.standings)
    body = [
        "<h1>The class</h1>",
        f"<p>Learners: {len(results.learners)}. Lessons handed in: {notebooks}.</p>",
        _problems(results),
        "<h2>What cost most: parts</h2>",
        _parts(results),
        "<h2>What cost most: misconceptions</h2>",
        _misconceptions(results),
        "<h2>How the points are spread</h2>",
        _spread(results),
        "<h2>Learners</h2>",
        _learners(results, pages),
    ]
    return render_page("The class", "\n".join(body))


def _parts(results: ClassResults) -> str:
    titles = {part.id: part.title for n in results.lessons for part in lesson_for(n).parts}
    found = part_statistics(results)
    most = max((part.lost for part in found), default=0) or 1
    rows = [
        [
            html.escape(f"{part.part} {titles.get(part.part, '')}"),
            bar(part.lost / most),
            f"{part.lost:.2f} of {part.out_of:g}",
            f"{part.passed} of {part.handed_in}",
            str(part.not_started),
        ]
        for part in sorted(found, key=lambda part: (-part.lost, part.part))
    ]
    header = ["part", "", "points lost, on average", "passed", "not started"]
    return _table(header, rows, numbers={2, 3, 4})


def _misconceptions(results: ClassResults) -> str:
    found = misconceptions(results)[:_MOST]
    if not found:
        return "<p>Nothing.</p>"
    most = max(one.lost for one in found) or 1
    rows = [
        [one.part, prose(one.feedback), bar(one.lost / most), f"{one.lost:g}", str(one.learners)]
        for one in found
    ]
    return _table(["part", "what they were told", "", "points lost", "learners"], rows, {3, 4})


def _spread(results: ClassResults) -> str:
    found = totals(results)
    counts = [0] * (100 // _STEP)
    for share in found:
        counts[min(int(share // _STEP), len(counts) - 1)] += 1
    most = max(counts, default=0) or 1
    rows = [
        [f"{place * _STEP} to {(place + 1) * _STEP} %", bar(count / most), str(count)]
        for place, count in reversed(list(enumerate(counts)))
    ]
    return _table(["of the points of what they handed in", "", "learners"], rows, {2})


def _learners(results: ClassResults, pages: Mapping[str, str]) -> str:
    rows: list[list[str]] = []
    for learner, standings in results.learners.items():
        points = {one.attempt.lesson: f"{one.points:g}" for one in standings}
        link = f'<a href="{html.escape(pages[learner])}">{html.escape(learner)}</a>'
        total = f"{sum(one.points for one in standings):g}"
        rows.append([link, *[points.get(number, "") for number in results.lessons], total])
    header = ["learner", *[f"{number:02}" for number in results.lessons], "together"]
    return _table(header, rows, set(range(1, len(header))))


def _problems(results: ClassResults) -> str:
    if not results.problems:
        return ""
    rows = [
        [html.escape(problem.learner), html.escape(problem.file), prose(problem.reason)]
        for problem in results.problems
    ]
    return f"<h2>Could not be graded</h2>{_table(['learner', 'file', 'why'], rows, set())}"


def _table(header: list[str], rows: list[list[str]], numbers: set[int]) -> str:
    """A table; the cells are HTML, and the numbers' columns are set to the right."""

    def kind(column: int) -> str:
        return ' class="number"' if column in numbers else ""

    head = "".join(
        f'<th scope="col"{kind(column)}>{words}</th>' if words else "<td></td>"
        for column, words in enumerate(header)
    )
    body = "".join(
        "<tr>" + "".join(f"<td{kind(n)}>{cell}</td>" for n, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="wide" tabindex="0">{table}</div>'
