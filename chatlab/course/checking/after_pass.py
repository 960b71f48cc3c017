"""What is said once a part has passed: what comes next, and other answers to compare with.

The answers come from `solutions/`, which whoever teaches may keep back: from the notebook, and
from the file `NN_slug.compare.toml` beside it. Nobody sees them before the part has passed.
"""

import html
import re
import tomllib
from pathlib import Path

from chatlab.course.catalogue import Part, lesson_for, lesson_numbers
from chatlab.course.checking.unsaved import passed_in_notebook
from chatlab.course.notebook import read, source_of
from chatlab.course.progress import Progress, course_root, exercise_path
from chatlab.errors import ChatlabError
from chatlab.frontend.markdown import render_inline

__all__ = ["comparison_html", "comparison_notes", "model_answer", "next_step", "next_step_html"]

_MARKER_LINE = re.compile(r"^[ \t]*### (?:BEGIN|END) SOLUTION.*\n?", re.MULTILINE)
_CODE_STYLE = (
    "overflow-x:auto;padding:8px 12px;margin:4px 0;border:1px solid #8886;border-radius:8px;"
    "font-size:13px;line-height:1.45"
)


def next_step(part: Part) -> str:
    """The first part of the lesson that is still open, or the next lesson, in a sentence."""
    title, _ = _next(part)
    return title


def next_step_html(part: Part) -> str:
    """The same, with a link if it is another notebook."""
    title, path = _next(part)
    if path is None:
        return html.escape(title)
    before, _, name = title.partition(": ")
    return f'{html.escape(before)}: <a href="{path}">{html.escape(name)}</a>'


def comparison_html(part: Part) -> str:
    """The model answer, one in another style and an expert's remark, folded; "" without any."""
    try:
        root = course_root()
        notes = comparison_notes(root, part)
        answers = {"A model answer": model_answer(root, part)}
    except (ChatlabError, OSError, tomllib.TOMLDecodeError):
        return ""  # a course without its solutions, or with some that are being edited
    answers[f"Another style: {notes.get('style', '')}"] = notes.get("other", "")
    folds = [
        _fold(heading, f'<pre tabindex="0" style="{_CODE_STYLE}">{html.escape(code.strip())}</pre>')
        for heading, code in answers.items()
        if code
    ]
    if remark := notes.get("expert", ""):
        prose = f'<p style="max-width:46em;margin:4px 0 4px 16px">{render_inline(remark)}</p>'
        folds.append(_fold("What an expert would add", prose))
    return "".join(folds)


def _fold(heading: str, body: str) -> str:
    return (
        '<details style="margin-top:4px"><summary style="cursor:pointer">'
        f"{html.escape(heading)}</summary>{body}</details>"
    )


def model_answer(root: Path, part: Part) -> str:
    """The answer of the solution's notebook, without the markers.

    Raises:
        InvalidInput: There is no such notebook.
    """
    cells = read(exercise_path(root, lesson_for(part.lesson), solutions=True))["cells"]
    source = next((source_of(cell) for cell in cells if cell.get("id") == part.answer_cell), "")
    return _MARKER_LINE.sub("", source).strip()


def comparison_notes(root: Path, part: Part) -> dict[str, str]:
    """What `NN_slug.compare.toml` has: `other`, with its `style`, and `expert`."""
    solution = exercise_path(root, lesson_for(part.lesson), solutions=True)
    path = solution.with_suffix(".compare.toml")
    if not path.exists():
        return {}
    notes: dict[str, str] = tomllib.loads(path.read_text("utf-8")).get(part.id, {})
    return notes


def _next(part: Part) -> tuple[str, str | None]:
    """What comes next, and where it is if that is another notebook."""
    parts = lesson_for(part.lesson).parts
    place = [one.id for one in parts].index(part.id) + 1
    to_do = list(parts[place:])
    passed = _passed(parts)
    if part.id in passed:  # otherwise nothing is kept here, and the part before may be done
        skipped = [one for one in parts[:place] if not one.optional]
        to_do = [one for one in [*skipped, *to_do] if one.id not in passed]
    if to_do:
        extra = ", if you want to go further" if to_do[0].optional else ""
        return f"Next: {to_do[0].id} {to_do[0].title}{extra}", None
    later = [number for number in lesson_numbers() if number > part.lesson]
    if not later:
        return "That was the last part of the course.", None
    lesson = lesson_for(later[0])
    title = f"Next: lesson {lesson.slug[:2]} {lesson.title}"
    return title, f"../notebooks/{lesson.slug}.ipynb"


def _passed(parts: tuple[Part, ...]) -> set[str]:
    """Which of the parts have ever passed, as far as that is kept on this machine."""
    try:
        progress = Progress(course_root())
    except ChatlabError:
        return set()
    counted = {part.id for part in parts if progress.passed(part.id)}
    return counted | passed_in_notebook(progress.root)
