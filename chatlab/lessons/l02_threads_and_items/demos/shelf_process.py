"""The process of lesson 02: it keeps each message in a list, and in a database file.

Run as `python -m ...demos.shelf_process FILE`, it is that process. Each line that comes in is told
back with all that is kept. A browser has no processes: there, an object is thrown away instead.
"""

import asyncio
import json
import subprocess
import sys
import weakref
from itertools import count
from typing import Any, Protocol

from chatlab.clock import SystemClock
from chatlab.context import RequestContext
from chatlab.errors import NotFoundError
from chatlab.items import (
    AssistantMessageItem,
    ThreadItem,
    ThreadMetadata,
    ToolItem,
    UserMessageItem,
)
from chatlab.stores import SQLStore

__all__ = ["ShelfProcess", "start_process"]

_ALICE = RequestContext(user_id="alice")
_THREAD = "thr_shelf"


class ShelfProcess(Protocol):
    """The process, as seen from outside."""

    @property
    def pid(self) -> int | None:
        """Its number, while it runs."""
        ...

    async def ask(self, size: int, say: tuple[str, str] | None = None) -> dict[str, Any]:
        """Tell it something, and hear what is kept; one that was killed is started again.

        Args:
            size: How many items a page has.
            say: A role, and what was said.
        """
        ...

    async def kill(self) -> None:
        """Kill it, without a word of warning."""
        ...


def start_process(file: str) -> ShelfProcess:
    """Start one. It does not look at the file before it is asked."""
    return _InKernel(file) if sys.platform == "emscripten" else _RealProcess(file)


class _InKernel:
    """In a browser: an object of the kernel, with a list of its own."""

    _numbers = count(1)

    def __init__(self, file: str) -> None:
        self._file = file
        self._keeper: _Keeper | None = None
        self.pid: int | None = next(self._numbers)

    async def ask(self, size: int, say: tuple[str, str] | None = None) -> dict[str, Any]:
        if self._keeper is None:
            self.pid = self.pid or next(self._numbers)
            self._keeper = _Keeper(SQLStore(f"sqlite+aiosqlite:///{self._file}"))
        return await self._keeper.answer(size, say)

    async def kill(self) -> None:
        self._keeper = self.pid = None


class _RealProcess:
    def __init__(self, file: str) -> None:
        self._file = file
        self._process: subprocess.Popen[str] | None = None
        self._start()

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    async def ask(self, size: int, say: tuple[str, str] | None = None) -> dict[str, Any]:
        return await asyncio.to_thread(self._ask, size, say)

    async def kill(self) -> None:
        if self._process is not None:
            await asyncio.to_thread(_end, self._process)
            self._process = None

    def _ask(self, size: int, say: tuple[str, str] | None) -> dict[str, Any]:
        process = self._start()
        pipe_in, pipe_out = process.stdin, process.stdout
        if pipe_in is None or pipe_out is None:
            raise BrokenPipeError
        pipe_in.write(json.dumps({"size": size, "say": say}) + "\n")
        pipe_in.flush()
        return json.loads(pipe_out.readline())

    def _start(self) -> "subprocess.Popen[str]":
        if self._process is None:
            self._process = _started(self._file)
            weakref.finalize(self, _end, self._process)
        return self._process


def _started(file: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", __name__, file]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )


def _end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


async def _serve_requests(file: str) -> None:
    line = await asyncio.to_thread(sys.stdin.readline)
    async with SQLStore(f"sqlite+aiosqlite:///{file}") as store:
        keeper = _Keeper(store)
        while line:
            print(json.dumps(await keeper.answer(**json.loads(line))), flush=True)  # noqa: T201 - it is how it answers
            line = await asyncio.to_thread(sys.stdin.readline)


class _Keeper:
    """Keeps each message twice."""

    def __init__(self, store: SQLStore[ThreadItem]) -> None:
        self._memory: list[tuple[str, str]] = []
        self._store = store

    async def answer(self, size: int, say: tuple[str, str] | None) -> dict[str, Any]:
        """All that is kept; the database's part of it in pages of this size."""
        await _ensure_thread(self._store)
        if say is not None:
            self._memory.append(say)
            await self._store.add_thread_item(_THREAD, await _item(self._store, *say), _ALICE)
        return {"memory": list(self._memory), "pages": await _pages(self._store, size)}


async def _ensure_thread(store: SQLStore[ThreadItem]) -> None:
    try:
        await store.load_thread(_THREAD, _ALICE)
    except NotFoundError:
        now = SystemClock().now()
        thread = ThreadMetadata(id=_THREAD, user_id="alice", created_at=now, updated_at=now)
        await store.save_thread(thread, _ALICE)


async def _item(store: SQLStore[ThreadItem], role: str, text: str) -> ThreadItem:
    items = await store.load_thread_items(_THREAD, None, 1000, "asc", _ALICE)
    number = len(items.data) + 1
    fields: dict[str, Any] = {"id": f"msg_{number}", "thread_id": _THREAD, "content": text}
    fields["timestamp"] = SystemClock().now()
    if role == "tool":
        return ToolItem(tool="create_task", call_id=f"call_{number}", **fields)
    return UserMessageItem(**fields) if role == "user" else AssistantMessageItem(**fields)


async def _pages(store: SQLStore[ThreadItem], size: int) -> list[dict[str, Any]]:
    """Every page, asked for one after the other, as a reader of the store would."""
    pages: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        page = await store.load_thread_items(_THREAD, after, size, "asc", _ALICE)
        items = [[item.role, item.content] for item in page.data]
        pages.append({"items": items, "after": page.after, "has_more": page.has_more})
        if not page.has_more:
            return pages
        after = page.after


if __name__ == "__main__":
    asyncio.run(_serve_requests(sys.argv[1]))
