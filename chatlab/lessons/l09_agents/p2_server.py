"""Part 09.2: a server with an agent behind it."""

from random import Random
from typing import Any

from chatlab.lessons.l09_agents.agent_harness import (
    LONG,
    bench,
    missing_requirement,
    runs_ended,
    seen_at_first,
    stopped,
)
from chatlab.lessons.support.dialogue import (
    NAMES,
    make_server,
    random_messages,
)

__all__ = ["inputs", "missing_requirement", "observe"]


def inputs(random: Random) -> dict[str, Any]:
    """Two people, what they say, and what the model says before and after it uses its tool."""
    message, other, before, after = random_messages(random, 4)
    return {
        "messages": [message, other],
        "names": random.sample(NAMES, 2),
        "before": before,
        "after": after,
    }


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Two turns, timed; then one that is stopped in the middle of a long story."""
    from agents import RunContextWrapper

    from chatlab.adapters.agents import Call

    async def look_up(run: RunContextWrapper[Any]) -> str:
        return f"This is for {run.context.request_context.user_id}."

    # The SDK reads a tool's annotations where the tool was defined: in this function.
    look_up.__annotations__["run"] = RunContextWrapper[Any]

    def script(prompt: Any) -> Any:
        if prompt.outputs:
            return f"{inputs['after']} {prompt.message} {prompt.outputs[-1]}"
        return (inputs["before"], Call("look_up"))

    stage, endless = bench(script, look_up), bench(LONG)
    server, why = make_server(lambda: subject(stage.agent))
    other, _ = make_server(lambda: subject(endless.agent))
    if server is None or other is None:
        return {"unmade": why}
    turns = [
        await seen_at_first(server, stage.clock, message, user)
        for message, user in zip(inputs["messages"], inputs["names"], strict=True)
    ]
    last = await stopped(other, endless.model, inputs["names"][0])
    await runs_ended()
    return {"turns": turns, "stopped": last}
