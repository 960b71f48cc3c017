"""The first half of a check: runs the learner's code and returns what happened as plain JSON.

It is judged elsewhere (`judge.py`; for a grade, in another process). So an object that equals
everything, a patched check or a printed "passed" is only data that is wrong.
"""

import asyncio
import contextvars
import gc
import logging
import sys
import warnings
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, cast

from chatlab.course.catalogue import Part
from chatlab.course.checking.as_data import exception_as_data, to_plain_json
from chatlab.course.checking.disable_reference import disable_reference
from chatlab.course.checking.time_limit import TimeLimitExceeded, raise_after
from chatlab.course.todo import TODO, NotStarted
from chatlab.tracebacks import KIT

__all__ = [
    "DROPPED_STREAM",
    "cancel_leftovers",
    "observe",
]

DROPPED_STREAM = "a stream that was dropped"
"""Names the kit's own tasks, left over when a stream's reader stopped early.

`judge_observation` then prefers the findings of the part's judge: the mistake lies before that.
"""


_observed_tasks: contextvars.ContextVar[list["asyncio.Task[Any]"] | None] = contextvars.ContextVar(
    "observed", default=None
)


async def cancel_leftovers() -> None:
    """Cancel the tasks that the observed code left running.

    A part's `observe` calls it when leftover tasks are not to fail the part.
    """
    leftovers = [task for task in _observed_tasks.get() or () if not task.done()]
    for task in leftovers:
        task.cancel()
    await asyncio.gather(*leftovers, return_exceptions=True)


async def observe(  # noqa: PLR0911 - each way it can end is one line
    part: Part, namespace: Mapping[str, Any], inputs: Any
) -> dict[str, Any]:
    """Run the part's `observe` on what the notebook holds under the name of its subject.

    Returns:
        `{"state": ...}`: `observed` with a `value`; `not_started`; `missing`, when there is no such
        name; `raised`, with the exception as data; `timed_out`, with `seconds` and the line; or
        `left_behind`, with the names of the tasks that still ran and the `value`.
    """
    if part.subject not in namespace:
        return {"state": "missing"}
    subject = namespace[part.subject]
    if subject is TODO:
        return {"state": "not_started"}
    try:
        with (
            _silence_log(),
            _silence_unawaited(),
            _record_tasks() as tasks,
            disable_reference(part),
            raise_after(part.time_limit + 1),
        ):
            async with _time_limit(part.time_limit):
                value = to_plain_json(await part.observe(subject, inputs))
            await asyncio.sleep(0)
    except NotStarted:
        return {"state": "not_started"}
    except (TimeoutError, TimeLimitExceeded) as error:
        return {"state": "timed_out", "seconds": part.time_limit, **_error_location(error)}
    except (Exception, asyncio.CancelledError) as error:
        if isinstance(error, asyncio.CancelledError) and _current_task().cancelling():
            raise  # somebody interrupts the cell
        return {"state": "raised", "raised": exception_as_data(error)}
    if leftovers := [task for task in tasks if not task.done()]:
        for task in leftovers:
            task.cancel()
        await asyncio.gather(*leftovers, return_exceptions=True)
        names = sorted({_task_name(task) for task in leftovers})
        return {"state": "left_behind", "tasks": names, "value": value}
    return {"state": "observed", "value": value}


@asynccontextmanager
async def _time_limit(seconds: float) -> AsyncGenerator[None]:
    """As `asyncio.timeout`, whatever the code inside cancels, or leaves cancelled, on its own.

    Raises:
        TimeoutError: The time is up.
    """
    task = _current_task()
    before = task.cancelling()
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            yield
    except asyncio.CancelledError:
        if not limit.expired():
            raise
        while task.cancelling() > before:
            task.uncancel()
        raise TimeoutError from None


def _current_task() -> "asyncio.Task[Any]":
    return cast("asyncio.Task[Any]", asyncio.current_task())


def _task_name(task: "asyncio.Task[Any]") -> str:
    """The name of the coroutine that the task runs, or `DROPPED_STREAM` if it is the kit's own."""
    coro: Any = task.get_coro()
    code = getattr(coro, "cr_code", None)
    if code is None or Path(code.co_filename).is_relative_to(KIT):
        return DROPPED_STREAM
    return coro.__qualname__


def _error_location(error: BaseException) -> dict[str, Any]:
    """The `line` and `number` of the learner's own line, or None for both."""
    data = exception_as_data(error)
    return {"line": data.get("line"), "number": data.get("number")}


@contextmanager
def _silence_log() -> Generator[None]:
    """Keep chatlab's log of failed turns out of the notebook: the check says what went wrong."""
    logger = logging.getLogger("chatlab")
    null_handler, propagate = logging.NullHandler(), logger.propagate
    logger.addHandler(null_handler)
    logger.propagate = False
    try:
        yield
    finally:
        logger.propagate = propagate
        logger.removeHandler(null_handler)


@contextmanager
def _silence_unawaited() -> Generator[None]:
    """Keep Python's "was never awaited" out of the notebook: the check says it in plainer words.

    An exception holds on to the coroutine, in a cycle: it is let go of here, and not later.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"coroutine .* was never awaited", RuntimeWarning)
        try:
            yield
        finally:
            gc.collect()


@contextmanager
def _record_tasks() -> Generator[list["asyncio.Task[Any]"]]:
    """Collect the tasks that are started in the block, and not those of the kernel."""
    tasks: list[asyncio.Task[Any]] = []
    token = _observed_tasks.set(tasks)
    try:
        with _call_for_each_task(_record):
            yield tasks
    finally:
        _observed_tasks.reset(token)


def _record(task: "asyncio.Task[Any]") -> None:
    if (own_tasks := _observed_tasks.get()) is not None:
        own_tasks.append(task)


@contextmanager
def _call_for_each_task(record: Callable[["asyncio.Task[Any]"], None]) -> Generator[None]:
    """Call `record` with each task that the loop makes in the block.

    Under Pyodide, a loop with a task factory can make no task: it names them by a function that
    Python 3.14 no longer has. There, `create_task` itself is stood in for.
    """
    loop: Any = asyncio.get_running_loop()
    previous_factory = loop.get_task_factory()
    if sys.platform == "emscripten":
        plain_create_task = loop.create_task

        def create_task(coro: Any, **options: Any) -> "asyncio.Task[Any]":
            task = plain_create_task(coro, **options)
            record(task)
            return task

        loop.create_task = create_task
        try:
            yield
        finally:
            loop.create_task = plain_create_task
        return

    def factory(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> asyncio.Future[Any]:
        make_task = cast("Callable[..., asyncio.Task[Any]]", previous_factory or _make_task)
        task = make_task(loop, coro, **options)
        record(task)
        return task

    loop.set_task_factory(factory)
    try:
        yield
    finally:
        loop.set_task_factory(previous_factory)


def _make_task(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> "asyncio.Task[Any]":
    return asyncio.Task(coro, loop=loop, **options)
