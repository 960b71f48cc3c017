"""Makes exercises from solutions: what stands between the markers becomes a stub.

    ### BEGIN SOLUTION -> yield TODO()
    yield AssistantMessage(content=input.content)
    ### END SOLUTION

Without `-> ...` the stub is `TODO()`. Markers and cell metadata are nbgrader's.
"""

import copy
from importlib.resources import as_file, files
from pathlib import Path

from chatlab.course.catalogue import Lesson, Part, package_of
from chatlab.course.notebook import Cell, Notebook, read, source_of, write
from chatlab.errors import InvalidInput

__all__ = ["load_pristine_exercise", "make_exercise", "make_stub", "release_exercise"]

_BEGIN_MARKER = "### BEGIN SOLUTION"
_END_MARKER = "### END SOLUTION"


def make_stub(source: str, location: str) -> str:
    """The source with each solution replaced by its stub.

    Raises:
        InvalidInput: The markers do not pair up.
    """
    lines: list[str] = []
    in_solution = False
    for line in source.splitlines():
        stripped = line.strip()
        if stripped.startswith(_BEGIN_MARKER) and not in_solution:
            in_solution = True
            stub = (
                stripped.removeprefix(_BEGIN_MARKER).strip().removeprefix("->").strip() or "TODO()"
            )
            lines.append(line[: len(line) - len(line.lstrip())] + stub)
        elif stripped == _END_MARKER and in_solution:
            in_solution = False
        elif stripped.startswith((_BEGIN_MARKER, _END_MARKER)):
            raise InvalidInput(
                location, f"has a stray {stripped!r}", "Pair each BEGIN with one END."
            )
        elif not in_solution:
            lines.append(line)
    if in_solution:
        raise InvalidInput(location, f"has no {_END_MARKER!r}", "Close what BEGIN SOLUTION opened.")
    return "\n".join(lines)


def make_exercise(solution: Notebook, lesson: Lesson) -> Notebook:
    """Make the learners' exercise: stubs for solutions, no outputs, nbgrader's metadata.

    Raises:
        InvalidInput: The markers do not pair up, or a part lacks its cells.
    """
    exercise = copy.deepcopy(solution)
    parts = {part.cell_prefix: part for part in lesson.parts}
    missing = {f"{cell}-check" for cell in parts} - {cell.get("id") for cell in exercise["cells"]}
    if missing:
        raise InvalidInput(
            f"{lesson.slug}.ipynb", f"lacks the cell {min(missing)}", "Each part has a check cell."
        )
    for cell in exercise["cells"]:
        if cell["cell_type"] != "code":
            continue
        stub = make_stub(source_of(cell), f"{lesson.slug}.ipynb, cell {cell['id']}")
        cell |= {"source": stub.splitlines(keepends=True), "outputs": [], "execution_count": None}
        cell["metadata"] = _nbgrader_metadata(cell, parts)
    return exercise


def _nbgrader_metadata(cell: Cell, parts: dict[str, Part]) -> dict[str, object]:
    name, _, kind = cell["id"].rpartition("-")
    base_metadata = {"grade_id": cell["id"], "schema_version": 3, "task": False}
    if kind == "answer":
        return {"nbgrader": base_metadata | {"grade": False, "locked": False, "solution": True}}
    if kind == "check" and name in parts:
        points = parts[name].points
        return {
            "nbgrader": base_metadata
            | {"grade": True, "locked": True, "solution": False, "points": points}
        }
    return dict(cell["metadata"])


def load_pristine_exercise(root: Path, lesson: Lesson) -> Notebook:
    """The exercise as it was handed out.

    It is made from the solution in `root`. Where the solutions were kept back, it is the copy in
    the lesson's package.
    """
    path = root / "solutions" / f"{lesson.slug}.ipynb"
    if path.exists():
        return make_exercise(read(path), lesson)
    with as_file(files(package_of(lesson.number)) / "exercise.ipynb") as copy_in_package:
        return read(copy_in_package)


def release_exercise(root: Path, lesson: Lesson, *, check: bool) -> bool:
    """Write the exercise from its solution; with `check`, only compare.

    In the repository, the lesson's package gets a copy: it is what learners have without solutions.

    Returns:
        Whether all was up to date before.
    """
    exercise = load_pristine_exercise(root, lesson)
    package = root / "chatlab" / "lessons" / f"l{lesson.slug}"
    paths = [root / "exercises" / f"{lesson.slug}.ipynb"]
    paths += [package / "exercise.ipynb"] if package.is_dir() else []
    stale = [path for path in paths if not path.exists() or read(path) != exercise]
    for path in stale if not check else ():
        write(path, exercise)
    return not stale
