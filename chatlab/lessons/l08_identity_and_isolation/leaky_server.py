"""A task server with or without each of its four guards, for part 08.4 and the demo."""

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from typing import Any, cast

from chatlab.context import RequestContext
from chatlab.errors import NotFoundError
from chatlab.events import AssistantMessage, ErrorEvent, ThreadStreamEvent
from chatlab.items import ThreadMetadata, UserMessageItem
from chatlab.server import ChatKitServer
from chatlab.taskbook import TaskBook, TaskRecord

__all__ = ["GUARDS", "ask", "task_server"]

GUARDS = ("thread", "task", "argument", "existence")
"""What each guard keeps safe: without it, a thread id, a task id or a user id in the message is
enough, or the answer tells whether a thing exists."""

_COMMANDS = {
    r"create a task: (.+)": "create",
    r"recap (\S+)": "recap",
    r"show task (\d+)": "show",
    r"list tasks of (\S+)": "tasks_of",
    r"complete task (\d+)": "complete",
}

Tool = Callable[["_CommandServer", str, RequestContext], Awaitable[str]]


class _CommandServer(ChatKitServer):
    """Understands the five commands of `_COMMANDS`: `create`, and four that `task_server` adds.

    `refusal` is the answer without the guard `existence`, when a task is somebody else's.
    """

    def __init__(
        self, book: TaskBook, refusal: str = "Task {id} is not yours.", **options: Any
    ) -> None:
        super().__init__(**options)
        self.book = book
        self.refusal = refusal
        self.messages_by_thread: defaultdict[str, list[str]] = defaultdict(list)

    async def respond(
        self, thread: ThreadMetadata, input: UserMessageItem | None, context: RequestContext
    ) -> AsyncIterator[ThreadStreamEvent]:
        text = "" if input is None else input.content
        self.messages_by_thread[thread.id].append(text)
        try:
            answer = await self._run_command(text, context)
        except NotFoundError as error:
            answer = str(error)
        yield AssistantMessage(content=answer)

    async def create(self, title: str, context: RequestContext) -> str:
        task = await self.book.create(context.user_id, title)
        return f"Created. Its ID is {task.id}."

    async def _run_command(self, text: str, context: RequestContext) -> str:
        """The answer to the command in the text; "Noted." if there is none in it."""
        for pattern, name in _COMMANDS.items():
            if match := re.fullmatch(pattern, text.strip(), re.IGNORECASE):
                tool: Callable[[str, RequestContext], Awaitable[str]] = getattr(self, name)
                return await tool(match[1], context)
        return "Noted."


async def _recap_by_owner(self: _CommandServer, thread_id: str, context: RequestContext) -> str:
    thread = await self.thread(thread_id, context, limit=1000)
    return _recap_text([item.content for item in thread.items.data if item.role == "user"])


async def _recap_by_id(self: _CommandServer, thread_id: str, _context: RequestContext) -> str:
    if thread_id not in self.messages_by_thread:
        raise NotFoundError("thread", thread_id)
    return _recap_text(self.messages_by_thread[thread_id])


async def _show_own_task(self: _CommandServer, task_id: str, context: RequestContext) -> str:
    return _task_text(await self.book.get(context.user_id, int(task_id)))


async def _show_by_id(self: _CommandServer, task_id: str, _context: RequestContext) -> str:
    return _task_text(await self.book.find(int(task_id)))


async def _list_for_asker(self: _CommandServer, _user_id: str, context: RequestContext) -> str:
    return _tasks_text(await self.book.list(context.user_id))


async def _list_for_argument(self: _CommandServer, user_id: str, _context: RequestContext) -> str:
    return _tasks_text(await self.book.list(user_id))


async def _complete_by_owner(self: _CommandServer, task_id: str, context: RequestContext) -> str:
    return f"Done: {_task_text(await self.book.complete(context.user_id, int(task_id)))}"


async def _complete_with_refusal(
    self: _CommandServer, task_id: str, context: RequestContext
) -> str:
    task = await self.book.find(int(task_id))
    if task.user_id != context.user_id:
        return self.refusal.format(id=task.id)
    return await _complete_by_owner(self, task_id, context)


_TOOLS: dict[str, tuple[str, Tool, Tool]] = {
    "thread": ("recap", _recap_by_owner, _recap_by_id),
    "task": ("show", _show_own_task, _show_by_id),
    "argument": ("tasks_of", _list_for_asker, _list_for_argument),
    "existence": ("complete", _complete_by_owner, _complete_with_refusal),
}


def task_server(guards: Collection[str]) -> type[_CommandServer]:
    """A server class with these of the `GUARDS`; its name is the same, whichever they are."""
    tools = {
        name: guarded if guard in guards else unguarded
        for guard, (name, guarded, unguarded) in _TOOLS.items()
    }
    return cast("type[_CommandServer]", type("TaskServer", (_CommandServer,), tools))


async def ask(
    server: ChatKitServer, text: str, context: RequestContext, thread_id: str | None = None
) -> tuple[str, str]:
    """Run one whole turn: the text of its messages and errors, and the id of its thread."""
    turn = server.send(text, context, thread_id)
    reply = ""
    async for event in turn:
        if isinstance(event, AssistantMessage):
            reply += event.content
        elif isinstance(event, ErrorEvent):
            reply += event.message
    return reply, turn.thread_id


def _recap_text(texts: list[str]) -> str:
    return "You said: " + " / ".join(texts)


def _task_text(task: TaskRecord) -> str:
    return f"{task.id} {task.title}"


def _tasks_text(tasks: list[TaskRecord]) -> str:
    return "Tasks: " + (", ".join(map(_task_text, tasks)) or "none")
