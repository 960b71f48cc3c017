"""What a lesson's demo is made of: a script, a style sheet, and perhaps work in the kernel."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from chatlab.frontend import script_part, theme

__all__ = ["DemoWidget", "LiveDemo", "demo_widget"]


class DemoWidget(anywidget.AnyWidget):  # pyright: ignore[reportUntypedBaseClass]
    """The browser's half of a demo.

    Attributes:
        scene: What stays the same, such as labels and limits.
        frame: All there is to see now, so that a frame that gets lost does no harm.
    """

    scene = traitlets.Dict().tag(sync=True)
    frame = traitlets.Dict().tag(sync=True)


def demo_widget(
    module: str, scene: dict[str, Any] | None = None, frame: dict[str, Any] | None = None
) -> Any:
    """A `DemoWidget` of the script and the style sheet that lie beside a module.

    Args:
        module: The module's `__file__`: `shelf.py` has `shelf.js` and `shelf.css`.
        scene: What stays the same.
        frame: What is to be seen first.
    """
    script, style = (Path(module).with_suffix(suffix) for suffix in (".js", ".css"))
    source = {
        "_esm": script_part("dom") + script.read_text(encoding="utf-8"),
        "_css": theme() + style.read_text(encoding="utf-8"),
    }
    # A page has one style sheet for each class name: demos must not share theirs.
    kind: Any = type(script.stem, (DemoWidget,), source)
    return kind(scene=scene or {}, frame=frame or {})


class LiveDemo:
    """A demo that works on in the kernel: override `on_message`, start work with `spawn`.

    Make it where a loop runs: messages from the browser are handled there.

    Attributes:
        widget: The browser's half; set its `frame` to show something.
        tasks: The work that is not done yet.
    """

    def __init__(
        self, module: str, scene: dict[str, Any] | None = None, frame: dict[str, Any] | None = None
    ) -> None:
        self.widget: Any = demo_widget(module, scene, frame)
        self.tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self.widget.on_msg(self._receive)

    def on_message(self, message: dict[str, Any]) -> None:
        """Handle what the browser sent, on the loop that the demo was made on."""
        raise NotImplementedError

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run the work as a task that is kept until it is done."""
        task = self._loop.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def _receive(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        """Called on whichever loop and thread the kernel hands messages to."""
        self._loop.call_soon_threadsafe(self.on_message, message)
