"""A check that passes in a notebook that nobody has saved: save it, and notice if that failed.

JupyterLab saves a notebook every two minutes. `chatlab check` reads the file, and would say "not
started" to somebody who has just seen a green panel.
"""

import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

from chatlab.course.catalogue import Lesson, Part
from chatlab.course.findings import Result
from chatlab.course.progress import Progress, course_root
from chatlab.errors import ChatlabError
from chatlab.files import write_atomically

__all__ = [
    "passed_in_notebook",
    "record_in_tab",
    "record_pass",
    "save_script",
    "unsaved_passes",
]

_MAX_AGE_MS = 10_000
"""A panel that is older was not just made: somebody has opened the notebook again."""


def save_script() -> str:
    """A script for the panel's HTML that has JupyterLab save the notebook, by its own shortcut."""
    made = int(time.time() * 1000)
    return (
        "<script>{const here = document.currentScript?.parentElement;"
        f"if (here && Date.now() - {made} < {_MAX_AGE_MS}) "
        "here.dispatchEvent(new KeyboardEvent('keydown', {key: 's', code: 'KeyS', keyCode: 83,"
        "bubbles: true, cancelable: true, "
        "[navigator.platform.startsWith('Mac') ? 'metaKey' : 'ctrlKey']: true}));}</script>"
    )


def record_pass(part: Part, slug: str) -> None:
    """Note in `.chatlab/passes.json` that the part has passed in the exercise's own notebook."""
    notebook = Path(os.environ.get("JPY_SESSION_NAME", ""))
    folder = Path.cwd()
    if notebook.name != f"{slug}.ipynb" or folder.name != "exercises":
        return
    passes = _read(folder.parent)
    passes[part.id] = time.time()
    write_atomically(_file(folder.parent), json.dumps(passes))


def record_in_tab(result: Result) -> None:
    """Note the result where `chatlab check` would: in a browser tab there is no such command."""
    if sys.platform == "emscripten" and result.status in {"passed", "failed"}:
        with suppress(ChatlabError, OSError):
            progress = Progress(course_root())
            progress.record_result(result.part, result.points, passed=result.status == "passed")
            progress.save()


def passed_in_notebook(root: Path) -> set[str]:
    """The parts that have ever passed in their exercise's own notebook."""
    return set(_read(root))


def unsaved_passes(root: Path, lesson: Lesson, notebook: Path) -> list[str]:
    """The parts of the lesson that passed in the notebook after it was last saved."""
    saved = notebook.stat().st_mtime
    passes = _read(root)
    return [part.id for part in lesson.parts if passes.get(part.id, 0) > saved]


def _file(root: Path) -> Path:
    return root / ".chatlab" / "passes.json"


def _read(root: Path) -> dict[str, float]:
    try:
        found = json.loads(_file(root).read_text("utf-8"))
        return {str(part): float(at) for part, at in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
