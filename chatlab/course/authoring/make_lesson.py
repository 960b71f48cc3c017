"""Makes a new lesson that passes the course's tests, for somebody to write theirs in its place."""

import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from string import Template

import chatlab
from chatlab.course.catalogue import lesson_numbers
from chatlab.course.notebook import Cell, write
from chatlab.errors import InvalidInput

__all__ = ["make_lesson"]

_CONTRACT = re.compile(r'(?:  "chatlab\.lessons\.l\d\d_\w+",\n)+(?=\])')
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def make_lesson(root: Path, number: str, name: str) -> list[Path]:
    """Write the lesson's package, notebooks and answers, and all that is made from them.

    Args:
        root: The repository.
        number: The number that comes next, such as `"12"`.
        name: What its files are called, such as `"tools_at_work"`.

    Returns:
        The files to edit.

    Raises:
        InvalidInput: The number or the name cannot be used, or this is no repository.
    """
    following = f"{max(lesson_numbers()) + 1:02}"
    if number != following:
        raise InvalidInput("lesson", f"cannot be {number!r}", f"The next one is {following}.")
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or len(name) > 40:  # noqa: PLR2004
        raise InvalidInput("slug", f"cannot be {name!r}", "Try one such as tools_at_work")
    if Path(chatlab.__file__).parents[1] != root or not (root / "tests" / "lessons").is_dir():
        raise InvalidInput(str(root), "is not a repository", "Work in a clone, with uv run.")
    slug = f"{number}_{name}"
    words = {
        "NN": number,
        "slug": slug,
        "title": name.replace("_", " ").capitalize(),
        "concept": name.replace("_", " "),
    }
    paths = _write_modules(root, slug, words)
    notebooks = [root / folder / f"{slug}.ipynb" for folder in ("solutions", "notebooks")]
    for path, template in zip(notebooks, ("solution", "notebook"), strict=True):
        _write_notebook(path, _text(template, words))
    _add_to_contract(root / "pyproject.toml", f"chatlab.lessons.l{slug}")
    _chatlab(root, "release")
    _chatlab(root, "run", *map(str, notebooks))
    _chatlab(root, "release")
    return [*paths, *notebooks]


def _write_modules(root: Path, slug: str, words: dict[str, str]) -> list[Path]:
    package = root / "chatlab" / "lessons" / f"l{slug}"
    tests = root / "tests" / "lessons" / f"l{slug}"
    places = {
        package / "__init__.py": "init.py",
        package / "lesson.py": "lesson.py",
        package / "p1_count_words.py": "p1_count_words.py",
        package / "p1_count_words_judge.py": "p1_count_words_judge.py",
        package / "questions.toml": "questions.toml",
        tests / "answers_1.py": "answers_1.py",
        root / "solutions" / f"{slug}.compare.toml": "compare.toml",
    }
    for path, template in places.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_text(template, words), "utf-8")
    return [path for path in places if path.name != "__init__.py"]


def _text(template: str, words: dict[str, str]) -> str:
    source = files("chatlab.course.authoring") / "new_lesson" / f"{template}.txt"
    return Template(source.read_text("utf-8")).substitute(words)


def _write_notebook(path: Path, text: str) -> None:
    """Write a notebook from its text, in which `%% id kind` begins a cell."""
    _, *pieces = re.split(r"^%% (\S+) (code|markdown)\n", text, flags=re.MULTILINE)
    cells: list[Cell] = []
    for id, kind, source in zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True):
        lines = source.rstrip("\n").splitlines(keepends=True)
        cell: Cell = {"cell_type": kind, "id": id, "metadata": {}, "source": lines}
        cells.append(cell | ({"outputs": [], "execution_count": None} if kind == "code" else {}))
    metadata = {"kernelspec": _KERNEL}
    write(path, {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def _add_to_contract(path: Path, module: str) -> None:
    """Tell import-linter of the lesson: it knows no other one."""
    text = path.read_text("utf-8")
    found = list(_CONTRACT.finditer(text))
    if len(found) != 1:
        raise InvalidInput(str(path), "lacks the contract of lessons", f"Add {module} by hand.")
    end = found[0].end()
    path.write_text(f'{text[:end]}  "{module}",\n{text[end:]}', "utf-8")


def _chatlab(root: Path, *arguments: str) -> None:
    """Run a command in a fresh process, which finds the new lesson."""
    command = [sys.executable, "-c", "from chatlab.cli import main; main()", *arguments]
    subprocess.run(command, cwd=root, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
