"""What the runtime costs, beside its peers, as one table.

    uv run --group benchmark python -m tests.benchmarks [words of a row]

Each round runs our work and the peer's, one right after the other, so that what else goes on hits
both: a ratio is what to read, with its spread. The table is written to test-output/benchmarks.json,
too. How notebooks are graded is measured apart, by tests.benchmarks.grading, and how soon a page
shows a token, by tests.benchmarks.browser.
"""

import asyncio
import json
import logging
import statistics
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.rows import Row, make_rows

OUT = Path(__file__).parents[2] / "test-output" / "benchmarks.json"


async def measure(row: Row) -> list[float]:
    """The ratio of each round; which of the two goes first changes from round to round."""
    await row.ours()
    await row.peer()
    ratios = []
    for number in range(row.rounds):
        if number % 2:
            peer, ours = await row.peer(), await row.ours()
        else:
            ours, peer = await row.ours(), await row.peer()
        ratios.append(ours / peer)
    return ratios


async def main(words: str) -> None:
    console, data = Console(width=120), {}
    table = Table("work", "in times of", "ratio", "from", "to", "goal", title="CPU, in pairs")
    with tempfile.TemporaryDirectory() as folder, console.status("making ready") as status:
        async with AsyncExitStack() as stack:
            async for row in make_rows(Path(folder), stack):
                if words not in row.name:
                    continue
                status.update(row.name)
                ratios = await measure(row)
                middle, low, high = statistics.median(ratios), min(ratios), max(ratios)
                met = "met" if middle <= row.goal else "missed"
                cells = [f"{one:.3g}" for one in (middle, low, high)]
                table.add_row(row.name, row.peer_name, *cells, f"{row.goal:g}: {met}")
                data[f"{row.name} / {row.peer_name}"] = {"goal": row.goal, "ratios": ratios}
    console.print(table)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(data, indent=1))
    console.print(f"Written to {OUT}")


if __name__ == "__main__":
    logging.disable(logging.INFO)
    asyncio.run(main(" ".join(sys.argv[1:])))
