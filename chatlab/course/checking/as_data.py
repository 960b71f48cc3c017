"""What the learner's code returned, raised and streamed, as plain JSON, for parts' `observe`."""

import inspect
import json
from collections.abc import AsyncIterable, Awaitable, Callable
from typing import Any

from pydantic_core import to_jsonable_python

from chatlab.course.todo import TODO, NotStarted
from chatlab.tracebacks import user_frame
from chatlab.turns.turn import Turn

__all__ = ["attempt", "exception_as_data", "record_turn", "to_plain_json"]


def to_plain_json(value: Any) -> Any:
    """The value as plain JSON: what JSON does not know becomes its `repr`."""
    try:
        return json.loads(json.dumps(to_jsonable_python(value, fallback=repr)))
    except ValueError:
        return repr(value)


def exception_as_data(error: BaseException) -> dict[str, Any]:
    """An exception as data: its type, its message, and the learner's own line, if it has one."""
    data: dict[str, Any] = {"type": type(error).__name__, "message": str(error)[:500]}
    if frame := user_frame(error):
        data |= {"line": (frame.line or "").strip(), "number": frame.lineno}
    return data


async def attempt(call: Callable[[], Any] | Awaitable[Any]) -> dict[str, Any]:
    """Call or await the learner's code: `{"value": ...}`, or `{"raised": ...}` if it raised.

    What had to be awaited is marked with `"awaited": True`.

    Raises:
        NotStarted: Nobody has written it yet.
    """
    try:
        value: Any = call() if callable(call) else call
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
    """Read a turn to its end: `{"events": [...], "state": ..., "raised": ... or None}`.

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
    except Exception as raised:  # noqa: BLE001 - it is what was observed
        error = raised
    if isinstance(error, NotStarted):
        raise error
    return {
        "events": events,
        "state": turn.state if isinstance(turn, Turn) else None,
        "raised": None if error is None else exception_as_data(error),
    }
