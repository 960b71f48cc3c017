"""Lesson 02: a process that remembers, a shelf that keeps, and a button that kills the process.

Run as `python -m chatlab.widgets.demos.shelf FILE`, it is that process: each line that comes in is
kept in a list and in the database, and both are told back.
"""

import asyncio
import html
import importlib
import json
import subprocess
import sys
import tempfile
import weakref
from pathlib import Path
from typing import Any

from chatlab.clock import SystemClock
from chatlab.context import RequestContext
from chatlab.errors import NotFoundError
from chatlab.items import ThreadMetadata, UserMessageItem
from chatlab.stores import SQLStore
from chatlab.widgets.live import STILL, show_live

__all__ = ["Shelf"]

_ALICE = RequestContext(user_id="alice")
_THREAD = "thr_shelf"

ipywidgets: Any = importlib.import_module("ipywidgets")


class Shelf:
    """A real process with a list in it, beside a real database file.

    Shown by a notebook, it has a slider for the size of a page, and buttons.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="chatlab-shelf-")
        self._file = str(Path(self._folder.name, "shelf.sqlite"))
        self._process: subprocess.Popen[str] | None = None
        self._memory: list[str] = []
        self._kept: list[str] = []
        self._page = 4
        self._knobs: list[Any] = []
        self._end = weakref.finalize(self, self._folder.cleanup)

    def say(self, *messages: str) -> None:
        """Tell the process something: it notes it in its list and puts it on the shelf."""
        for message in messages:
            self._ask(message)

    def kill(self) -> None:
        """Kill the process, without a word of warning, and start another one."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
        self._ask(None)

    def _ask(self, message: str | None) -> None:
        if self._process is None:
            command = [sys.executable, "-m", "chatlab.widgets.demos.shelf", self._file]
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            weakref.finalize(self, _end, self._process)
        if self._process.stdin is None or self._process.stdout is None:
            return
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline())
        self._memory, self._kept = told["memory"], told["kept"]

    def _ipython_display_(self) -> None:
        """Under the cell: the shelf with its knobs, and a still copy.

        What an earlier cell showed stays as it was.
        """
        for knob in self._knobs:
            knob.disabled = True
        size = ipywidgets.IntSlider(self._page, 1, 8, description="page size")
        more = ipywidgets.Button(description="Say something")
        kill = ipywidgets.Button(description="Kill the process", button_style="danger")
        self._knobs = [size, more, kill]
        picture = ipywidgets.HTML(self._drawn())
        box = ipywidgets.VBox([ipywidgets.HBox(self._knobs), picture])
        box.add_class("chatlab-live")
        copy = show_live(box, self._still())

        def renew() -> None:
            picture.value = self._drawn()
            copy.update(self._still(), raw=True)

        def turn_page(change: dict[str, Any]) -> None:
            self._page = change["new"]
            renew()

        def say_more(_button: object) -> None:
            self.say(f"Remark {len(self._kept) + 1}")
            renew()

        def kill_it(_button: object) -> None:
            self.kill()
            renew()

        size.observe(turn_page, "value")
        more.on_click(say_more)
        kill.on_click(kill_it)

    def _still(self) -> dict[str, str]:
        pages = [self._kept[i : i + self._page] for i in range(0, len(self._kept), self._page)]
        lines = [f"In the memory of the process: {', '.join(self._memory) or 'nothing'}"]
        lines += [f"On the shelf, page {n}: {', '.join(page)}" for n, page in enumerate(pages, 1)]
        return {"text/plain": "\n".join(lines), "text/html": f"{STILL}{self._drawn()}</div>"}

    def _drawn(self) -> str:
        pages = [self._kept[i : i + self._page] for i in range(0, len(self._kept), self._page)]
        memory = _row("In the memory of the process", [self._memory], "#1565c0")
        return memory + _row("On the shelf, in the database", pages or [[]], "#1a7f37")


def _row(title: str, pages: list[list[str]], colour: str) -> str:
    inner = "".join(
        '<span style="display:inline-flex;gap:4px;padding:4px;margin:2px;'
        'border:1px dashed #8888;border-radius:6px;min-height:1.8em">'
        + ("".join(_book(text, colour) for text in page) or "<i>&nbsp;empty&nbsp;</i>")
        + "</span>"
        for page in pages
    )
    return f'<div style="margin:6px 0"><b>{title}</b><br>{inner}</div>'


def _book(text: str, colour: str) -> str:
    return (
        f'<span style="border-left:5px solid {colour};padding:1px 8px;background:#8882;'
        f'border-radius:3px">{html.escape(text)}</span>'
    )


def _end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


async def _work(file: str) -> None:
    """The process: a list in memory, a store on disk, and a line back for each line in."""
    memory: list[str] = []
    clock = SystemClock()
    async with SQLStore(f"sqlite+aiosqlite:///{file}") as store:
        try:
            await store.load_thread(_THREAD, _ALICE)
        except NotFoundError:
            now = clock.now()
            thread = ThreadMetadata(id=_THREAD, user_id="alice", created_at=now, updated_at=now)
            await store.save_thread(thread, _ALICE)
        while line := await asyncio.to_thread(sys.stdin.readline):
            page = await store.load_thread_items(_THREAD, None, 1000, "asc", _ALICE)
            kept = [item.content for item in page.data]
            if (said := json.loads(line)) is not None:
                memory.append(said)
                kept.append(said)
                item = UserMessageItem(
                    id=f"msg_{len(kept)}", thread_id=_THREAD, content=said, timestamp=clock.now()
                )
                await store.add_thread_item(_THREAD, item, _ALICE)
            print(json.dumps({"memory": memory, "kept": kept}), flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(_work(sys.argv[1]))
