"""The same three messages, sent to a real REST API and to a real chat server (lesson 01)."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import httpx

from chatlab.clock import Clock
from chatlab.context import RequestContext
from chatlab.events import AssistantMessage, ThreadStreamEvent, ToolStatus
from chatlab.items import ThreadMetadata, ToolItem, UserMessageItem
from chatlab.lessons.l01_requests_and_conversations.rest_api import client_for, rest_app
from chatlab.llm import ScriptedModel
from chatlab.server import ChatKitServer
from chatlab.taskbook import Priority, TaskBook
from chatlab.testing import FixedClock

__all__ = ["MESSAGES", "ChatReply", "RestExchange", "Step", "TaskChat", "run_every_step"]

FIRST_ID = 42

MESSAGES = {
    "groceries": "Create a task for groceries. It is urgent!",
    "plants": "Create a task for the plants",
    "its": "What's its priority?",
}
"""What Alice can say, under a short name."""

_TASKS: dict[str, tuple[str, Priority]] = {
    "groceries": ("groceries", "high"),
    "plants": ("the plants", "normal"),
}
_ALICE = RequestContext(user_id="alice")


@dataclass(frozen=True)
class RestExchange:
    """One request and its response; `tasks` is how many the server holds afterwards."""

    method: str
    path: str
    body: str
    status: int
    reason: str
    answer: str
    tasks: int


@dataclass(frozen=True)
class ChatReply:
    """One turn: its events as (kind, text), what was known before it, and what is afterwards."""

    events: tuple[tuple[str, str], ...]
    before: int
    after: int


@dataclass(frozen=True)
class Step:
    """A message sent to both sides; over REST, by a client with the id and by one without."""

    message: str
    without_id: RestExchange
    with_id: RestExchange
    reply: ChatReply


class TaskChat(ChatKitServer):
    """Creates tasks, and knows which one "its" means."""

    def __init__(self, clock: Clock, tokens_per_second: float = 10) -> None:
        super().__init__(clock=clock)
        self._book = TaskBook(FIRST_ID)
        self._pace = tokens_per_second

    async def respond(
        self, thread: ThreadMetadata, input: UserMessageItem | None, context: RequestContext
    ) -> AsyncIterator[ThreadStreamEvent]:
        """Say what was done, or look back for the task that is meant."""
        text = "" if input is None else input.content
        if found := re.match(r"Create a task for ([^.]+)", text):
            urgent: Priority = "high" if "urgent" in text else "normal"
            yield ToolStatus(tool="create_task", status="running", detail="Creating task...")
            task = await self._book.create(context.user_id, found[1], urgent)
            yield ToolStatus(
                tool="create_task", status="completed", detail="Task created ✓", output=task.id
            )
            answer = f"Done: {task.title}, with ID {task.id}."
        else:
            answer = await self._about_the_last_one(thread, context)
        async for piece in ScriptedModel(answer, self._pace, clock=self.clock).stream(text):
            yield AssistantMessage(content=piece)

    async def _about_the_last_one(self, thread: ThreadMetadata, context: RequestContext) -> str:
        ids = [item.output for item in thread.history if isinstance(item, ToolItem)]
        if not ids:
            return "Which task do you mean? You have not told me about one yet."
        task = await self._book.get(context.user_id, ids[-1])
        return f"The priority of {task.title} is {task.priority}."


class _Sides:
    """One client of each kind, and what they have done so far."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._chat = TaskChat(FixedClock())
        self._thread_id: str | None = None
        self._known = 0
        self._id: object = "its"

    async def say(self, name: str) -> Step:
        """Send the message to both."""
        if name in _TASKS:
            title, priority = _TASKS[name]
            body = {"title": title, "priority": priority}
            created = await self._exchange("POST", "/api/tasks", body)
            return Step(name, created, created, await self._reply(name))
        without = await self._exchange("GET", "/api/tasks/its")
        with_id = await self._exchange("GET", f"/api/tasks/{self._id}")
        return Step(name, without, with_id, await self._reply(name))

    async def _exchange(
        self, method: str, path: str, body: dict[str, str] | None = None
    ) -> RestExchange:
        response = await self._client.request(method, path, json=body)
        if method == "POST":
            self._id = response.json()["id"]
        tasks = len((await self._client.get("/api/tasks")).json()["tasks"])
        sent = response.request.content.decode()
        status, reason = response.status_code, response.reason_phrase
        return RestExchange(method, path, sent, status, reason, response.text, tasks)

    async def _reply(self, name: str) -> ChatReply:
        turn = self._chat.send(MESSAGES[name], _ALICE, self._thread_id)
        events = tuple([shown async for event in turn if (shown := _shown_event(event))])
        self._thread_id = turn.thread_id
        items = (await self._chat.thread(turn.thread_id, _ALICE)).items.data
        before, self._known = self._known, len(items)
        return ChatReply(events, before, self._known)


def _shown_event(event: ThreadStreamEvent) -> tuple[str, str] | None:
    match event:
        case ToolStatus(status="running"):
            return "working", event.detail
        case ToolStatus():
            return "worked", event.detail
        case AssistantMessage():
            return "text", event.content
        case _:
            return None


async def run_every_step() -> dict[str, dict[str, Step]]:
    """Everything that can happen, as it really did.

    Returns:
        For what was created so far, in order (`""`, `"groceries"`, `"groceries plants"`, ...):
        each message that can be sent then, and what came of it.
    """
    names = tuple(_TASKS)
    orders = [order for length in range(len(names) + 1) for order in permutations(names, length)]
    return {" ".join(order): await _steps_after(order) for order in orders}


async def _steps_after(created: tuple[str, ...]) -> dict[str, Step]:
    found: dict[str, Step] = {}
    for name in MESSAGES:
        if name in created:
            continue
        async with client_for(rest_app(FIRST_ID)) as client:
            sides: Any = _Sides(client)
            for earlier in created:
                await sides.say(earlier)
            found[name] = await sides.say(name)
    return found
