"""A task server that can be made without some of its four guards (lesson 08)."""

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

Tool = Callable[["_Talking", str, RequestContext], Awaitable[str]]


class _Talking(ChatKitServer):
    """Understands five commands; four of them are put in by `task_server`."""

    def __init__(
        self, book: TaskBook, refusal: str = "Task {id} is not yours.", **more: Any
    ) -> None:
        super().__init__(**more)
        self.book = book
        self.refusal = refusal
        self.said: defaultdict[str, list[str]] = defaultdict(list)

    async def respond(
        self, thread: ThreadMetadata, input: UserMessageItem | None, context: RequestContext
    ) -> AsyncIterator[ThreadStreamEvent]:
        text = "" if input is None else input.content
        self.said[thread.id].append(text)
        try:
            answer = await self._obey(text, context)
        except NotFoundError as error:
            answer = str(error)
        yield AssistantMessage(content=answer)

    async def create(self, title: str, context: RequestContext) -> str:
        task = await self.book.create(context.user_id, title)
        return f"Created. Its ID is {task.id}."

    async def _obey(self, text: str, context: RequestContext) -> str:
        for pattern, name in _COMMANDS.items():
            if found := re.fullmatch(pattern, text.strip(), re.IGNORECASE):
                tool: Callable[[str, RequestContext], Awaitable[str]] = getattr(self, name)
                return await tool(found[1], context)
        return "Noted."


async def _recap_by_owner(self: _Talking, thread_id: str, context: RequestContext) -> str:
    thread = await self.thread(thread_id, context, limit=1000)
    return _said([item.content for item in thread.items.data if item.role == "user"])


async def _recap_by_id(self: _Talking, thread_id: str, _context: RequestContext) -> str:
    if thread_id not in self.said:
        raise NotFoundError("thread", thread_id)
    return _said(self.said[thread_id])


async def _show_by_owner(self: _Talking, task_id: str, context: RequestContext) -> str:
    return _line(await self.book.get(context.user_id, int(task_id)))


async def _show_by_id(self: _Talking, task_id: str, _context: RequestContext) -> str:
    return _line(await self.book.find(int(task_id)))


async def _list_of_asker(self: _Talking, _user_id: str, context: RequestContext) -> str:
    return _lines(await self.book.list(context.user_id))


async def _list_of_argument(self: _Talking, user_id: str, _context: RequestContext) -> str:
    return _lines(await self.book.list(user_id))


async def _complete_quietly(self: _Talking, task_id: str, context: RequestContext) -> str:
    return f"Done: {_line(await self.book.complete(context.user_id, int(task_id)))}"


async def _complete_telling(self: _Talking, task_id: str, context: RequestContext) -> str:
    task = await self.book.find(int(task_id))
    if task.user_id != context.user_id:
        return self.refusal.format(id=task.id)
    return await _complete_quietly(self, task_id, context)


_TOOLS: dict[str, tuple[str, Tool, Tool]] = {
    "thread": ("recap", _recap_by_owner, _recap_by_id),
    "task": ("show", _show_by_owner, _show_by_id),
    "argument": ("tasks_of", _list_of_asker, _list_of_argument),
    "existence": ("complete", _complete_quietly, _complete_telling),
}


def task_server(guards: Collection[str]) -> type[_Talking]:
    """A server class with these of the `GUARDS`; its name says nothing about the others."""
    tools = {
        name: guarded if guard in guards else unguarded
        for guard, (name, guarded, unguarded) in _TOOLS.items()
    }
    return cast("type[_Talking]", type("TaskServer", (_Talking,), tools))


async def ask(
    server: ChatKitServer, text: str, context: RequestContext, thread_id: str | None = None
) -> tuple[str, str]:
    """One whole turn: what reached the user as text, and the id of its thread."""
    turn = server.send(text, context, thread_id)
    said = ""
    async for event in turn:
        if isinstance(event, AssistantMessage):
            said += event.content
        elif isinstance(event, ErrorEvent):
            said += event.message
    return said, turn.thread_id


def _said(texts: list[str]) -> str:
    return "You said: " + " / ".join(texts)


def _line(task: TaskRecord) -> str:
    return f"{task.id} {task.title}"


def _lines(tasks: list[TaskRecord]) -> str:
    return "Tasks: " + (", ".join(map(_line, tasks)) or "none")
