"""Part 09.4: a server that survives a broken tool and a model that never stops."""

from random import Random
from typing import Any

from chatlab.lessons.l09_agents.agent_harness import (
    LONG_STORY,
    cancel_runs,
    make_agent_fixture,
    missing_requirement,
    stop_turn,
)
from chatlab.lessons.support.random_inputs import USER_NAMES, random_messages
from chatlab.lessons.support.server_turns import make_server, run_turn

__all__ = ["MAX_MODEL_CALLS", "inputs", "missing_requirement", "observe"]

MAX_MODEL_CALLS = 5
"""How many times a turn may call the model."""


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

    Then stop a turn in the middle of a long reply. `asked` counts the calls of the model.
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
    observation: dict[str, Any] = {"turns": {}, "asked": {}}
    for name, fixture in fixtures.items():
        server, error = make_server(lambda stage=fixture: subject(stage.agent))
        if server is None:
            return {"unmade": error}
        if name == "long":
            observation["stopped"] = await stop_turn(server, fixture.model, inputs["user"])
        else:
            observation["turns"][name] = await run_turn(server, inputs["message"], inputs["user"])
            observation["asked"][name] = len(fixture.model.prompts)
    await cancel_runs()
    return observation
