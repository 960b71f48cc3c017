"""Pull the plug in the middle of a sentence, and find every word again (lesson 11)."""

import asyncio
import html
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from chatlab.context import RequestContext
from chatlab.lessons.l11_ship_it.demos.pull_the_plug_client import (
    REPLY,
    Journey,
    Telling,
    Way,
    alice_for,
    client_at,
)
from chatlab.server import ChatKitServer
from chatlab.testing import serving
from chatlab.widgets.display import FALLBACK_HTML, display_live

__all__ = ["pull_the_plug"]

_HERE = Path(__file__).parent
_PAUSES = (0.02, 0.6)
_PAUSE = 0.2
_EVERY = 0.05
"""Seconds between two frames, at least."""
_LONGEST = 600.0
"""After so many seconds without an end, the server is shut down."""

_PATIENCE = 20.0
"""For so many seconds the still copy waits for a server that does not answer."""
_CUT, _BACK = 20, 32
"""In the still copy: the piece after which the plug is pulled, and put in again."""

_WAYS: dict[Way, str] = {
    "cursor": "with the cursor",
    "start": "without one, and gets all of it",
    "new": "without one, and gets what is new",
}

CreateApp = Callable[[ChatKitServer, Callable[[str], RequestContext]], Any]


class _Front(anywidget.AnyWidget):  # pyright: ignore[reportUntypedBaseClass]
    """The browser's half. A frame is all there is to see, so that a lost one does no harm."""

    _esm = _HERE / "pull_the_plug.js"
    _css = _HERE / "pull_the_plug.css"
    scene = traitlets.Dict().tag(sync=True)
    frame = traitlets.Dict().tag(sync=True)


async def pull_the_plug(create_app: CreateApp) -> None:
    """Show a reply on its way from a real server to a client whose plug can be pulled.

    Args:
        create_app: Makes the app: the kit's own, or yours from part 11.1.
    """
    socket = _Socket(create_app)
    display_live(socket.front, await _still(create_app))


class _Socket:
    """A server on this machine, and Alice at the other end of a line."""

    def __init__(self, create_app: CreateApp) -> None:
        scene = {"ways": list(_WAYS.items()), "pauses": [*_PAUSES, _PAUSE]}
        self.front: Any = _Front(scene=scene, frame={"run": 0, "running": False})
        self.front.on_msg(self._on_message)
        self._create_app = create_app
        self._run = 0
        self._journey: Journey | None = None
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def _on_message(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        """From the browser, on whichever loop the kernel hands messages to."""
        self._loop.call_soon_threadsafe(self._hear, content)

    def _hear(self, said: dict[str, Any]) -> None:
        match said:
            case {"type": "ask", "pause": int() | float() as pause}:
                low, high = _PAUSES
                earlier = self._task
                work = self._serve(earlier, min(max(pause, low), high))
                self._task = self._loop.create_task(work)
            case {"type": "pull"} if self._journey is not None:
                self._journey.pull()
            case {"type": "plug in", "way": ("cursor" | "start" | "new") as way}:
                if self._journey is not None:
                    self._journey.plug_in(way)
            case _:
                return

    async def _serve(self, earlier: "asyncio.Task[None] | None", pause: float) -> None:
        """One reply, from the question until Alice has the end of it."""
        if earlier is not None:
            earlier.cancel()
            await asyncio.gather(earlier, return_exceptions=True)
        self._run += 1
        app = self._create_app(Telling(lambda _: asyncio.sleep(pause)), alice_for)
        async with serving(app) as url, client_at(url) as client:
            journey = self._journey = Journey(client, self._news.set)
            fault = ""
            try:
                async with asyncio.timeout(_LONGEST):
                    await journey.begin()
                    while not journey.over:
                        await self._news.wait()
                        self._news.clear()
                        self._show(journey, running=True)
                        await asyncio.sleep(_EVERY)
            except TimeoutError:
                pass
            except Exception as error:  # noqa: BLE001 - whoever watches has to know
                fault = f"{type(error).__name__}: {error}"
            finally:
                self._show(journey, running=False, fault=fault)
                await journey.close()

    def _show(self, journey: Journey, *, running: bool, fault: str = "") -> None:
        self.front.frame = {
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


class _Steps:
    """Lets the server speak up to a piece, and no further."""

    def __init__(self) -> None:
        self._until = 0
        self._news = asyncio.Event()

    async def pause(self, number: int) -> None:
        while number > self._until:
            await self._news.wait()

    def until(self, number: int) -> None:
        self._until = number
        self._news.set()
        self._news = asyncio.Event()


async def _still(create_app: CreateApp) -> dict[str, str]:
    """The same journey three times, each cut at the same word: what Alice reads."""
    told: dict[Way, list[str]] = {}
    steps = _Steps()
    async with (
        serving(create_app(Telling(steps.pause), alice_for)) as url,
        client_at(url) as client,
    ):
        for way in _WAYS:
            told[way] = await _cut(client, steps, way)
    return _bundle(told)


async def _cut(client: Any, steps: _Steps, way: Way) -> list[str]:
    """What Alice had, where she asked to go on, what came then."""
    moved = asyncio.Event()
    journey = Journey(client, moved.set)

    async def until(there: Callable[[], bool]) -> None:
        while not there():
            moved.clear()
            await moved.wait()

    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            steps.until(_CUT)
            await journey.begin()
            await until(lambda: _pieces(journey.heard) == _CUT)
            journey.pull()
            steps.until(_BACK)
            await until(lambda: _pieces(journey.log) == _BACK)
            before = len(journey.heard)
            journey.plug_in(way)
            steps.until(10_000)
            await until(lambda: journey.over)
            await journey.close()
            texts = [one[3] for one in journey.heard]
            return ["".join(texts[:before]), str(journey.asked[-1]), "".join(texts[before:])]
    return ["", "0", "the server did not answer"]


def _pieces(events: list[list[Any]]) -> int:
    """How many pieces of the reply there are; some were merged on their way."""
    return sum(last - first + 1 for first, last, kind, *_ in events if kind == "assistant_message")


def _bundle(told: dict[Way, list[str]]) -> dict[str, str]:
    lines: list[str] = []
    page = ""
    for way, (had, cursor, came) in told.items():
        name = f"Alice comes back {_WAYS[way]}: GET .../events?cursor={cursor}"
        text = f"{had} [the plug is pulled, and put in again] {came}"
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
