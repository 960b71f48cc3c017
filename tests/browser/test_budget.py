"""What a long reply costs, measured on both ends of the websocket."""

from lab import Lab
from playwright.sync_api import expect
from test_chat import ROOM, ended, say

LONG = (
    "import time\nfrom chatlab.llm import split_tokens\n"
    "LINE = 'Twelve people gather little tokens before winter closes around frozen rivers. '\n"
    "class Long(Room):\n"
    "    before = 0.0\n"
    "    async def respond(self, thread, input, context):\n"
    "        self.before = time.process_time()\n"
    "        async for token in self.model.stream(''): yield AssistantMessage(content=token)\n"
    "server = Long()\n"
    "server.model = ScriptedModel(LINE * 167, tokens_per_second=250)\n"
    "chat = ChatView(server, ALICE)\nchat"
)
SPENT = (
    "spent = time.process_time() - server.before\n"
    "*_, said = chat.pane.view_model.snapshot()[:2]\n"
    "server.model = ScriptedModel(LINE * 42, tokens_per_second=250)\n"
    "async for event in server.send('Go on', ALICE): pass\n"
    "alone = (time.process_time() - server.before) * 167 / 42\n"
    "[len(split_tokens(said['text'])), len(said['text']), spent / alone,"
    " chat.pane.view_model.events[-1]['at']]"
)
"""Run for the second time, it reads a quarter of the reply again, on the same kernel, unseen."""

FRAMES_A_SECOND, ENVELOPE = 8, 700
"""A machine that is too busy for 250 tokens a second needs more frames for the same text."""

RUN_LAST = """async () => {
  const { commands, shell } = window.jupyterapp;
  shell.currentWidget.content.activeCellIndex = shell.currentWidget.content.widgets.length - 1;
  await commands.execute('notebook:run-cell');
}"""


def test_2000_tokens_cost_135_kilobytes_one_copy_and_little_more_than_the_turn_itself(
    lab: Lab,
) -> None:
    with lab.open(ROOM, LONG, SPENT) as opened:
        opened.run_all()
        expect(opened.page.locator(".chatlab-log")).to_be_visible()
        opened.watch.anew()
        say(opened, "Go on")
        ended(opened)
        expect(opened.page.locator(".chatlab-stats")).to_contain_text("first text after")
        bytes_on_the_wire = sum(map(len, [*opened.watch.received, *opened.watch.sent]))
        opened.page.evaluate(RUN_LAST)
        result = opened.page.locator(".jp-Cell").last.locator(".jp-OutputArea-output")
        tokens, letters, times_the_bare_turn, took = (
            float(number) for number in result.inner_text().strip("[]\n ").split(",")
        )
        assert (tokens, letters) == (2005, 13_026)
        late = max(0, took / 1000 - tokens / 250)
        assert bytes_on_the_wire - late * FRAMES_A_SECOND * ENVELOPE <= 135_000
        assert times_the_bare_turn <= 3
        _, pane, _ = opened.save()["cells"]
        kept = [output["data"] for output in pane["outputs"]]
        assert [list(data) for data in kept] == [
            ["application/vnd.jupyter.widget-view+json"],
            ["text/html", "text/plain"],
        ]
        assert sum(len("".join(text)) for text in kept[1].values()) < 2 * letters + 1500
        opened.behaved()
