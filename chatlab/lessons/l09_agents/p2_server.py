"""Part 09.2: a server with an agent behind it."""

from random import Random
from typing import Any

from chatlab.lessons.l09_agents.agent_harness import (
    LONG_STORY,
    cancel_runs,
    make_agent_fixture,
    missing_requirement,
    run_timed_turn,
    stop_turn,
)
from chatlab.lessons.support.random_inputs import USER_NAMES, random_messages
from chatlab.lessons.support.server_turns import make_server

__all__ = ["inputs", "missing_requirement", "observe"]


def inputs(random: Random) -> dict[str, Any]:
    """Two users, their messages, and what the model says before and after it calls its tool."""
    first_message, second_message, before, after = random_messages(random, 4)
    return {
        "messages": [first_message, second_message],
        "names": random.sample(USER_NAMES, 2),
        "before": before,
        "after": after,
    }


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Run two turns with the time of their first text; then stop a third at its first text."""
    from agents import RunContextWrapper

    from chatlab.adapters.agents import Call

    async def look_up(run: RunContextWrapper[Any]) -> str:
        return f"This is for {run.context.request_context.user_id}."

    def script(prompt: Any) -> Any:
        if prompt.outputs:
            return f"{inputs['after']} {prompt.message} {prompt.outputs[-1]}"
        return (inputs["before"], Call("look_up"))

    fixture, story_fixture = make_agent_fixture(script, look_up), make_agent_fixture(LONG_STORY)
    server, error = make_server(lambda: subject(fixture.agent))
    story_server, _ = make_server(lambda: subject(story_fixture.agent))
    if server is None or story_server is None:
        return {"unmade": error}
    turns = [
        await run_timed_turn(server, fixture.clock, message, user)
        for message, user in zip(inputs["messages"], inputs["names"], strict=True)
    ]
    stop = await stop_turn(story_server, story_fixture.model, inputs["names"][0])
    await cancel_runs()
    return {"turns": turns, "stopped": stop}
