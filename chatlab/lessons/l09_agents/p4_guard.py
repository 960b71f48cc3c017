"""Part 09.4: a server that survives a broken tool and a model that never stops."""

from random import Random
from typing import Any

from chatlab.lessons.l09_agents.agent_harness import (
    LONG,
    bench,
    missing_requirement,
    runs_ended,
    stopped,
)
from chatlab.lessons.support.dialogue import (
    NAMES,
    make_server,
    random_messages,
    run_turn,
)

__all__ = ["MOST", "inputs", "missing_requirement", "observe"]

MOST = 5
"""How often the model may be asked in one turn."""


def inputs(random: Random) -> dict[str, Any]:
    """What is said, what the model begins with, and a secret that the broken tool gives away."""
    message, opening, answer = random_messages(random, 3)
    return {
        "user": random.choice(NAMES),
        "message": message,
        "opening": opening,
        "answer": answer,
        "secret": f"postgres://admin:{random.randint(10**7, 10**8)}@db",
        "needs": random.randint(2, MOST - 1),
    }


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Four agents: one that is well, one whose tool raises, one that never stops, and a stop."""
    from chatlab.adapters.agents import Call

    async def look() -> str:
        return "There is more."

    async def save() -> str:
        raise ConnectionError(inputs["secret"])

    stages = {
        "well": bench([*[Call("look")] * inputs["needs"], inputs["answer"]], look),
        "broken": bench([(inputs["opening"], Call("save"))], save, raise_on="save"),
        "endless": bench([Call("look")], look),
        "long": bench(LONG),
    }
    seen: dict[str, Any] = {"turns": {}, "asked": {}}
    for name, stage in stages.items():
        server, why = make_server(lambda stage=stage: subject(stage.agent))
        if server is None:
            return {"unmade": why}
        if name == "long":
            seen["stopped"] = await stopped(server, stage.model, inputs["user"])
        else:
            seen["turns"][name] = await run_turn(server, inputs["message"], inputs["user"])
            seen["asked"][name] = len(stage.model.prompts)
    await runs_ended()
    return seen
