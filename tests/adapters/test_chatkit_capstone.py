"""The capstone's TaskManager, unchanged, through the official server: all of its scenarios.

The scenarios and their judges are the capstone's own. What they see of a turn has been through the
official protocol: `Through` sends official requests, and reads official events.
"""

from contextlib import aclosing
from pathlib import Path
from random import Random

import pytest
from official_client import Client, message

from chatlab import (
    Action,
    AssistantMessage,
    Button,
    Card,
    ChatKitServer,
    ErrorEvent,
    Row,
    Text,
    ToolStatus,
    Widget,
)
from chatlab.adapters.chatkit import as_chatkit
from chatlab.course.capstone.notebook_module import written_in
from chatlab.lessons.l10_capstone.lesson import LESSON
from chatlab.stores import IdempotencyRecord
from chatlab.turns.turn import Turn, TurnControl

pytestmark = pytest.mark.anyio

SOLUTION = Path(__file__).parents[2] / "solutions" / "10_capstone.ipynb"
OUTCOMES = {"check-circle": "completed", "lucide:circle-x": "failed"}


@pytest.fixture(scope="module")
def task_manager():
    return written_in(SOLUTION, "TaskManager")


class Through(ChatKitServer):
    """A TaskManager as somebody sees it who has only the official protocol.

    That has no field for what a tool found: `outputs` are taken from inside.
    """

    def __init__(self, inside):
        self.inside = inside
        super().__init__(inside.store, clock=inside.clock, new_id=inside.new_id)
        self.outputs = []
        inside.respond = self.listening(inside.respond)
        inside.action = self.listening(inside.action)
        self.chat = as_chatkit(inside)
        self.authenticate = inside.authenticate

    @property
    def clock(self):
        return self.inside.clock

    @clock.setter
    def clock(self, clock):
        self.inside.clock = clock

    def listening(self, method):
        """The method, with what completed tools found put into `outputs`."""

        async def heard(*args):
            async with aclosing(method(*args)) as events:
                async for event in events:
                    if event.type == "tool_status" and event.status == "completed":
                        self.outputs.append(event.output)
                    yield event

        return heard

    def respond(self, thread, input, context):
        raise AssertionError("turns go through the official server")

    def send(self, text, context, thread_id=None):
        if text is None:  # the official protocol opens no conversation without a message
            return self.inside.send(None, context)
        if thread_id is None:
            asked = {"type": "threads.create", "input": message(text)}
        else:
            said = {"thread_id": thread_id, "input": message(text)}
            asked = {"type": "threads.add_user_message"} | said
        return turn_of(Client(self.chat, context).stream(**asked), thread_id, self.outputs)

    def act(self, action, context, thread_id, item_id=None):
        clicked = {"thread_id": thread_id, "item_id": item_id, "action": action.model_dump()}
        stream = Client(self.chat, context).stream("threads.custom_action", **clicked)
        return turn_of(stream, thread_id, self.outputs)

    def retry(self, thread_id, item_id, context):
        asked = {"thread_id": thread_id, "item_id": item_id}
        stream = Client(self.chat, context).stream("threads.retry_after_item", **asked)
        return turn_of(stream, thread_id, self.outputs)


def turn_of(stream, thread_id, outputs):
    """A turn whose events come out of the official ones; complete when the thread is saved."""
    progress = TurnControl(IdempotencyRecord(thread_id=thread_id or "", item_id=""))

    async def events():
        progress.state = "running"
        try:
            async with aclosing(stream):
                async for event in stream:
                    if event.type == "thread.created":
                        progress.ids = IdempotencyRecord(thread_id=event.thread.id, item_id="")
                    ended = event.type == "thread.updated"
                    for own in understood(event, outputs):
                        yield own
            progress.state = "completed" if ended else "failed"
        finally:
            if progress.state == "running":
                progress.state = "stopped"
            progress.done.set()

    return Turn(progress, events())


def understood(event, outputs):
    """What an official event says, in the words of the capstone's judges."""
    match event.type:
        case "thread.item.updated" if event.update.type.endswith("text_delta"):
            return [AssistantMessage(content=event.update.delta, item_id=event.item_id)]
        case "thread.item.added" | "thread.item.done" if event.item.type == "workflow":
            [task] = event.item.workflow.tasks
            tool = task.title.lower().replace(" ", "_")
            over = event.type == "thread.item.done"
            status = OUTCOMES[task.icon] if over else "running"
            output = outputs.pop(0) if status == "completed" else None
            return [ToolStatus(tool=tool, status=status, detail=task.content or "", output=output)]
        case "thread.item.done" if event.item.type == "widget":
            root = drawn(event.item.widget.model_dump())
            return [Widget(root=root, item_id=event.item.id)]
        case "error":
            return [ErrorEvent(code="error", message=event.message)]
        case _:
            return []


def drawn(node):
    """An official widget in chatlab's words: of those, the TaskManager uses four."""
    match node:
        case {"type": "Card", "children": [{"type": "Title", "value": title}, *children]}:
            return Card(title=title, children=tuple(drawn(child) for child in children))
        case {"type": "Row", "children": children}:
            return Row(children=tuple(drawn(child) for child in children))
        case {"type": "Button", "label": label, "onClickAction": click}:
            action = Action(type=click["type"], payload=click["payload"])
            return Button(label=label, action=action)
        case {"type": "Markdown", "value": value}:
            return Text(value=value)


@pytest.mark.parametrize("part", LESSON.parts, ids=lambda part: part.id)
async def test_the_task_manager_lives_through_its_scenarios(task_manager, part):
    inputs = part.inputs(Random(part.id))

    seen = await part.observe(lambda *args: Through(task_manager(*args)), inputs)

    findings = part.judge(inputs, seen)
    assert [finding.message for finding in findings if not finding.passed] == []
    assert sum(finding.points for finding in findings) == part.points


async def test_the_scenarios_see_a_task_manager_that_forgets(task_manager):
    class Forgetful(task_manager):
        async def spoken_of(self, thread, context):
            return None

    part = LESSON.parts[1]
    inputs = part.inputs(Random(1))

    seen = await part.observe(lambda *args: Through(Forgetful(*args)), inputs)

    assert [finding.passed for finding in part.judge(inputs, seen)] == [False, False, False]
