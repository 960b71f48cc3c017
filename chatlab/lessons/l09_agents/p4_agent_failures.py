"""Part 09.4: a server that survives a broken tool and a model that never stops."""

import asyncio
from random import Random
from typing import Any

from chatlab.lessons.l09_agents.agent_harness import (
    LONG_STORY,
    AgentFixture,
    cancel_runs,
    make_agent_fixture,
    missing_requirement,
    stop_turn,
)
from chatlab.lessons.support.random_inputs import USER_NAMES, random_messages
from chatlab.lessons.support.server_turns import make_server, run_turn
from chatlab.server import ChatKitServer

__all__ = ["MAX_MODEL_CALLS", "inputs", "missing_requirement", "observe"]

MAX_MODEL_CALLS = 5
"""How many times a turn may call the model."""

_RUNAWAY_CALLS = 40
"""A turn whose model was called more often is cancelled: it would never end."""


def inputs(random: Random) -> dict[str, Any]:
    """A message, the model's texts, and a secret that is in the failing tool's exception.

    `needs` is how many tool calls the healthy agent makes before it answers.
    """
    message, opening, answer = random_messages(random, 3)
    return {
        "user": random.choice(USER_NAMES),
        "message": message,
        "opening": opening,
        "answer": answer,
        "secret": f"postgres://admin:{random.randint(10**7, 10**8)}@db",
        "needs": random.randint(2, MAX_MODEL_CALLS - 1),
    }


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Run a turn of a healthy agent, of one whose tool raises, and of one that never stops.

    Then stop a turn in the middle of a long reply. `asked` counts the calls of the model, and
    `runs` how many of them began a run. `errors` are the texts of the exceptions that the adapter
    raises for the two failures.
    """
    from chatlab.adapters.agents import Call

    async def look() -> str:
        return "There is more."

    async def save() -> str:
        raise ConnectionError(inputs["secret"])

    fixtures = {
        "well": make_agent_fixture([*[Call("look")] * inputs["needs"], inputs["answer"]], look),
        "broken": make_agent_fixture([(inputs["opening"], Call("save"))], save, raise_on="save"),
        "endless": make_agent_fixture([Call("look")], look),
        "long": make_agent_fixture(LONG_STORY),
    }
    observation: dict[str, Any] = {"turns": {}, "asked": {}, "runs": {}, "errors": {}}
    for name, fixture in fixtures.items():
        server, error = make_server(lambda stage=fixture: subject(stage.agent))
        if server is None:
            return {"unmade": error}
        if name == "long":
            observation["stopped"] = await stop_turn(server, fixture.model, inputs["user"])
        else:
            turn = await _run_turn_or_cancel(server, fixture, inputs)
            prompts = fixture.model.prompts
            observation["turns"][name] = turn
            observation["asked"][name] = len(prompts)
            observation["runs"][name] = sum(prompt.input == prompts[0].input for prompt in prompts)
    for name in ("broken", "endless"):
        observation["errors"][name] = await _error_text(fixtures[name].agent)
    await cancel_runs()
    return observation


async def _run_turn_or_cancel(
    server: ChatKitServer[Any], fixture: AgentFixture, inputs: dict[str, Any]
) -> dict[str, Any]:
    """What `run_turn` gives; a record of nothing, when the model was called again and again."""
    turn = asyncio.ensure_future(run_turn(server, inputs["message"], inputs["user"]))
    while not turn.done() and len(fixture.model.prompts) <= _RUNAWAY_CALLS:  # noqa: ASYNC110 - no event says it
        await asyncio.sleep(0.001)
    if turn.done():
        return turn.result()
    turn.cancel()
    await asyncio.gather(turn, return_exceptions=True)
    return {"events": [], "saved": [], "raised": None, "state": "runaway"}


async def _error_text(agent: Any) -> str:
    """The text of the exception that ends a run of this agent."""
    from agents import Runner

    from chatlab.adapters.agents import AgentError, stream_agent_response

    try:
        run = Runner.run_streamed(agent, "Hello", max_turns=MAX_MODEL_CALLS)
        async for _ in stream_agent_response(run):
            pass
    except AgentError as error:
        return str(error)
    return ""
