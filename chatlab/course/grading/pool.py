"""Grades notebooks in processes of their own, several at once, with kernels that are warm."""

import importlib
import multiprocessing
import os
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from threading import Thread
from typing import Any, Self

from chatlab.course.catalogue import Lesson, lesson_for
from chatlab.course.grading.evidence import Evidence, LessonGrade, judge_evidence
from chatlab.course.grading.kernels.kernel_server import KernelServer, can_fork

__all__ = ["CELL_SECONDS", "GraderPool"]

CELL_SECONDS = 20
"""How long one cell may run in a graded run, unless somebody says otherwise."""


class GraderPool:
    """So many graders; each grades one notebook at a time.

    Args:
        jobs: How many there are.
        box: Whether learners' code is confined, as it should be when the notebooks are others'.
        cell_seconds: How long one cell may run.

    Raises:
        MissingDependency: bubblewrap is not installed.
    """

    def __init__(
        self, jobs: int = 1, *, box: bool = False, cell_seconds: int = CELL_SECONDS
    ) -> None:
        self._box = box
        self._cell_seconds = cell_seconds
        self._server = KernelServer(boxed=box) if can_fork() else None
        context = multiprocessing.get_context("spawn")
        self._executor = ProcessPoolExecutor(jobs, context, _prepare)

    @property
    def server_pid(self) -> int | None:
        """The process below which all kernels run; None if each is started from scratch."""
        return None if self._server is None else self._server.pid

    def submit(self, root: Path, lesson: int, path: Path) -> "Future[dict[str, Any]]":
        """Have the notebook run; the future's result is `Evidence.to_json()`.

        The future raises `InvalidInput` if the file is not a notebook, or another lesson's.
        """
        if self._server is not None and not self._server.alive:
            self._server.close()
            self._server = KernelServer(boxed=self._box)
        address = None if self._server is None else self._server.address
        return self._executor.submit(_collect, root, lesson, path, address, self._cell_seconds)

    def grade(self, root: Path, lesson: Lesson, path: Path) -> LessonGrade:
        """Grade one notebook, and wait for it.

        Raises:
            InvalidInput: The file is not a notebook, or another lesson's.
        """
        evidence = self.submit(root, lesson.number, path).result()
        return judge_evidence(Evidence.from_json(evidence))

    def close(self) -> None:
        """End the graders and kernels; what has not begun is cancelled."""
        self._executor.shutdown(cancel_futures=True)
        if self._server is not None:
            self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _prepare() -> None:
    """Import what each notebook needs, before the first one comes; end with whoever asked."""
    os.environ["CHATLAB_QUICK_NBFORMAT"] = "1"
    Thread(target=_end_with_parent, daemon=True).start()
    importlib.import_module("chatlab.course.grading.grade")


def _end_with_parent() -> None:
    """A pool's processes would wait for work for ever after their parent was killed."""
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)


def _collect(
    root: Path, lesson: int, path: Path, address: str | None, cell_seconds: int
) -> dict[str, Any]:
    from chatlab.course.grading.grade import collect_evidence

    return collect_evidence(root, lesson_for(lesson), path, address, cell_seconds).to_json()
