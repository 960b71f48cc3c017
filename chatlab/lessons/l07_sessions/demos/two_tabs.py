"""Two tabs on one thread, with a lock and without (lesson 07)."""

import asyncio
import html
from collections import defaultdict
from typing import Any

from chatlab.widgets.display import FALLBACK_HTML, display_live
from chatlab.widgets.live_demo import demo_widget

__all__ = ["two_tabs"]


async def two_tabs(first: str, second: str) -> None:
    """Send both messages at once to one thread, without a lock and with one, and show it.

    Args:
        first: What tab 1 sends.
        second: What tab 2 sends.
    """
    scene = {
        "without": await _run_tabs(first, second, locked=False),
        "with": await _run_tabs(first, second, locked=True),
    }
    display_live(demo_widget(__file__, scene=scene), _fallback(scene))


async def _run_tabs(first: str, second: str, *, locked: bool) -> list[dict[str, Any]]:
    """What really happened, step by step: which tab, who spoke, what was said."""
    items: list[tuple[str, str]] = []
    steps: list[dict[str, Any]] = []
    locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def note(tab: str, who: str, text: str) -> None:
        steps.append({"tab": tab, "who": who, "text": text, "items": [list(i) for i in items]})

    async def turn(tab: str, message: str) -> None:
        items.append(("user", message))
        note(tab, "user", message)
        for _ in range(3):
            await asyncio.sleep(0)
        newest = next(text for role, text in reversed(items) if role == "user")
        items.append(("assistant", f"Done: {newest}"))
        note(tab, "assistant", f"Done: {newest}")

    async def send(tab: str, message: str) -> None:
        lock = locks["thr_1"]
        if locked and lock.locked():
            note(tab, "waits", f"{message} (waits)")
        if not locked:
            await turn(tab, message)
            return
        async with lock:
            await turn(tab, message)

    await asyncio.gather(send("tab 1", first), send("tab 2", second))
    return steps


def _fallback(scene: dict[str, Any]) -> dict[str, str]:
    lines: list[str] = []
    rows = ""
    for title, steps in (("without a lock", scene["without"]), ("with a lock", scene["with"])):
        lines.append(f"{title}:")
        lines += [f"  {step['tab']}  {step['who']:9}  {step['text']}" for step in steps]
        rows += f'<tr><th scope="rowgroup" colspan="3">{title}</th></tr>' + "".join(
            f"<tr><td>{step['tab']}</td><td>{step['who']}</td>"
            f'<td style="text-align:left">{html.escape(step["text"])}</td></tr>'
            for step in steps
        )
    return {
        "text/plain": "\n".join(lines),
        "text/html": f"{FALLBACK_HTML}<table><tbody>{rows}</tbody></table></div>",
    }
