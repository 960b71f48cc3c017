"""A process that keeps a warm pool, and grades one notebook for each line that it is sent."""

import json
import subprocess
import sys
from pathlib import Path

from chatlab.course.catalogue import Lesson, lesson_for
from tests.benchmarks.cpu_meter import CpuMeter

ROOT = Path(__file__).parents[2]


class WarmGrader:
    """The other end of that process.

    Args:
        meter: Counts its CPU time.
        box: Whether its kernels run in the box.
    """

    def __init__(self, meter: CpuMeter, *, box: bool) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.warm_grader", "box" if box else "open"]
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=meter.join,  # noqa: PLW1509 - this process has one thread
        )

    def grade(self, lesson: Lesson, path: Path) -> None:
        """Grade the notebook; it must earn all points."""
        print(json.dumps([lesson.number, str(path)]), file=self._process.stdin, flush=True)
        points = float(self._process.stdout.readline())
        assert points == lesson.points, (lesson.slug, points)

    def close(self) -> None:
        self._process.communicate()


def main() -> None:
    from chatlab.course.grading.pool import GraderPool

    with GraderPool(box=sys.argv[1] == "box") as pool:
        for line in sys.stdin:
            number, path = json.loads(line)
            print(pool.grade(ROOT, lesson_for(number), Path(path)).points, flush=True)


if __name__ == "__main__":
    main()
