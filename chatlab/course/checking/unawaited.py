"""A coroutine that says what is missing when it is shown in place of being awaited."""

from collections.abc import Coroutine, Generator
from typing import Any, TypeVar

__all__ = ["Unawaited"]

T = TypeVar("T")


class Unawaited(Coroutine[Any, Any, T]):
    """Awaits as the coroutine does; a notebook that shows it shows the sentence."""

    def __init__(self, coroutine: Coroutine[Any, Any, T], sentence: str) -> None:
        self._coroutine = coroutine
        self._sentence = sentence

    def __repr__(self) -> str:
        """What a cell shows that forgets `await`: then nothing is left to be awaited."""
        self._coroutine.close()
        return self._sentence

    def __await__(self) -> Generator[Any, Any, T]:
        """As the coroutine's."""
        return self._coroutine.__await__()

    def send(self, value: Any, /) -> Any:
        """As the coroutine's."""
        return self._coroutine.send(value)

    def throw(self, *error: Any) -> Any:
        """As the coroutine's."""
        return self._coroutine.throw(*error)

    def close(self) -> None:
        """As the coroutine's."""
        self._coroutine.close()
