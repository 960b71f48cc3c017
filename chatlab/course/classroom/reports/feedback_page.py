"""A learner's page: what they wrote, what was found in it, what it is worth, what was remarked."""

import html

from chatlab.course.catalogue import Lesson, lesson_for
from chatlab.course.checking.panel import STATUS_STYLES
from chatlab.course.classroom.records import Problem
from chatlab.course.classroom.reports.page import prose, render_page
from chatlab.course.classroom.standing import Standing
from chatlab.course.classroom.verdict import PartVerdict

__all__ = ["feedback_page"]

_SIGNS = {status: (sign, words) for status, (sign, words, _) in STATUS_STYLES.items()}


def feedback_page(
    learner: str, standings: tuple[Standing, ...], problems: tuple[Problem, ...]
) -> str:
    """The page of one learner, with all lessons that they handed in."""
    points = sum(one.points for one in standings)
    out_of = sum(one.attempt.verdict.out_of for one in standings)
    body = [f"<h1>{html.escape(learner)}</h1>", f"<p>{points:g} of {out_of:g} points</p>"]
    body += [_lesson(one, lesson_for(one.attempt.lesson)) for one in standings]
    if problems:
        lines = "".join(
            f"<li>{html.escape(problem.file)}: {prose(problem.reason)}</li>" for problem in problems
        )
        body.append(f"<h2>Could not be graded</h2><ul>{lines}</ul>")
    return render_page(f"{learner}: feedback", "\n".join(body))


def _lesson(standing: Standing, lesson: Lesson) -> str:
    attempt = standing.attempt
    worth = f"{standing.points:g} of {attempt.verdict.out_of:g} points"
    if standing.extra:
        worth += f", and {standing.extra:g} for going further"
    found = [f"<h2>{lesson.slug[:2]} {html.escape(lesson.title)}</h2>", f"<p>{worth}</p>"]
    if standing.penalty:
        days = "1 day" if standing.days_late == 1 else f"{standing.days_late} days"
        earned = f"{attempt.verdict.points:g} points were earned"
        found.append(f"<p>{days} late: {earned}, and {standing.penalty:g} % are taken off.</p>")
    if standing.comment:
        words = html.escape(standing.comment)
        found.append(f'<div class="comment"><strong>Comment</strong>\n{words}</div>')
    if standing.attempts > 1:
        found.append(f'<p class="dim">The best of {standing.attempts} attempts.</p>')
    found.append(f'<p class="dim">{html.escape(attempt.file)}</p>')
    found += [f'<p class="dim">{prose(note)}</p>' for note in attempt.verdict.notes]
    shown: set[str] = set()
    parts = {part.id: part for part in lesson.parts}
    for verdict in attempt.verdict.parts:
        part = parts.get(verdict.part)
        cell = part.answer_cell if part else ""
        answer = None if cell in shown else attempt.answers.get(cell)
        shown.add(cell)
        found.append(_part(verdict, part.title if part else "", answer))
    return f"<section>{''.join(found)}</section>"


def _part(verdict: PartVerdict, title: str, answer: str | None) -> str:
    sign, words = _SIGNS.get(verdict.status, ("!", verdict.status.replace("_", " ")))  # type: ignore[call-overload]
    further = " (going further)" if verdict.optional else ""
    heading = (
        f'<h3><span aria-hidden="true">{sign}</span> {verdict.part} {html.escape(title)}{further}: '
        f"{html.escape(words)}, {verdict.points:g} of {verdict.out_of:g}</h3>"
    )
    lines = "".join(f"<p>{prose(line)}</p>" for line in verdict.feedback)
    code = "" if answer is None else f'<pre tabindex="0"><code>{html.escape(answer)}</code></pre>'
    return f'<div class="part {html.escape(verdict.status)}">{heading}{code}{lines}</div>'
