"""Runs notebooks several at once; one that ends its grader costs nobody else a grade."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from pathlib import Path
from typing import Any, Protocol

from chatlab.course.classroom.collect import HandedIn
from chatlab.course.classroom.names import clean_text
from chatlab.course.grading.kernels.box import missing_box
from chatlab.course.grading.pool import GraderPool
from chatlab.errors import ChatlabError, InvalidInput

__all__ = ["Graders", "collect_evidence_of", "open_pool"]

_WITHOUT = "With --no-box they run as you do: your files and your network are within their reach."
_ENDED = "ended the process that graded it, twice."


class Graders(Protocol):
    """What runs notebooks: a `GraderPool`, or a cluster."""

    def submit(self, root: Path, lesson: int, path: Path) -> "Future[dict[str, Any]]":
        """Have the notebook run; the future's result is its evidence."""
        ...

    def close(self) -> None:
        """End it; what has not begun is cancelled."""
        ...


def open_pool(jobs: int, *, box: bool) -> Graders:
    """So many graders on this machine; in a box, the notebooks reach nothing of it.

    Raises:
        InvalidInput: No box can be made here.
    """
    if box and (why := missing_box()):
        raise InvalidInput("A box for notebooks", f"cannot be made here: {why}", _WITHOUT)
    return GraderPool(jobs, box=box)


def collect_evidence_of(
    root: Path, notebooks: Iterable[HandedIn], jobs: int, open_graders: Callable[[], Graders]
) -> Iterator[tuple[HandedIn, dict[str, Any] | str]]:
    """Run the notebooks; give each with its evidence, or with why there is none.

    When a process that grades dies, each notebook that was being run is tried once more, alone:
    that shows which of them it was.
    """
    waiting = deque(notebooks)
    if not waiting:
        return
    running: dict[Future[dict[str, Any]], HandedIn] = {}
    graders = open_graders()
    try:
        while waiting or running:
            suspects: list[HandedIn] = []
            while waiting and len(running) < 2 * jobs and not suspects:
                item = waiting.popleft()
                try:
                    running[graders.submit(root, item.lesson, item.path)] = item
                except BrokenExecutor:
                    suspects.append(item)
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                item = running.pop(future)
                if isinstance(future.exception(), BrokenExecutor):
                    suspects.append(item)
                else:
                    yield item, _outcome(future)
            if suspects:
                suspects += running.values()
                running.clear()
                graders.close()
                for item in suspects:
                    yield item, _run_alone(root, item, open_graders)
                graders = open_graders()
    finally:
        graders.close()


def _run_alone(
    root: Path, item: HandedIn, open_graders: Callable[[], Graders]
) -> dict[str, Any] | str:
    graders = open_graders()
    try:
        future = graders.submit(root, item.lesson, item.path)
        return _ENDED if isinstance(future.exception(), BrokenExecutor) else _outcome(future)
    finally:
        graders.close()


def _outcome(future: "Future[dict[str, Any]]") -> dict[str, Any] | str:
    """What the run left, or what went wrong, in words."""
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, ChatlabError):
        return clean_text(str(error))
    return clean_text(f"could not be graded ({type(error).__name__}: {error}).")
