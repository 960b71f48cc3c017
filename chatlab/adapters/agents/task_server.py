"""A TaskManager whose answers a model writes, with the tasks' tools in its hands (lesson 09)."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from agents import Agent, RunContextWrapper, Runner, function_tool
from agents.models.interface import Model
from agents.tool import Tool
from typing_extensions import override

from chatlab.adapters.agents import ToolFailure, stream_agent_response, to_agent_input
from chatlab.context import RequestContext
from chatlab.errors import ChatlabError, NotFoundError
from chatlab.events import AssistantMessage, RespondEvent, ToolStatus, Widget
from chatlab.items import (
    Action,
    Button,
    Card,
    Row,
    Text,
    ThreadMetadata,
    UserMessageItem,
    WidgetItem,
)
from chatlab.server import ChatKitServer
from chatlab.taskbook import Priority, TaskBook, TaskRecord

__all__ = ["AgentTaskManager"]

_MAY_DELETE = "tasks:delete"
_JOB = (
    "You keep the customer's tasks. Use your tools for everything about tasks; never make up a"
    " task or a number. Answer briefly, in the customer's language. A task is deleted when the"
    " customer has confirmed it on the card that delete_task shows."
)


@dataclass
class _Run:
    """What a run hands to its tools: who is asking, and the tasks that are to be confirmed."""

    context: RequestContext
    book: TaskBook
    to_delete: list[TaskRecord] = field(default_factory=list[TaskRecord])

    @property
    def user_id(self) -> str:
        return self.context.user_id


class AgentTaskManager(ChatKitServer):
    """Lets an agent answer, with the tools of a `TaskBook`.

    The model never says whose tasks they are, and never deletes one: it may show a card, and the
    customer's click deletes.

    Args:
        book: Where the tasks are.
        model: What an `Agent` takes; see `model_from_env` and `named_model`.
        greeting: What is said when a conversation is opened.
        options: As `ChatKitServer`'s.
    """

    def __init__(self, book: TaskBook, model: Model, greeting: str = "", **options: Any) -> None:
        super().__init__(**options)
        self.book = book
        self.greeting = greeting
        self.agent: Agent[_Run] = Agent(
            "TaskManager", instructions=_JOB, model=model, tools=list(_TOOLS)
        )

    @override
    async def respond(
        self, thread: ThreadMetadata, input: UserMessageItem | None, context: RequestContext
    ) -> AsyncGenerator[RespondEvent]:
        """The agent's answer; nothing is asked of the model before somebody has said something."""
        if input is None:
            if self.greeting and not thread.history:
                yield AssistantMessage(content=self.greeting)
            return
        run = _Run(context, self.book)
        items = to_agent_input([*thread.history, input])
        result = Runner.run_streamed(self.agent, items, context=run)
        async with aclosing(stream_agent_response(result)) as events:
            async for event in events:
                yield event
        for task in run.to_delete:
            yield Widget(root=_confirmation(task))

    @override
    async def action(
        self,
        thread: ThreadMetadata,
        action: Action,
        sender: WidgetItem | None,
        context: RequestContext,
    ) -> AsyncGenerator[RespondEvent]:
        """A click on a card: the task is deleted, or kept."""
        id = action.payload.get("id")
        wanted = action.type == "delete_task" and isinstance(id, int)
        if wanted:
            context.require(_MAY_DELETE)
        if sender is not None:
            question = Text(value=sender.content.partition("\n")[0])
            yield Widget(item_id=sender.id, root=question)
        if not wanted or not isinstance(id, int):
            yield AssistantMessage(content="Nothing was deleted.")
            return
        yield ToolStatus(tool="delete_task", status="running", arguments={"task_id": id})
        try:
            task = await self.book.delete(context.user_id, id)
        except NotFoundError as error:
            yield ToolStatus(tool="delete_task", status="failed", detail=str(error))
            return
        output = _shown(task)
        yield ToolStatus(tool="delete_task", status="completed", detail="Done ✓", output=output)
        yield AssistantMessage(content=f'"{task.title}" is deleted.')


def _confirmation(task: TaskRecord) -> Card:
    yes = Button(label="Delete", action=Action(type="delete_task", payload={"id": task.id}))
    no = Button(label="Keep", action=Action(type="keep_task"))
    return Card(title=f'Delete "{task.title}"?', children=(Row(children=(yes, no)),))


def _shown(task: TaskRecord) -> dict[str, Any]:
    """A task as the model reads it: whose it is, is nobody's business there."""
    return task.model_dump(exclude={"user_id"})


def _told(_: RunContextWrapper[Any], error: Exception) -> str:
    """What the model reads of an error; what only a log should hold ends the run instead."""
    if isinstance(error, ChatlabError):
        return ToolFailure(error)
    raise error


@function_tool(failure_error_function=_told)
async def create_task(
    run: RunContextWrapper[_Run], title: str, priority: Priority = "normal"
) -> dict[str, Any]:
    """Create a task for the customer."""
    task = await run.context.book.create(run.context.user_id, title, priority)
    return _shown(task)


@function_tool(failure_error_function=_told)
async def list_tasks(run: RunContextWrapper[_Run]) -> list[dict[str, Any]]:
    """List all tasks of the customer."""
    return [_shown(task) for task in await run.context.book.list(run.context.user_id)]


@function_tool(failure_error_function=_told)
async def get_task(run: RunContextWrapper[_Run], task_id: int) -> dict[str, Any]:
    """Look one task up by its number."""
    return _shown(await run.context.book.get(run.context.user_id, task_id))


@function_tool(failure_error_function=_told)
async def complete_task(run: RunContextWrapper[_Run], task_id: int) -> dict[str, Any]:
    """Mark a task as done."""
    return _shown(await run.context.book.complete(run.context.user_id, task_id))


@function_tool(failure_error_function=_told)
async def set_priority(
    run: RunContextWrapper[_Run], task_id: int, priority: Priority
) -> dict[str, Any]:
    """Change how urgent a task is."""
    task = await run.context.book.set_priority(run.context.user_id, task_id, priority)
    return _shown(task)


@function_tool(failure_error_function=_told)
async def delete_task(run: RunContextWrapper[_Run], task_id: int) -> str:
    """Show the customer a card that asks whether the task is to be deleted. It deletes nothing."""
    run.context.context.require(_MAY_DELETE)
    task = await run.context.book.get(run.context.user_id, task_id)
    run.context.to_delete.append(task)
    return "The card is shown under your answer. The task is still there: ask to confirm."


_TOOLS: tuple[Tool, ...] = (
    *(create_task, list_tasks, get_task, complete_task, set_priority, delete_task),
)
