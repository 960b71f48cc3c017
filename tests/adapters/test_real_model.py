"""Lesson 09 with a real model's address: the same cells, and a server that only seems to think."""

import asyncio
import json
from pathlib import Path

import pytest
from openai_server import openai_server

from chatlab import RequestContext
from chatlab.course.notebook import read, source_of
from chatlab.testing import collect

pytestmark = pytest.mark.anyio

LESSON = Path(__file__).parents[2] / "notebooks" / "09_agents.ipynb"
CALL = {"name": "create_task", "arguments": '{"title": "buy oat milk"}'}


def chunk(delta, finish=None):
    """One piece of a chat completion."""
    choice = {"index": 0, "delta": {"role": "assistant"} | delta, "finish_reason": finish}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "local",
        "choices": [choice],
    }


def said(asked):
    """A call when nothing was done yet; after that, what the tool gave back, in two pieces."""
    last = asked["messages"][-1]
    if last["role"] != "tool":
        call = {"index": 0, "id": "call_1", "type": "function", "function": CALL}
        return [chunk({"tool_calls": [call]}), chunk({}, "tool_calls")]
    return [chunk({"content": "Yes: "}), chunk({"content": last["content"]}), chunk({}, "stop")]


class ChatCompletions:
    """A few lines of an OpenAI-compatible server."""

    def __init__(self):
        self.asked = []

    async def answer(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length:")[2].split()[0])
        asked = json.loads(await reader.readexactly(length))
        self.asked.append((head.split()[1], asked))
        lines = [f"data: {json.dumps(one)}\n\n" for one in said(asked)]
        page = "".join([*lines, "data: [DONE]\n\n"]).encode()
        start = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n"
        writer.write(f"{start}content-length: {len(page)}\r\n\r\n".encode() + page)
        await writer.drain()
        writer.close()


def cells_until(last):
    """The lesson's cells from its tool to its chat, without what only draws."""
    sources = {cell["id"]: source_of(cell) for cell in read(LESSON)["cells"]}
    wanted = ["09-tool", "09-agent", last]
    return "\n".join(
        line
        for name in wanted
        for line in sources[name].splitlines()
        if not line.startswith(("await show", "Console("))
    )


async def test_the_lessons_cells_talk_to_the_server_that_the_environment_names(monkeypatch):
    model = ChatCompletions()
    server = await asyncio.start_server(model.answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{port}/v1")
    monkeypatch.setenv("OPENAI_DEFAULT_MODEL", "local")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    lesson = {"__name__": "lesson"}
    exec(compile(cells_until("09-chat"), str(LESSON), "exec"), lesson)

    async with server:
        events = await collect(
            lesson["server"].send("Oat milk, please", RequestContext(user_id="bob"))
        )

    tools = [(one.tool, one.status) for one in events if one.type == "tool_status"]
    pieces = [one.content for one in events if one.type == "assistant_message"]
    assert tools == [("create_task", "running"), ("create_task", "completed")]
    assert "".join(pieces) == "Yes: Task 42 is created"
    assert [one.title for one in await lesson["book"].list("bob")] == ["buy oat milk"]
    paths, asked = zip(*model.asked, strict=True)
    assert paths == ("/v1/chat/completions",) * 2
    assert {one["model"] for one in asked} == {"local"}
    assert [one["role"] for one in asked[-1]["messages"]] == ["system", "user", "assistant", "tool"]


async def test_the_lessons_server_says_in_one_sentence_what_is_wrong_with_the_key(monkeypatch):
    lesson = {"__name__": "lesson"}
    with openai_server() as endpoint:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
        monkeypatch.setenv("OPENAI_DEFAULT_MODEL", "bad-key")
        exec(compile(cells_until("09-chat"), str(LESSON), "exec"), lesson)
        events = await collect(lesson["server"].send("Hello", RequestContext(user_id="bob")))

    assert events[-1].message == (
        "The agent could not finish: 127.0.0.1 refuses the key (401): set OPENAI_API_KEY to one"
        " that is good there."
    )
