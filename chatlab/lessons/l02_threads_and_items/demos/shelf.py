"""A process that remembers, a shelf that keeps, and a button that kills the process (lesson 02)."""

import html
import tempfile
import weakref
from pathlib import Path
from typing import Any

from chatlab.lessons.l02_threads_and_items.demos.shelf_process import start_process
from chatlab.widgets.display import FALLBACK_HTML, display_live
from chatlab.widgets.live_demo import LiveDemo

__all__ = ["shelf"]

_SIZES = (1, 8)
_SIZE = 4

_CONVERSATION = (
    ("user", "Create a task for groceries"),
    ("tool", "Task created"),
    ("assistant", "Created, ID 42"),
    ("user", "And one for the plants"),
    ("tool", "Task created"),
    ("assistant", "Created, ID 43"),
    ("user", "Thank you!"),
    ("assistant", "You are welcome"),
    ("user", "What's its priority?"),
    ("assistant", "Normal"),
    ("user", "That is all"),
    ("assistant", "Have a nice day"),
)
_FIRST_LINES = 6


async def shelf() -> None:
    """Show a real process with a list, and a real database file; the process can be killed."""
    room = _ShelfDemo()
    other = start_process(room.file)
    talked = await room.talk()
    found = await other.ask(_SIZE)
    await other.kill()
    room.show(talked, "It keeps every message twice: in a list, and on the shelf.")
    display_live(room.widget, _fallback(talked, found))


class _ShelfDemo(LiveDemo):
    """The process and the file, and what the browser asks of them."""

    def __init__(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="chatlab-shelf-")
        self.file = str(Path(folder.name, "chat.sqlite"))
        self.process = start_process(self.file)
        super().__init__(__file__, frame={})
        self._end = weakref.finalize(self, folder.cleanup)
        self._size = _SIZE
        self._next_line = 0

    async def talk(self) -> dict[str, Any]:
        """Say the beginning of the conversation: what is kept then."""
        state: dict[str, Any] = {}
        for line in _CONVERSATION[:_FIRST_LINES]:
            state = await self.process.ask(self._size, line)
        self._next_line = _FIRST_LINES
        return state

    def on_message(self, message: dict[str, Any]) -> None:
        if self.tasks:
            return
        match message:
            case {"type": "say"}:
                self.spawn(self._add_next_line())
            case {"type": "kill"}:
                self.spawn(self._kill())
            case {"type": "size", "size": int() as size}:
                self._size = min(max(size, _SIZES[0]), _SIZES[1])
                self.spawn(self._turn_pages())
            case _:
                return

    async def _add_next_line(self) -> None:
        line = _CONVERSATION[self._next_line % len(_CONVERSATION)]
        self._next_line += 1
        state = await self.process.ask(self._size, line)
        self.show(state, f"“{line[1]}”: into the list, and onto the shelf.")

    async def _kill(self) -> None:
        old = self.process.pid
        self.show(
            {**self.widget.frame, "dead": True}, f"Process {old} is gone. Another one starts …"
        )
        await self.process.kill()
        state = await self.process.ask(self._size)
        self.show(state, f"Process {old} took its list with it. The shelf still has every message.")

    async def _turn_pages(self) -> None:
        state = await self.process.ask(self._size)
        count = len(state["pages"])
        self.show(state, f"With {self._size} a page, you ask {count} times to read it all.")

    def show(self, state: dict[str, Any], note: str) -> None:
        """Send the browser all that there is to see."""
        self.widget.frame = {
            "pid": self.process.pid,
            "memory": state["memory"],
            "pages": state["pages"],
            "dead": state.get("dead", False),
            "size": self._size,
            "sizes": list(_SIZES),
            "note": note,
        }


def _fallback(before: dict[str, Any], after: dict[str, Any]) -> dict[str, str]:
    scenes = {"The process that was killed": before, "The next process": after}
    lines: list[str] = []
    page = ""
    for title, state in scenes.items():
        rows = [("in the memory of the process", state["memory"])]
        rows += [
            (f"on the shelf, page {n}", page_of_items["items"])
            for n, page_of_items in enumerate(state["pages"], start=1)
        ]
        lines.append(f"{title}:")
        lines += [f"  {where:29} {' | '.join(_texts(items))}" for where, items in rows]
        page += (
            f"<h4>{title}</h4><table><tbody>{''.join(_row(*row) for row in rows)}</tbody></table>"
        )
    return {"text/plain": "\n".join(lines), "text/html": f"{FALLBACK_HTML}{page}</div>"}


def _texts(items: list[list[str]]) -> list[str]:
    return [text for _, text in items] or ["nothing"]


def _row(where: str, items: list[list[str]]) -> str:
    cell = html.escape(" | ".join(_texts(items)))
    return (
        f'<tr><th scope="row" style="text-align:left">{where}</th>'
        f'<td style="text-align:left">{cell}</td></tr>'
    )
