"""The demo of lesson 09: the arrows are what the Agents SDK did, and the runaway stops."""

import asyncio

import pytest

from chatlab.lessons.l09_agents.demos.back_and_forth import _AgentDemo, _fallback
from chatlab.lessons.l09_agents.demos.back_and_forth_run import agent_steps
from chatlab.testing import CountingIds, FixedClock

pytestmark = pytest.mark.anyio

ENOUGH = "I have asked my model {} times, and it never finishes. I am stopping."
BROKE = "create_task broke. Please try again later."
SORRY = "Sorry, my tool does not work today."


async def steps_of(**settings):
    steps = []

    async def note(step):
        steps.append(step)

    await agent_steps(note, new_id=CountingIds(), **settings)
    return steps


async def test_every_step_of_a_good_run_is_an_arrow():
    steps = await steps_of(max_turns=5)

    assert [(one.sender, one.receiver, one.text) for one in steps] == [
        ("Alice", "Runner", "Create a task: buy milk"),
        ("Runner", "Model", "what was said, and the tools"),
        ("Model", "Runner", 'call create_task("buy milk")'),
        ("Runner", "Tool", "buy milk, for Alice"),
        ("Tool", "Runner", "Task 42 is created"),
        ("Runner", "Model", "all of it, and the output: Task 42 is created"),
        ("Model", "Runner", "Done. Task 42 is created."),
        ("Runner", "Alice", "Done. Task 42 is created."),
    ]
    assert not any(one.failed for one in steps)


@pytest.mark.parametrize(
    ("settings", "asked", "created", "end"),
    [
        ({"max_turns": 2}, 2, 1, "Done. Task 42 is created."),
        ({"max_turns": 7, "endless": True}, 7, 7, ENOUGH.format(7)),
        ({"max_turns": 5, "broken": "told"}, 3, 0, SORRY),
        ({"max_turns": 2, "broken": "told"}, 2, 0, ENOUGH.format(2)),
        ({"max_turns": 4, "broken": "told", "endless": True}, 4, 0, ENOUGH.format(4)),
        ({"max_turns": 5, "broken": "fatal"}, 1, 0, BROKE),
        ({"max_turns": 1, "broken": "fatal", "endless": True}, 1, 0, BROKE),
    ],
)
async def test_a_run_ends_however_bad_its_day_is(settings, asked, created, end):
    steps = await steps_of(**settings)

    questions = [one for one in steps if one.receiver == "Model"]
    outputs = [one for one in steps if one.sender == "Tool" and not one.failed]
    assert (len(questions), len(outputs), steps[-1].text) == (asked, created, end)
    assert steps[-1].failed == (end not in {SORRY, "Done. Task 42 is created."})
    read = [one.tokens for one in questions]
    assert read == sorted(set(read)), "each question holds all that was said before"


async def test_the_still_copy_is_the_same_each_time_and_tells_of_all_ends():
    copy = await _fallback(agent_steps)

    assert copy == await _fallback(agent_steps)
    assert all(end in copy["text/plain"] for end in (ENOUGH.format(5), BROKE, SORRY))


async def test_the_browser_can_ask_and_stop_and_ask_again():
    rehearsal = _AgentDemo(agent_steps, FixedClock())
    before = asyncio.all_tasks()

    def stop_at_the_fourth_arrow(change):
        if len(change["new"]["steps"]) == 4 and change["new"]["state"] == "running":
            rehearsal.on_message({"type": "stop"})

    rehearsal.widget.observe(stop_at_the_fourth_arrow, "frame")
    rehearsal.on_message({"type": "ask", "max_turns": 9, "broken": "no", "endless": True})
    rehearsal.on_message({"type": "ask", "max_turns": 1, "broken": "no", "endless": True})
    await rehearsal.task

    frame = rehearsal.widget.frame
    assert (frame["run"], frame["state"], frame["asked"], frame["created"]) == (1, "stopped", 1, 0)
    assert asyncio.all_tasks() == before

    rehearsal.widget.unobserve_all()
    rehearsal.on_message({"type": "ask", "max_turns": 99, "broken": "no", "endless": True})
    await rehearsal.task

    frame = rehearsal.widget.frame
    assert (frame["run"], frame["state"], frame["asked"]) == (2, "over", 10)
    assert frame["steps"][-1][2] == ENOUGH.format(10)
