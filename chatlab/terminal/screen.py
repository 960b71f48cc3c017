"""Where a chat is shown and typed: in a terminal that redraws, or line by line."""

from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Protocol

from rich.console import RenderableType

from chatlab.items import Input, Select
from chatlab.terminal.renderer import TerminalRenderer

__all__ = ["Completer", "Screen"]

Completer = Callable[[str], Iterable[tuple[str, str]]]
"""For what is typed so far: what it may become, whole, each with a few words about it."""


class Screen(Protocol):
    """What `TerminalChat` needs of the place where it is."""

    def opened(self) -> AbstractAsyncContextManager[None]:
        """Inside of this, the screen is there."""
        ...

    async def read(self) -> str | None:
        """The next thing that the user says; None when there is nothing more."""
        ...

    async def ask(self, field: Input | Select) -> str | None:
        """What the user puts into a field of a form; None if they leave the form."""
        ...

    def show(self, *rows: RenderableType) -> None:
        """Show something for good."""
        ...

    def following(
        self, renderer: TerminalRenderer, stop: Callable[[], object]
    ) -> AbstractContextManager[Callable[[], None]]:
        """Inside of this, a turn goes on: what it says is shown, and Ctrl+C calls `stop`, once.

        Yields what is to be called when the renderer was told something new.
        """
        ...
