"""The first half of a check: run what the learner made, and write down what happened.

What is written down is plain JSON. It is judged elsewhere, so that an object that equals
everything, a patched check or a printed "passed" is just data that is wrong.
"""

import asyncio
import contextvars
import inspect
import json
import logging
import signal
import threading
from collections.abc import AsyncIterable, Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, cast

from pydantic_core import to_jsonable_python

from chatlab.course.catalogue import Part
from chatlab.course.checking.disabled import disable_reference
from chatlab.course.todo import TODO, NotStarted
from chatlab.tracebacks import KIT, user_frame
from chatlab.turns.turn import Turn

__all__ = [
    "DROPPED",
    "attempt",
    "cancel_leftovers",
    "exception_as_data",
    "observe",
    "record_turn",
    "to_plain_json",
]

DROPPED = "a stream that was dropped"
"""What is left running when somebody stops reading: the mistake lies before that."""


_observed: contextvars.ContextVar[list["asyncio.Task[Any]"] | None] = contextvars.ContextVar(
    "observed", default=None
)


class TimeLimitExceeded(BaseException):
    """The time limit, for code that blocks the loop; no `except Exception` catches it."""


def to_plain_json(value: Any) -> Any:
    """The value as plain JSON: what JSON does not know becomes its `repr`."""
    try:
        return json.loads(json.dumps(to_jsonable_python(value, fallback=repr)))
    except ValueError:
        return repr(value)


def exception_as_data(error: BaseException) -> dict[str, Any]:
    """An exception as data: its type, its message, and the learner's own line, if it has one."""
    seen: dict[str, Any] = {"type": type(error).__name__, "message": str(error)[:500]}
    if frame := user_frame(error):
        seen |= {"line": (frame.line or "").strip(), "number": frame.lineno}
    return seen


async def attempt(work: Callable[[], Any] | Awaitable[Any]) -> dict[str, Any]:
    """Call or await the learner's code: `{"value": ...}`, or `{"raised": ...}` if it raised.

    What had to be awaited is marked with `"awaited": True`.

    Raises:
        NotStarted: Nobody has written it yet.
    """
    try:
        value: Any = work() if callable(work) else work
        awaited = inspect.isawaitable(value)
        if awaited:
            value = await value
    except NotStarted:
        raise
    except Exception as error:  # noqa: BLE001 - it is what was observed
        return {"raised": exception_as_data(error)}
    if value is TODO:
        raise NotStarted
    return {"value": to_plain_json(value)} | ({"awaited": True} if awaited else {})


async def record_turn(turn: AsyncIterable[Any]) -> dict[str, Any]:
    """A whole turn: `{"events": [...], "state": ..., "raised": ... or None}`.

    Raises:
        NotStarted: `respond()` has not been written yet.
    """
    events: list[Any] = []
    error: Exception | None = None
    try:
        async for event in turn:
            events.append(to_plain_json(event))  # noqa: PERF401 - what came before an error is kept
        error = turn.error if isinstance(turn, Turn) else None
    except NotStarted:
        raise
    except Exception as escaped:  # noqa: BLE001 - it is what was observed
        error = escaped
    if isinstance(error, NotStarted):
        raise error
    return {
        "events": events,
        "state": turn.state if isinstance(turn, Turn) else None,
        "raised": None if error is None else exception_as_data(error),
    }


async def cancel_leftovers() -> None:
    """End what the observed code has left running, where the judge has more to say than that."""
    left = [task for task in _observed.get() or () if not task.done()]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


async def observe(  # noqa: PLR0911 - each way it can end is one line
    part: Part, namespace: Mapping[str, Any], inputs: Any
) -> dict[str, Any]:
    """Run the part's `observe` on what the notebook holds under the name of its subject.

    Returns:
        `{"state": ...}`: `seen` with a `value`; `not_started`; `missing`, when there is no such
        name; `raised`, with what was; `timed_out`; or `left_behind`, with the tasks that still ran.
    """
    if part.subject not in namespace:
        return {"state": "missing"}
    subject = namespace[part.subject]
    if subject is TODO:
        return {"state": "not_started"}
    try:
        with (
            _no_log(),
            _tasks_seen() as tasks,
            disable_reference(part),
            _alarm(part.time_limit + 1),
        ):
            async with asyncio.timeout(part.time_limit):
                value = to_plain_json(await part.observe(subject, inputs))
            await asyncio.sleep(0)
    except NotStarted:
        return {"state": "not_started"}
    except (TimeoutError, TimeLimitExceeded) as error:
        return {"state": "timed_out", "seconds": part.time_limit, **_where(error)}
    except Exception as error:  # noqa: BLE001 - it is what was observed
        return {"state": "raised", "raised": exception_as_data(error)}
    if left := [task for task in tasks if not task.done()]:
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        names = sorted({_name(task) for task in left})
        return {"state": "left_behind", "tasks": names, "value": value}
    return {"state": "seen", "value": value}


def _name(task: "asyncio.Task[Any]") -> str:
    """What the task runs: the learner's own function, or what closes a stream behind them."""
    coro: Any = task.get_coro()
    code = getattr(coro, "cr_code", None)
    if code is None or Path(code.co_filename).is_relative_to(KIT):
        return DROPPED
    return coro.__qualname__


def _where(error: BaseException) -> dict[str, Any]:
    seen = exception_as_data(error)
    return {"line": seen.get("line"), "number": seen.get("number")}


@contextmanager
def _no_log() -> Generator[None]:
    """Keep the log of turns that fail out of the notebook: the check says what went wrong."""
    log = logging.getLogger("chatlab")
    silence, above = logging.NullHandler(), log.propagate
    log.addHandler(silence)
    log.propagate = False
    try:
        yield
    finally:
        log.propagate = above
        log.removeHandler(silence)


@contextmanager
def _tasks_seen() -> Generator[list["asyncio.Task[Any]"]]:
    """Note the tasks that the observed code starts; those of the kernel are not its business."""
    loop = asyncio.get_running_loop()
    before = loop.get_task_factory()
    tasks: list[asyncio.Task[Any]] = []

    def factory(loop: asyncio.AbstractEventLoop, coro: Any, **more: Any) -> asyncio.Future[Any]:
        make = cast("Callable[..., asyncio.Task[Any]]", before or _plain_task)
        task = make(loop, coro, **more)
        if (mine := _observed.get()) is not None:
            mine.append(task)
        return task

    token = _observed.set(tasks)
    loop.set_task_factory(factory)
    try:
        yield tasks
    finally:
        loop.set_task_factory(before)
        _observed.reset(token)


def _plain_task(loop: asyncio.AbstractEventLoop, coro: Any, **more: Any) -> "asyncio.Task[Any]":
    return asyncio.Task(coro, loop=loop, **more)


@contextmanager
def _alarm(seconds: float) -> Generator[None]:
    """Interrupt code that never lets the loop run. Only where the system has alarms."""
    if not hasattr(signal, "setitimer") or (
        threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def ring(_number: int, _frame: FrameType | None) -> NoReturn:
        raise TimeLimitExceeded

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
