"""For the checks of lesson 09: agents whose model follows a script, and turns recorded as data.

The Agents SDK is loaded when a part is checked, so that the course lists its lessons without it.
"""

import asyncio
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.as_data import record_turn
from chatlab.server import ChatKitServer
from chatlab.taskbook import TaskBook
from chatlab.testing import FixedClock

__all__ = [
    "LONG_STORY",
    "AgentFixture",
    "RunContext",
    "cancel_runs",
    "make_agent_fixture",
    "missing_requirement",
    "run_timed_turn",
    "stop_turn",
]

LONG_STORY = "This goes on and on, and nobody listens any more. " * 200
"""A reply of 200 sentences, long enough to be stopped in the middle."""


def missing_requirement() -> str | None:
    """What to install when the Agents SDK is not there."""
    if importlib.util.find_spec("agents") is None:
        return "The Agents SDK is not installed: pip install 'chatlab-kit[agents]'"
    return None


@dataclass(frozen=True)
class RunContext:
    """The context that a run hands to its tools, as in the exercise."""

    request_context: RequestContext
    book: TaskBook


@dataclass(frozen=True)
class AgentFixture:
    """An agent, its scripted model, and the fake clock that the model advances as it speaks."""

    agent: Any
    model: Any
    clock: FixedClock


def make_agent_fixture(script: Any, *tools: Callable[..., Any], raise_on: str = "") -> AgentFixture:
    """An agent whose model follows `script`, with these functions as its tools.

    An exception in the tool named `raise_on` ends the run; one in another tool is reported to the
    model.
    """
    from agents import Agent, default_tool_error_function, function_tool

    from chatlab.adapters.agents import ScriptedAgentModel

    clock = FixedClock()
    model = ScriptedAgentModel(script, 10, clock=clock)
    report_to_model = default_tool_error_function
    function_tools: list[Any] = [
        function_tool(
            tool,
            description_override="A tool.",
            failure_error_function=None if tool.__name__ == raise_on else report_to_model,
        )
        for tool in tools
    ]
    return AgentFixture(Agent("Taskmanager", model=model, tools=function_tools), model, clock)


async def stop_turn(server: ChatKitServer[Any], model: Any, user_id: str) -> dict[str, Any]:
    """Close a turn at its first piece of text: `{"open", "error", "state"}`.

    `open` is how many streams the model still writes afterwards, `error` the name of the type of
    what was raised, or None.
    """
    turn = server.send("Tell me a long story", RequestContext(user_id=user_id))
    error = None
    async for event in turn:
        if event.type == "assistant_message":
            break
    try:
        await turn.aclose()
    except Exception as exception:  # noqa: BLE001 - it is what was observed
        error = type(exception).__name__
    # After a plain loop in respond(), Python closes the stream a few rounds of the loop later.
    for _ in range(40):
        await asyncio.sleep(0)
    problem = error or (type(turn.error).__name__ if turn.error else None)
    return {"open": model.open_connections, "error": problem, "state": turn.state}


async def run_timed_turn(
    server: ChatKitServer[Any], clock: FixedClock, message: str, user_id: str
) -> dict[str, Any]:
    """Run a whole turn: what `record_turn` gives, plus `first` and `total`.

    These are the seconds on the clock at the first piece of text (None without any) and at the end.
    """
    turn = server.send(message, RequestContext(user_id=user_id))
    first_text_time: float | None = None
    events: list[Any] = []
    async for event in turn:
        events.append(event.model_dump(mode="json"))
        if event.type == "assistant_message":
            first_text_time = clock.monotonic()
            break
    recorded_rest = await record_turn(turn)
    return recorded_rest | {
        "events": [*events, *recorded_rest["events"]],
        "saved": [],
        "first": first_text_time,
        "total": clock.monotonic(),
    }


async def cancel_runs() -> None:
    """Cancel the SDK's tasks that still run, so that the judge can say what went wrong.

    Otherwise the check would only report tasks that were left behind.
    """
    import agents

    package_folder = str(Path(agents.__file__).parent)
    # A run that is cancelled cleans up in a new task: look again until there is none.
    while remaining := [
        task for task in asyncio.all_tasks() if _runs_code_in(package_folder, task)
    ]:
        for task in remaining:
            task.cancel()
        await asyncio.gather(*remaining, return_exceptions=True)
        await asyncio.sleep(0)


def _runs_code_in(folder: str, task: asyncio.Task[Any]) -> bool:
    """Whether the task's coroutine is defined in a file below the folder."""
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and code.co_filename.startswith(folder)
