"""Runs notebooks on a Dask cluster: each worker has graders of its own, and sends evidence back."""

import multiprocessing
import threading
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from chatlab.course.classroom.runs import Graders, open_pool
from chatlab.course.classroom.versions import run_version
from chatlab.course.progress import course_root
from chatlab.errors import InvalidInput, MissingDependency

__all__ = ["ClusterGraders", "run_on_worker"]

_SECONDS_TO_CONNECT = 15
_FIX = "Look at the scheduler; the same command goes on from here."


class ClusterGraders:
    """The graders of a cluster, seen from the one who asks.

    Args:
        address: The scheduler's, such as `tcp://10.0.0.1:8786`.
        box: Whether each notebook runs in a box.

    Attributes:
        size: How many notebooks it runs at once.

    Raises:
        MissingDependency: `distributed` is not installed.
        InvalidInput: Nobody answers there, or there is no worker.
    """

    def __init__(self, address: str, *, box: bool) -> None:
        try:
            import distributed
        except ImportError:
            raise MissingDependency("distributed", "cluster") from None
        try:
            self._client = cast("Any", distributed).Client(
                address, timeout=_SECONDS_TO_CONNECT, set_as_default=False
            )
        except (OSError, ValueError) as error:
            raise InvalidInput(
                address, f"is not a scheduler that answers ({error})", _FIX
            ) from None
        self._box = box
        self._tasks: set[Any] = set()
        self.size = sum(self._client.nthreads().values())
        if not self.size:
            self.close()
            raise InvalidInput(address, "has no worker", "Start one: dask worker ADDRESS")

    def submit(self, root: Path, lesson: int, path: Path) -> "Future[dict[str, Any]]":
        """Have the notebook run; the future's result is its evidence.

        A worker that dies is another's work: the scheduler gives it out again. A notebook that has
        ended several workers is given up.
        """
        answer: Future[dict[str, Any]] = Future()
        wanted = run_version(root, lesson)
        task = self._client.submit(
            run_on_worker, lesson, path.read_bytes(), wanted, self._box, pure=False
        )
        self._tasks.add(task)  # who lets go of it cancels it

        def take_over(done: Any) -> None:
            self._tasks.discard(done)
            try:
                answer.set_result(done.result())
            except BaseException as error:  # noqa: BLE001 - it is handed on
                answer.set_exception(_in_words(error))

        task.add_done_callback(take_over)
        return answer

    def close(self) -> None:
        """Leave the cluster; what has not begun is cancelled."""
        self._client.close()


def run_on_worker(lesson: int, content: bytes, wanted: str, box: bool) -> dict[str, Any]:
    """Run a notebook on this machine; give its evidence.

    Args:
        lesson: The number of its lesson.
        content: Its bytes.
        wanted: The version of the lesson's check that whoever asks has.
        box: Whether it runs in a box.

    Raises:
        InvalidInput: The check is another one here.
    """
    root = course_root()
    if run_version(root, lesson) != wanted:
        raise InvalidInput(
            "The cluster", f"has another lesson {lesson:02}", "Install the same chatlab there."
        )
    with TemporaryDirectory(prefix="chatlab-") as folder:
        path = Path(folder) / "handed_in.ipynb"
        path.write_bytes(content)
        return _WorkersGraders.run(root, lesson, path, box=box)


class _WorkersGraders:
    """The graders of this worker, which stay for the next notebook."""

    _lock = threading.Lock()
    _graders: Graders | None = None

    @classmethod
    def run(cls, root: Path, lesson: int, path: Path, *, box: bool) -> dict[str, Any]:
        with cls._lock:
            if cls._graders is None:
                # Dask marks its workers as daemons, which may start no processes.
                vars(multiprocessing.current_process())["_config"]["daemon"] = False
                worker = _worker()
                cls._graders = open_pool(worker.state.nthreads, box=box)
                worker.loop.add_callback(worker.plugin_add, _closes_with_worker(cls._graders))
            graders = cls._graders
        try:
            return graders.submit(root, lesson, path).result()
        except BrokenProcessPool:
            with cls._lock:
                if cls._graders is graders:
                    graders.close()
                    cls._graders = None
            raise


def _worker() -> Any:
    import distributed

    return cast("Any", distributed).get_worker()


def _closes_with_worker(graders: Graders) -> Any:
    """What Dask calls when it ends a worker: no grader outlives it."""
    import distributed

    class CloseGraders(cast("Any", distributed).WorkerPlugin):
        name = "chatlab-graders"

        def teardown(self, worker: Any) -> None:
            del worker
            graders.close()

    return CloseGraders()


def _in_words(error: BaseException) -> Exception:
    """The same error, or one that says what happened to the cluster."""
    name = type(error).__name__
    if name == "KilledWorker":
        return InvalidInput("It", "ended several of the cluster's workers", "Look at what it does.")
    if name in {"FutureCancelledError", "CancelledError", "CommClosedError"}:
        return InvalidInput("The cluster", "went away before it was graded", _FIX)
    return error if isinstance(error, Exception) else RuntimeError(name)
