"""Part 01.3: the lines of two recordings that the learner picked as proof of four aspects."""

from random import Random
from typing import Any, cast

from chatlab.course.todo import TODO, NotStarted

__all__ = ["ASPECTS", "inputs", "observe"]

ASPECTS = {
    "pattern": "Pattern asks: what comes back for one message, and in how many pieces?",
    "state": "State asks: between two messages, what does the server keep of what was said?",
    "context": "Context asks: when a message comes, what does the server know of those before?",
    "lifecycle": "Lifecycle asks: when is it over?",
}


def inputs(random: Random) -> dict[str, Any]:
    """Nothing is random: the recordings are in the notebook."""
    return {}


async def observe(evidence: Any, inputs: dict[str, Any]) -> Any:
    """The learner's dictionary as it is: aspect to a pair of letters.

    Raises:
        NotStarted: No line has been picked yet.
    """
    if isinstance(evidence, dict):
        rows = [row for name, row in cast("dict[str, Any]", evidence).items() if name in ASPECTS]
        picks = [pick for row in rows if isinstance(row, list | tuple) for pick in row]
        if picks and all(pick is TODO for pick in picks):
            raise NotStarted
    return evidence
