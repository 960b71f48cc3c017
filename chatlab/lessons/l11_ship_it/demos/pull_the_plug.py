"""Pull the plug in the middle of a sentence, and find every word again (lesson 11)."""

import asyncio
import html
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from chatlab.context import RequestContext
from chatlab.lessons.l11_ship_it.demos.pull_the_plug_client import (
    ALICE,
    REPLY,
    CuttableClient,
    PacedServer,
    Way,
    alice_for,
)
from chatlab.lessons.l11_ship_it.served import served
from chatlab.server import ChatKitServer
from chatlab.widgets.display import FALLBACK_HTML, display_live
from chatlab.widgets.live_demo import LiveDemo

__all__ = ["pull_the_plug"]

_PAUSES = (0.02, 0.6)
_PAUSE = 0.2
_FRAME_SECONDS = 0.05
"""Seconds between two frames, at least."""
_MAX_TURN_SECONDS = 600.0
"""After this many seconds without an end, the server is shut down."""

_FALLBACK_TIMEOUT_SECONDS = 20.0
"""For this many seconds the still copy waits for a server that does not answer."""
_CUT_AFTER_PIECES, _BACK_AFTER_PIECES = 20, 32
"""In the still copy: the piece after which the plug is pulled, and put in again."""

_WAYS: dict[Way, str] = {
    "cursor": "with the cursor",
    "start": "without one, and gets all of it",
    "new": "without one, and gets what is new",
}

CreateApp = Callable[[ChatKitServer, Callable[[str], RequestContext]], Any]


async def pull_the_plug(create_app: CreateApp) -> None:
    """Show a reply on its way from a real server to a client whose plug can be pulled.

    Args:
        create_app: Makes the app: the kit's own, or yours from part 11.1.
    """
    socket = _PullThePlugDemo(create_app)
    display_live(socket.widget, await _fallback(create_app))


class _PullThePlugDemo(LiveDemo):
    """A server on this machine, and Alice at the other end of a line."""

    def __init__(self, create_app: CreateApp) -> None:
        scene = {"ways": list(_WAYS.items()), "pauses": [*_PAUSES, _PAUSE]}
        super().__init__(__file__, scene=scene, frame={"run": 0, "running": False})
        self._create_app = create_app
        self._run = 0
        self._client: CuttableClient | None = None
        self._task: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    def on_message(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": "ask", "pause": int() | float() as pause}:
                low, high = _PAUSES
                earlier = self._task
                work = self._serve(earlier, min(max(pause, low), high))
                self._task = self.spawn(work)
            case {"type": "pull"} if self._client is not None:
                self._client.pull()
            case {"type": "plug in", "way": ("cursor" | "start" | "new") as way}:
                if self._client is not None:
                    self._client.plug_in(way)
            case _:
                return

    async def _serve(self, earlier: "asyncio.Task[None] | None", pause: float) -> None:
        """One reply, from the question until Alice has the end of it."""
        if earlier is not None:
            earlier.cancel()
            await asyncio.gather(earlier, return_exceptions=True)
        self._run += 1
        app = self._create_app(PacedServer(lambda _: asyncio.sleep(pause)), alice_for)
        async with served(app, **ALICE) as client:
            journey = self._client = CuttableClient(client, self._changed.set)
            fault = ""
            try:
                async with asyncio.timeout(_MAX_TURN_SECONDS):
                    await journey.begin()
                    while not journey.over:
                        await self._changed.wait()
                        self._changed.clear()
                        self._show(journey, running=True)
                        await asyncio.sleep(_FRAME_SECONDS)
            except TimeoutError:
                pass
            except Exception as error:  # noqa: BLE001 - whoever watches has to know
                fault = f"{type(error).__name__}: {error}"
            finally:
                self._show(journey, running=False, fault=fault)
                await journey.close()

    def _show(self, journey: CuttableClient, *, running: bool, fault: str = "") -> None:
        self.widget.frame = {
            "run": self._run,
            "running": running,
            "log": list(journey.log),
            "heard": list(journey.heard),
            "asked": list(journey.asked),
            "cursor": journey.cursor,
            "plugged": journey.plugged,
            "over": journey.over,
            "fault": fault,
        }


class _PieceGate:
    """Lets the server speak up to a piece, and no further."""

    def __init__(self) -> None:
        self._until = 0
        self._changed = asyncio.Event()

    async def pause(self, number: int) -> None:
        while number > self._until:
            await self._changed.wait()

    def until(self, number: int) -> None:
        self._until = number
        self._changed.set()
        self._changed = asyncio.Event()


async def _fallback(create_app: CreateApp) -> dict[str, str]:
    """The same journey three times, each cut at the same word: what Alice reads."""
    readings: dict[Way, list[str]] = {}
    steps = _PieceGate()
    async with served(create_app(PacedServer(steps.pause), alice_for), **ALICE) as client:
        for way in _WAYS:
            readings[way] = await _run_with_cut(client, steps, way)
    return _render(readings)


async def _run_with_cut(client: Any, steps: _PieceGate, way: Way) -> list[str]:
    """What Alice had, where she asked to go on, what came then."""
    moved = asyncio.Event()
    alice = CuttableClient(client, moved.set)

    async def until(there: Callable[[], bool]) -> None:
        while not there():
            moved.clear()
            await moved.wait()

    with suppress(TimeoutError):
        async with asyncio.timeout(_FALLBACK_TIMEOUT_SECONDS):
            steps.until(_CUT_AFTER_PIECES)
            await alice.begin()
            await until(lambda: _piece_count(alice.heard) == _CUT_AFTER_PIECES)
            alice.pull()
            steps.until(_BACK_AFTER_PIECES)
            await until(lambda: _piece_count(alice.log) == _BACK_AFTER_PIECES)
            before = len(alice.heard)
            alice.plug_in(way)
            steps.until(10_000)
            await until(lambda: alice.over)
            await alice.close()
            texts = [event[3] for event in alice.heard]
            return ["".join(texts[:before]), str(alice.asked[-1]), "".join(texts[before:])]
    return ["", "0", "the server did not answer"]


def _piece_count(events: list[list[Any]]) -> int:
    """How many pieces of the reply there are; some were merged on their way."""
    return sum(last - first + 1 for first, last, kind, *_ in events if kind == "assistant_message")


def _render(readings: dict[Way, list[str]]) -> dict[str, str]:
    lines: list[str] = []
    page = ""
    for way, (had, cursor, came) in readings.items():
        name = f"Alice comes back {_WAYS[way]}: GET .../events?cursor={cursor}"
        text = f"{had} [the plug is pulled, and put back in] {came}"
        lines += [name, f"  {text}", f"  {_verdict(had, came)}"]
        page += (
            f"<h4>{html.escape(name)}</h4><p>{html.escape(had)} <b>[the plug is pulled, and put in "
            f"again]</b> {html.escape(came)}</p><p><i>{_verdict(had, came)}</i></p>"
        )
    return {"text/plain": "\n".join(lines), "text/html": f"{FALLBACK_HTML}{page}</div>"}


def _verdict(had: str, came: str) -> str:
    if had + came == REPLY:
        return "Every word, once."
    extra = len(had + came) - len(REPLY)
    return f"{extra} characters came twice." if extra > 0 else f"{-extra} characters are lost."
