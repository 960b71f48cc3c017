"""Puts an agent of OpenAI's Agents SDK behind your chat server (lesson 09).

async def respond(self, thread, input, context):
    items = [*thread.history, input]
    result = Runner.run_streamed(self.agent, to_agent_input(items), context=context)
    async with aclosing(stream_agent_response(result)) as events:
        async for event in events:
            yield event
"""

import asyncio
import json
import re
import weakref
from collections.abc import AsyncGenerator, Iterable
from typing import Any, cast

from chatlab.cancellation import run_shielded
from chatlab.errors import AgentError, MissingDependency
from chatlab.events import RespondEvent
from chatlab.items import (
    AssistantMessageItem,
    HiddenContextItem,
    TaskItem,
    ThreadItem,
    ToolItem,
    UserMessageItem,
    WidgetItem,
)

try:
    from agents import RunResultStreaming
    from agents.items import TResponseInputItem
    from agents.stream_events import StreamEvent

    from chatlab.adapters.agents.backpressure import MAX_AHEAD, BoundedModel, RunReader
    from chatlab.adapters.agents.model_problems import ModelUnavailable
    from chatlab.adapters.agents.real_model import RealModel, model_from_env, named_model
    from chatlab.adapters.agents.run_events import (
        RunEvents,
        ToolFailure,
        TooManyTurns,
        to_agent_error,
    )
    from chatlab.adapters.agents.script import (
        AgentPrompt,
        Call,
        Script,
        ScriptedReply,
        task_manager_script,
    )
    from chatlab.adapters.agents.scripted_model import ScriptedAgentModel
except ImportError as error:
    raise MissingDependency("openai-agents", "agents") from error

__all__ = [
    "MAX_AHEAD",
    "AgentPrompt",
    "BoundedModel",
    "Call",
    "ModelUnavailable",
    "RealModel",
    "Script",
    "ScriptedAgentModel",
    "ScriptedReply",
    "TooManyTurns",
    "ToolFailure",
    "model_from_env",
    "named_model",
    "stream_agent_response",
    "task_manager_script",
    "to_agent_input",
]


def stream_agent_response(result: RunResultStreaming) -> AsyncGenerator[RespondEvent]:
    """What an agent says and does, as events that `respond()` can yield.

    Text comes piece by piece. Each call of a tool is a `ToolStatus` that runs and then is
    completed or failed, and so is a handoff to another agent. Closing the stream cancels the run
    and waits until it is over. A model made by `model_from_env`, scripted or wrapped in
    `BoundedModel` stays at most `AHEAD` events before the reader.

    Args:
        result: What `Runner.run_streamed(...)` returned.

    Raises:
        TooManyTurns: The agent reached its `max_turns`; it is the SDK's `MaxTurnsExceeded`, too.
        ModelUnavailable: The model's server refused, failed or was not there: an `AgentError`.
        AgentError: The run broke off for another reason; the cause is chained to it.
        ChatlabError: A tool raised it; others that a tool raises are told as `AgentError`.
    """
    events = _events(result, RunReader(result))
    # A stream that was never begun has nothing to close, and its run would wait for a reader.
    weakref.finalize(events, result.cancel).atexit = False
    return events


async def _events(result: RunResultStreaming, reader: RunReader) -> AsyncGenerator[RespondEvent]:
    run = RunEvents()
    events = cast("AsyncGenerator[StreamEvent]", result.stream_events())
    try:
        try:
            while (event := await reader.pull(events)) is not None:
                for out in run.translate(event):
                    yield out
        except Exception as error:
            for out in run.close("failed"):
                yield out
            told = to_agent_error(error, result.max_turns)
            if isinstance(told, ModelUnavailable):
                raise told from None  # what the server said may hold the key, and would be logged
            raise told from error
        if result.interruptions:
            tools = " and ".join(run.open.values())
            for out in run.close("failed"):
                yield out
            raise AgentError(f"{tools} needs an approval, and nobody here can give it")
        for out in run.finish(result.final_output):
            yield out
    finally:
        result.cancel()
        await run_shielded(_wait_run_done(result, events))


async def _wait_run_done(result: RunResultStreaming, events: AsyncGenerator[StreamEvent]) -> None:
    """Wait until nothing of the run goes on."""
    task = result.run_loop_task
    if task is not None:
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()
    await events.aclose()


def to_agent_input(items: Iterable[ThreadItem]) -> list[TResponseInputItem]:
    """A conversation as an agent reads it: each call of a tool is followed by its output.

    A call that was interrupted is there, too, and says so: a model refuses a call without an
    output. What a widget or a background job showed is told as the original ChatKit tells it, as
    a message from the user.
    """
    out: list[dict[str, Any]] = []
    calls: set[str] = set()
    for item in items:
        match item:
            case UserMessageItem() | AssistantMessageItem():
                out += _message(item.role, item.content)
            case ToolItem():
                call_id = item.id if item.call_id in calls else item.call_id
                calls.add(call_id)
                out += _call_and_output(item, call_id)
            case HiddenContextItem():
                out += _message("system", item.content)
            case WidgetItem():
                out += _message("user", f"(Shown to the user: {item.content})")
            case TaskItem():
                outcome = item.outcome or "interrupted"
                out += _message("user", f"(Shown to the user: {item.title}, {outcome})")
    return cast("list[TResponseInputItem]", out)


def _message(role: str, content: str) -> list[dict[str, Any]]:
    return [{"role": role, "content": content}] if content else []


def _call_and_output(item: ToolItem, call_id: str) -> list[dict[str, Any]]:
    call = {
        "type": "function_call",
        "call_id": call_id,
        "name": re.sub(r"[^\w-]", "_", item.tool, flags=re.ASCII)[:64] or "tool",
        "arguments": json.dumps(item.arguments, ensure_ascii=False),
    }
    output = {"type": "function_call_output", "call_id": call_id, "output": _output(item)}
    return [call, output]


def _output(item: ToolItem) -> str:
    if item.status == "incomplete":
        return "Interrupted: nobody knows whether this was done."
    output = item.content if item.output is None else item.output
    text = output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)
    return f"Failed: {text}" if item.outcome == "failed" else text
