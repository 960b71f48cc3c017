"""One run of an agent, watched: who says what to whom, step by step (lesson 09)."""

import json
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Literal

from agents import Agent, RunContextWrapper, RunHooks, Runner, Tool, function_tool
from agents.items import ModelResponse, TResponseInputItem
from agents.tool_context import ToolContext
from typing_extensions import override

from chatlab.adapters.agents import stream_agent_response
from chatlab.adapters.agents.run_events import TooManyTurns
from chatlab.adapters.agents.script import AgentPrompt, Call, ScriptedReply
from chatlab.adapters.agents.scripted_model import ScriptedAgentModel
from chatlab.clock import NewId, new_id
from chatlab.errors import AgentError
from chatlab.llm import split_tokens
from chatlab.taskbook import TaskBook

__all__ = ["Broken", "Note", "TraceStep", "agent_steps"]

Broken = Literal["no", "told", "fatal"]
"""Whether the tool raises; and then, whether the model is told of it or the run breaks off."""

_MESSAGE = "Create a task: buy milk"
_CALL = Call("create_task", {"title": "buy milk"})
_MAX_EXTRA_CALLS = 2
"""How often the model tries a broken tool, if it can stop at all."""


@dataclass(frozen=True)
class TraceStep:
    """Somebody says something to somebody.

    Attributes:
        sender: `Alice`, `Runner`, `Model` or `Tool`.
        receiver: The same.
        text: What is said.
        failed: It is bad news.
        tokens: What the model has to read for it.
    """

    sender: str
    receiver: str
    text: str
    failed: bool = False
    tokens: int = 0


Note = Callable[[TraceStep], Awaitable[None]]
"""Is told of each step when it happens; the run goes on when it returns."""


async def agent_steps(
    note: Note,
    *,
    max_turns: int,
    broken: Broken = "no",
    endless: bool = False,
    new_id: NewId = new_id,
) -> None:
    """Let an agent of the Agents SDK create a task for Alice, and tell of each step.

    Args:
        note: Is told of each step.
        max_turns: How often the Runner may ask the model.
        broken: Whether the tool raises, and who hears of it.
        endless: The model never stops calling the tool.
        new_id: Where the ids of calls and messages come from.
    """
    model = ScriptedAgentModel(_script(endless=endless), float("inf"), new_id=new_id)
    agent = Agent[None]("TaskManager", model=model, tools=[_tool(note, broken)])
    await note(TraceStep("Alice", "Runner", _MESSAGE))
    run = Runner.run_streamed(agent, _MESSAGE, max_turns=max_turns, hooks=_RunRecorder(note))
    reply = ""
    try:
        async with aclosing(stream_agent_response(run)) as events:
            async for event in events:
                if event.type == "assistant_message":
                    reply += event.content
    except TooManyTurns:
        times = f"{max_turns} times" if max_turns > 1 else "once"
        text = f"I have asked my model {times}, and it never finishes. I am stopping."
        await note(TraceStep("Runner", "Alice", text, failed=True))
    except AgentError:
        text = "create_task broke. Please try again later."
        await note(TraceStep("Runner", "Alice", text, failed=True))
    else:
        await note(TraceStep("Runner", "Alice", reply))


def _script(*, endless: bool) -> Callable[[AgentPrompt], ScriptedReply]:
    def reply(prompt: AgentPrompt) -> ScriptedReply:
        done = [output for output in prompt.outputs if output.startswith("Task ")]
        if endless or (not done and len(prompt.outputs) < _MAX_EXTRA_CALLS):
            return _CALL
        return f"Done. {done[-1]}." if done else "Sorry, my tool does not work today."

    return reply


def _tool(note: Note, broken: Broken) -> Tool:
    book = TaskBook(first_id=42)

    async def create_task(title: str) -> str:
        """Create a task for the customer."""
        if broken == "no":
            task = await book.create("alice", title)
            return f"Task {task.id} is created"
        await note(TraceStep("Tool", "Runner", "raises OSError", failed=True))
        raise OSError

    if broken == "fatal":
        return function_tool(create_task, failure_error_function=None)
    return function_tool(create_task)


class _RunRecorder(RunHooks[Any]):
    """The Runner tells its hooks of all that it does."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self._asked = 0

    @override
    async def on_llm_start(
        self,
        context: RunContextWrapper[Any],
        agent: Agent[Any],
        system_prompt: str | None,
        input_items: list[TResponseInputItem],
    ) -> None:
        self._asked += 1
        last = str(dict(input_items[-1]).get("output", ""))
        text = f"all of it, and the output: {last}" if last else "what was said, and the tools"
        step = TraceStep("Runner", "Model", text, failed="error" in last)
        await self._note(replace(step, tokens=_tokens(input_items)))

    @override
    async def on_llm_end(
        self, context: RunContextWrapper[Any], agent: Agent[Any], response: ModelResponse
    ) -> None:
        for item in response.output:
            if item.type == "function_call":
                title = json.loads(item.arguments)["title"]
                await self._note(TraceStep("Model", "Runner", f'call {item.name}("{title}")'))
            elif item.type == "message":
                text = "".join(part.text for part in item.content if part.type == "output_text")
                await self._note(TraceStep("Model", "Runner", text))

    @override
    async def on_tool_start(
        self, context: RunContextWrapper[Any], agent: Agent[Any], tool: Tool
    ) -> None:
        if isinstance(context, ToolContext):
            title = json.loads(context.tool_arguments)["title"]
            await self._note(TraceStep("Runner", "Tool", f"{title}, for Alice"))

    @override
    async def on_tool_end(
        self, context: RunContextWrapper[Any], agent: Agent[Any], tool: Tool, result: object
    ) -> None:
        if str(result).startswith("Task "):
            await self._note(TraceStep("Tool", "Runner", str(result)))


def _tokens(items: list[TResponseInputItem]) -> int:
    """How much the model reads this time: everything, from the beginning."""
    texts = [
        str(dict(item).get(key, ""))
        for item in items
        for key in ("content", "name", "arguments", "output")
    ]
    return sum(len(split_tokens(text)) for text in texts)
