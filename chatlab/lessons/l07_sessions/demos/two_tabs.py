"""Two tabs on one thread, with a lock and without; and a clock for their sessions (lesson 07)."""

import asyncio
import html
from collections import defaultdict
from datetime import timedelta
from typing import Any

from chatlab.errors import SessionError
from chatlab.sessions import MemorySessionStore, Sessions
from chatlab.testing import CountingIds, FixedClock
from chatlab.widgets.display import FALLBACK_HTML, display_live
from chatlab.widgets.live_demo import demo_widget

__all__ = ["two_tabs"]

_TIME_OUT = timedelta(minutes=30)
_USE_MINUTES = {"tab 1": (0, 20, 40), "tab 2": (0,)}
_LAST_MINUTE = 90


async def two_tabs(first: str, second: str) -> None:
    """Send both messages at once to one thread, without a lock and with one, and show it.

    Args:
        first: What tab 1 sends.
        second: What tab 2 sends.
    """
    scene = {
        "without": await _run_tabs(first, second, locked=False),
        "with": await _run_tabs(first, second, locked=True),
        "hours": await _session_minutes(),
        "last": _LAST_MINUTE,
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


async def _session_minutes() -> list[dict[str, Any]]:
    """Minute by minute, what real sessions answer; each minute in a world of its own."""
    return [await _sessions_at(minute) for minute in range(_LAST_MINUTE + 1)]


async def _sessions_at(minute: int) -> dict[str, Any]:
    clock = FixedClock()
    sessions = Sessions(MemorySessionStore(), clock, _TIME_OUT, new_id=CountingIds())
    keys = {tab: await sessions.create("alice") for tab in _USE_MINUTES}
    until: dict[str, str] = {}
    for now in range(minute + 1):
        for tab in (tab for tab, uses in _USE_MINUTES.items() if now in uses):
            context = await sessions.resume(keys[tab])
            if context.session is not None:
                until[tab] = context.session.expires_at.strftime("%H:%M")
        if now < minute:
            clock.advance(60)
    over = await sessions.clean_up()
    tabs: dict[str, dict[str, Any]] = {}
    for tab, key in keys.items():
        try:
            await sessions.resume(key)
        except SessionError:
            tabs[tab] = {"alive": False, "until": until[tab]}
        else:
            tabs[tab] = {"alive": True, "until": until[tab]}
    return {"time": clock.now().strftime("%H:%M"), "tabs": tabs, "over": over}


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
    ends = [
        f"{tab} is used at {', '.join(_clock_face(m) for m in uses)} and ends at "
        f"{scene['hours'][-1]['tabs'][tab]['until']}"
        for tab, uses in _USE_MINUTES.items()
    ]
    paragraph = "<br>".join(ends)
    return {
        "text/plain": "\n".join([*lines, *ends]),
        "text/html": f"{FALLBACK_HTML}<table><tbody>{rows}</tbody></table><p>{paragraph}</p></div>",
    }


def _clock_face(minute: int) -> str:
    return f"{9 + minute // 60}:{minute % 60:02}"
