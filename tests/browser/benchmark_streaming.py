"""What 2,000 tokens at 250 a second cost: this pane, `widgets.HTML`, and Panel's ChatFeed.

    uv run --group benchmark python tests/browser/benchmark_streaming.py [rounds]

In each round every way has its turn, in one JupyterLab and one browser, so that the ratios are of
neighbours. An idle page of the same length is measured too: its long tasks are JupyterLab's own.
"""

import json
import shutil
import statistics
import sys
from dataclasses import dataclass

from lab import IDLE, Lab, jupyterlab
from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.table import Table

MODEL = (
    "import time\nfrom chatlab.llm import ScriptedModel, split_tokens\n"
    "LINE = 'Twelve people gather little tokens before winter closes around frozen rivers. '\n"
    "model = ScriptedModel(LINE * 167, tokens_per_second=250)\n"
)
OURS = (
    "from room_servers import *\nfrom chatlab.widgets import ChatView\n"
    "class Long(Room):\n"
    "    async def respond(self, thread, input, context):\n"
    "        async for token in model.stream(''): yield AssistantMessage(content=token)\n"
    "chat = ChatView(Long(), ALICE)\nchat"
)
HTML = "import ipywidgets\nshown = ipywidgets.HTML()\nshown"
LOAD_PANEL = "import panel\npanel.extension(inline=True)"
PANEL = "feed = panel.chat.ChatFeed()\nfeed"
SAY = {
    "idle": "import asyncio; await asyncio.sleep(8)",
    "chatlab": "await chat.say('Go on')",
    "widgets.HTML": (
        "text = ''\nasync for token in model.stream(''):\n    text += token\n    shown.value = text"
    ),
    "Panel ChatFeed": (
        "message = None\nasync for token in model.stream(''):\n"
        "    message = feed.stream(token, user='Assistant', message=message)"
    ),
}
SHOW = {"idle": "0", "chatlab": OURS, "widgets.HTML": HTML, "Panel ChatFeed": PANEL}
NOTE_LONG_TASKS = """() => {
  window.longTasks = [];
  new PerformanceObserver((list) => window.longTasks.push(...list.getEntries()
    .map((entry) => entry.duration))).observe({ type: 'longtask' });
}"""
RUN_NEXT = """async (index) => {
  const { commands, shell } = window.jupyterapp;
  shell.currentWidget.content.activeCellIndex = index;
  await commands.execute('notebook:run-cell');
}"""


@dataclass
class Cost:
    """What one reply cost."""

    sent: int
    cpu: float
    seconds: float
    tasks: list[float]
    saved: int


def measured(lab: Lab, way: str) -> Cost:
    """One reply in a notebook of its own, in a page of its own."""
    timed = (
        "cpu, began = time.process_time(), time.monotonic()\n"
        f"{SAY[way]}\nprint(time.process_time() - cpu, time.monotonic() - began)"
    )
    prepared = MODEL + (LOAD_PANEL if way == "Panel ChatFeed" else "")
    with lab.visit(lab.written(prepared, SHOW[way], timed)) as opened:
        page = opened.page
        for cell in (0, 1):
            page.evaluate(RUN_NEXT, cell)
        page.wait_for_function(IDLE)
        page.wait_for_timeout(2000)  # what the page does to show an empty chat is no reply's cost
        page.evaluate(NOTE_LONG_TASKS)
        opened.watch.anew()
        page.set_default_timeout(180_000)
        page.evaluate(RUN_NEXT, 2)
        if way != "idle":
            page.get_by_text("frozen rivers").last.wait_for(state="attached")
        page.wait_for_timeout(500)
        sent = sum(map(len, [*opened.watch.received, *opened.watch.sent]))
        tasks = page.evaluate("() => window.longTasks")
        cells = opened.save()["cells"]
        spent = "".join(cells[2]["outputs"][-1]["text"]).split()
        return Cost(sent, float(spent[0]), float(spent[1]), tasks, len(json.dumps(cells)))


def table_of(costs: dict[str, list[Cost]]) -> Table:
    """Medians, and each way's bytes and CPU as a multiple of the pane's in the same round."""
    table = Table(
        "", "bytes", "a token", "x", "kernel CPU", "x", "took", "tasks > 50 ms", "notebook"
    )
    for way, found in costs.items():
        pairs = list(zip(found, costs["chatlab"], strict=True))
        tasks = [task for cost in found for task in cost.tasks]
        sent = statistics.median(cost.sent for cost in found)
        table.add_row(
            way,
            f"{sent / 1000:,.0f} kB",
            f"{sent / 2000:,.0f}",
            f"{statistics.median(cost.sent / ours.sent for cost, ours in pairs):.1f}",
            f"{statistics.median(cost.cpu for cost in found):.2f} s",
            f"{statistics.median(cost.cpu / ours.cpu for cost, ours in pairs):.1f}",
            f"{statistics.median(cost.seconds for cost in found):.1f} s",
            f"{len(tasks) / len(found):.1f} (worst {max(tasks, default=0):.0f} ms)",
            f"{statistics.median(cost.saved for cost in found) / 1000:,.0f} kB",
        )
    return table


def main() -> None:
    """Measure every way, round after round, and print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    costs: dict[str, list[Cost]] = {way: [] for way in SAY}
    with jupyterlab() as (url, folder), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        )
        lab = Lab(url, folder, browser)
        for _ in range(rounds):
            for way, found in costs.items():
                found.append(measured(lab, way))
    Console(width=140).print(table_of(costs))


if __name__ == "__main__":
    main()
