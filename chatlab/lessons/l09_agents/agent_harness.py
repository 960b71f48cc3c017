"""For the checks of lesson 09: agents whose model follows a script, and what became of them.

The Agents SDK is loaded when a part is checked, so that the course lists its lessons without it.
"""

import asyncio
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import record_turn
from chatlab.server import ChatKitServer
from chatlab.taskbook import TaskBook
from chatlab.testing import FixedClock

__all__ = [
    "LONG",
    "Bench",
    "RunContext",
    "bench",
    "missing_requirement",
    "runs_ended",
    "seen_at_first",
    "stopped",
]

LONG = "This goes on and on, and nobody listens any more. " * 200
"""A story that takes its time: one should be able to stop it."""


def missing_requirement() -> str | None:
    """What to install when the Agents SDK is not there."""
    if importlib.util.find_spec("agents") is None:
        return "The Agents SDK is not installed: pip install 'chatlab-kit[agents]'"
    return None


@dataclass(frozen=True)
class RunContext:
    """What a run's tools are given, as in the exercise."""

    request_context: RequestContext
    book: TaskBook


@dataclass(frozen=True)
class Bench:
    """An agent, its scripted model, and the clock that the model goes by."""

    agent: Any
    model: Any
    clock: FixedClock


def bench(script: Any, *tools: Callable[..., Any], raise_on: str = "") -> Bench:
    """An agent that follows the script and has these functions as its tools.

    An exception in the tool `raise_on` ends the run; of others the model is told.
    """
    from agents import Agent, default_tool_error_function, function_tool

    from chatlab.adapters.agents import ScriptedAgentModel

    clock = FixedClock()
    model = ScriptedAgentModel(script, 10, clock=clock)
    tell_the_model = default_tool_error_function
    made: list[Any] = [
        function_tool(
            tool,
            description_override="A tool.",
            failure_error_function=None if tool.__name__ == raise_on else tell_the_model,
        )
        for tool in tools
    ]
    return Bench(Agent("Taskmanager", model=model, tools=made), model, clock)


async def stopped(server: ChatKitServer[Any], model: Any, user_id: str) -> dict[str, Any]:
    """Stop a turn at its first piece of text: how it ended, and what the model did afterwards."""
    turn = server.send("Tell me a long story", RequestContext(user_id=user_id))
    error = None
    async for event in turn:
        if event.type == "assistant_message":
            break
    try:
        await turn.aclose()
    except Exception as escaped:  # noqa: BLE001 - it is what was observed
        error = type(escaped).__name__
    # A plain loop in respond() leaves it to Python to close the stream, a moment later.
    for _ in range(40):
        await asyncio.sleep(0)
    problem = error or (type(turn.error).__name__ if turn.error else None)
    return {"open": model.open_connections, "error": problem, "state": turn.state}


async def seen_at_first(
    server: ChatKitServer[Any], clock: FixedClock, message: str, user_id: str
) -> dict[str, Any]:
    """A whole turn, with the time of its first text and of its end."""
    turn = server.send(message, RequestContext(user_id=user_id))
    first: float | None = None
    events: list[Any] = []
    async for event in turn:
        events.append(event.model_dump(mode="json"))
        if event.type == "assistant_message":
            first = clock.monotonic()
            break
    seen = await record_turn(turn)
    return seen | {
        "events": [*events, *seen["events"]],
        "saved": [],
        "first": first,
        "total": clock.monotonic(),
    }


async def runs_ended() -> None:
    """End the runs that nobody reads any more; what the judge says of them is better."""
    import agents

    home = str(Path(agents.__file__).parent)
    # A run that is cancelled begins to tidy up after itself, in a task of its own.
    while left := [task for task in asyncio.all_tasks() if _began_in(home, task)]:
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await asyncio.sleep(0)


def _began_in(home: str, task: asyncio.Task[Any]) -> bool:
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and code.co_filename.startswith(home)
