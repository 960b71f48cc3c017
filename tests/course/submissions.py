"""Submissions of a whole class, made from what the course has: solutions, stubs, wrong answers."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from chatlab.course.catalogue import Lesson, lesson_for
from chatlab.course.notebook import Notebook, read, source_of

ROOT = Path(__file__).parents[2]
WRONG = re.compile(r"^# %% (wrong|right): .+$", re.MULTILINE)


def exercise(lesson: Lesson) -> Notebook:
    return read(ROOT / f"exercises/{lesson.slug}.ipynb")


def solved(lesson: Lesson) -> dict[str, str]:
    """The solution's answers, by the id of their cell."""
    cells = read(ROOT / f"solutions/{lesson.slug}.ipynb")["cells"]
    return {cell["id"]: source_of(cell) for cell in cells if cell["id"].endswith("-answer")}


def wrong(lesson: Lesson, random: Random) -> dict[str, str]:
    """A wrong answer to each part."""
    answers = {}
    for part in lesson.parts:
        path = next((ROOT / "tests/lessons").glob(f"l{lesson.number:02}_*"))
        text = (path / f"answers_{part.id[-1]}.py").read_text("utf-8")
        _, *pieces = WRONG.split(text)
        pairs = zip(pieces[::2], pieces[1::2], strict=True)
        answers[part.answer_cell] = random.choice([text for kind, text in pairs if kind == "wrong"])
    return answers


def notebook_with(lesson: Lesson, answers: dict[str, str]) -> Notebook:
    notebook = exercise(lesson)
    for cell in notebook["cells"]:
        cell["source"] = answers.get(cell["id"], cell["source"])
    return notebook


def from_colab(notebook: Notebook) -> str:
    """With ids and metadata of its own, and a source of many lines."""
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"] = {"id": f"xYz{number}AbC"}
        cell["source"] = source_of(cell).splitlines(keepends=True)
        cell.pop("id")
    notebook["metadata"]["colab"] = {"provenance": []}
    return json.dumps(notebook | {"nbformat": 4, "nbformat_minor": 0})


def from_old_editor(notebook: Notebook) -> str:
    """nbformat 4.4 knows no ids of cells."""
    for cell in notebook["cells"]:
        cell.pop("id")
    return json.dumps(notebook | {"nbformat": 4, "nbformat_minor": 4})


def from_vscode(notebook: Notebook) -> str:
    """With fresh ids, in Windows' line ends."""
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"{number:08x}"
        cell["metadata"] = {"vscode": {"languageId": "python"}}
    return json.dumps(notebook, indent=1).replace("\n", "\r\n")


EDITORS: dict[str, Callable[[Notebook], str]] = {
    "jupyterlab": json.dumps,
    "vscode": from_vscode,
    "colab": from_colab,
    "nbformat44": from_old_editor,
    "crlf": lambda notebook: json.dumps(notebook, indent=1).replace("\n", "\r\n"),
    "bom": lambda notebook: "\ufeff" + json.dumps(notebook, ensure_ascii=False),
}


def class_of(folder: Path, size: int, lessons: list[int], seed: int = 1) -> Iterator[Any]:
    """`(lesson, path)` of that many submissions, of every kind there is."""
    random = Random(seed)
    kinds: list[Callable[[Lesson], dict[str, str]]] = [
        solved,
        lambda _lesson: {},
        lambda lesson: wrong(lesson, random),
        lambda lesson: dict(list(solved(lesson).items())[: random.randint(1, 3)]),
        lambda lesson: solved(lesson) | {lesson.parts[0].answer_cell: "import os\nos._exit(0)"},
    ]
    for number in range(size):
        lesson = lesson_for(lessons[number % len(lessons)])
        notebook = notebook_with(lesson, kinds[number % len(kinds)](lesson))
        editor = list(EDITORS)[number % len(EDITORS)]
        path = folder / f"{number:03}-{editor}.ipynb"
        path.write_text(EDITORS[editor](notebook), "utf-8")
        yield lesson, path
