"""Grades notebooks in processes of their own, several at once."""

import multiprocessing
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any

from chatlab.course.catalogue import lesson_for
from chatlab.course.grading.evidence import Evidence

__all__ = ["GraderPool"]


class GraderPool:
    """So many graders; each grades one notebook at a time.

    Args:
        jobs: How many there are.
    """

    def __init__(self, jobs: int = 1) -> None:
        self._executor = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"))

    def submit(self, root: Path, lesson: int, path: Path) -> "Future[dict[str, Any]]":
        """Have the notebook run; the future's result is `Evidence.to_json()`.

        The future raises `InvalidInput` if the file is not a notebook, or another lesson's.
        """
        return self._executor.submit(_collect, root, lesson, path)

    def close(self) -> None:
        """End the graders; what has not begun is cancelled."""
        self._executor.shutdown(cancel_futures=True)


def _collect(root: Path, lesson: int, path: Path) -> dict[str, Any]:
    from chatlab.course.grading.grade import collect_evidence

    evidence: Evidence = collect_evidence(root, lesson_for(lesson), path)
    return evidence.to_json()
