"""What the demo of lesson 01 plays back is what a REST API and a chat server really did."""

import pytest

from chatlab.lessons.l01_requests_and_conversations.demos.felt_speed import felt_speed
from chatlab.lessons.l01_requests_and_conversations.demos.side_by_side_run import (
    MESSAGES,
    run_every_step,
)
from chatlab.lessons.l01_requests_and_conversations.rest_api import client_for, rest_app

pytestmark = pytest.mark.anyio


def said(step):
    return "".join(text for kind, text in step.reply.events if kind == "text")


async def test_only_rest_needs_an_id():
    ask = (await run_every_step())["groceries"]["its"]

    assert (ask.without_id.path, ask.without_id.status) == ("/api/tasks/its", 404)
    assert (ask.with_id.path, ask.with_id.status) == ("/api/tasks/42", 200)
    assert said(ask) == "The priority of groceries is high."


@pytest.mark.parametrize(
    ("created", "path", "answer"),
    [
        ("", "/api/tasks/its", "Which task do you mean? You have not told me about one yet."),
        ("groceries plants", "/api/tasks/43", "The priority of the plants is normal."),
        ("plants groceries", "/api/tasks/43", "The priority of groceries is high."),
    ],
)
async def test_its_is_the_task_that_was_named_last(created, path, answer):
    ask = (await run_every_step())[created]["its"]

    assert (ask.with_id.path, said(ask)) == (path, answer)


async def test_there_is_a_step_for_everything_that_can_be_said():
    steps = await run_every_step()

    for created, found in steps.items():
        assert set(found) == set(MESSAGES) - set(created.split())
        assert {" ".join([*created.split(), name]) for name in found if name != "its"} <= set(steps)


async def test_a_conversation_keeps_the_message_what_was_done_and_the_answer():
    create = (await run_every_step())[""]["groceries"]

    assert (create.reply.before, create.reply.after) == (0, 3)
    assert create.reply.events[:2] == (
        ("working", "Creating task..."),
        ("worked", "Task created ✓"),
    )


async def test_piece_by_piece_there_is_something_to_read_long_before_the_end():
    assert (await felt_speed(4)).text.splitlines()[:2] == [
        "request/response: first words: 3.8 s",
        "streamed:         first words: 0.25 s",
    ]


@pytest.mark.parametrize("body", [{}, {"title": ""}, {"title": "  "}])
async def test_the_rest_api_refuses_a_task_without_a_title(body):
    async with client_for(rest_app()) as client:
        assert (await client.post("/api/tasks", json=body)).status_code == 422
        assert (await client.get("/api/tasks")).json() == {"tasks": []}
