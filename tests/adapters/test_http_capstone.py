"""The capstone's TaskManager, unchanged, over a real socket: all of its scenarios.

The client knows the official protocol, and one endpoint beside it: the one that stops a reply.
"""

import asyncio
import json
from contextlib import aclosing, suppress
from random import Random

import httpx
import pytest
import uvicorn
from chatkit.server import NonStreamingResult, StreamingResult
from serving import listening
from test_chatkit_capstone import SOLUTION as CAPSTONE
from test_chatkit_capstone import Through, written_in

from chatlab.adapters.http import JWTAuthenticator, create_app
from chatlab.lessons.l10_capstone.lesson import LESSON

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def task_manager():
    return written_in(CAPSTONE, "TaskManager")


class Closing(StreamingResult):
    """Closed with its iterator."""

    def __aiter__(self):
        return self.json_events


class Apart:
    """The official server as it looks from the other end of a socket."""

    def __init__(self, inside) -> None:
        app = create_app(inside, inside.authenticate)
        self._keys = JWTAuthenticator(inside.secret, clock=inside.clock)
        self._socket = listening()
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._server.capture_signals = suppress
        self._running = None
        url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._client = httpx.AsyncClient(base_url=url, timeout=120, verify=False)

    async def process(self, request, context):
        """What `chatkit.server.ChatKitServer.process` gives, by way of HTTP."""
        if self._running is None:
            self._running = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        key = self._keys.issue(context.user_id, context.permissions)
        headers = {"Authorization": f"Bearer {key}"}
        asked = self._client.build_request("POST", "/chatkit", content=request, headers=headers)
        answer = await self._client.send(asked, stream=True)
        assert answer.status_code == 200, await answer.aread()
        if not answer.headers["content-type"].startswith("text/event-stream"):
            return NonStreamingResult(await answer.aread())
        thread_id = json.loads(request)["params"].get("thread_id")
        return Closing(self._frames(answer, thread_id, headers))

    async def _frames(self, answer, thread_id, headers):
        """The frames; whoever leaves early stops the reply."""
        over = False
        try:
            async with aclosing(answer.aiter_lines()) as lines:
                async for line in lines:
                    if line:
                        event = json.loads(line.removeprefix("data: "))
                        if event["type"] == "thread.created":
                            thread_id = event["thread"]["id"]
                        yield f"{line}\n\n".encode()
            over = True
        finally:
            await answer.aclose()
            if not over:
                stopped = await self._client.post(f"/api/threads/{thread_id}/stop", headers=headers)
                assert stopped.json() == {"stopped": 1}

    async def aclose(self):
        await self._client.aclose()
        self._server.should_exit = True
        if self._running is not None:
            await self._running
        self._socket.close()


@pytest.mark.parametrize("part", LESSON.parts, ids=lambda part: part.id)
async def test_the_task_manager_lives_through_its_scenarios_over_a_socket(task_manager, part):
    inputs = part.inputs(Random(part.id))
    served = []

    class Waiting(task_manager):
        """The very first reply of 10.4 is to be stopped: it waits after its first word."""

        waits = False

        async def respond(self, thread, input, context):
            async with aclosing(super().respond(thread, input, context)) as events:
                async for event in events:
                    yield event
                    if self.waits and event.type == "assistant_message":
                        self.waits = False
                        await asyncio.sleep(30)

    class Far(Through):
        def __init__(self, inside) -> None:
            super().__init__(inside)
            inside.waits = part.id == "10.4" and not served
            self.chat = Apart(inside)
            served.append(self.chat)

    try:
        seen = await part.observe(lambda *args: Far(Waiting(*args)), inputs)
    finally:
        for one in served:
            await one.aclose()

    findings = part.judge(inputs, seen)
    assert [finding.message for finding in findings if not finding.passed] == []
    assert sum(finding.points for finding in findings) == part.points
