"""Rich's renderables as text with colours, as wide as the terminal is now."""

import io

from prompt_toolkit.output import Output
from rich.console import Console, RenderableType

__all__ = ["draw"]


def draw(row: RenderableType, console: Console, output: Output) -> str:
    """The row in lines, in the colours that the console has, for a terminal of the output's size.

    The size is asked for each time: a window may have been resized.
    """
    size = output.get_size()
    system = console.color_system
    drawing = Console(
        file=io.StringIO(),
        force_terminal=True,
        width=max(size.columns, 2),
        height=max(size.rows, 2),
        color_system=None if system is None else system,  # pyright: ignore[reportArgumentType]
        no_color=console.no_color,
        legacy_windows=False,
    )
    with drawing.capture() as captured:
        drawing.print(row)
    return captured.get()
