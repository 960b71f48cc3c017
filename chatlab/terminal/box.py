"""The box in which one types: its keys, its completions, its history, and what stands above it."""

from collections.abc import Callable, Generator, Iterable
from functools import partial
from pathlib import Path

from prompt_toolkit.application import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import ANSI, AnyFormattedText
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import (
    BufferControl,
    CompletionsMenu,
    ConditionalContainer,
    Dimension,
    FormattedTextControl,
    HSplit,
    Layout,
    VerticalAlign,
    Window,
)
from prompt_toolkit.utils import suspend_to_background_supported
from typing_extensions import override

from chatlab.files import make_private
from chatlab.terminal.screen import Completer as Words

__all__ = ["OptionsCompleter", "WordsCompleter", "key_bindings", "layout", "open_history"]

_MAX_BOX, _MAX_MENU = 10, 8
"""How many lines the box and its completions take at most."""


class WordsCompleter(Completer):
    """Completes what is typed as a whole, on its first line only."""

    def __init__(self, words: Words) -> None:
        self._words = words

    @override
    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Generator[Completion]:
        """What the text may become."""
        text = document.text
        if document.is_cursor_at_the_end and "\n" not in text:
            for word, about in self._words(text):
                if word != text:
                    yield Completion(word, start_position=-len(text), display_meta=about)


class OptionsCompleter(Completer):
    """All of a few options, whatever is typed."""

    def __init__(self, options: Iterable[str]) -> None:
        self._options = tuple(options)

    @override
    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Generator[Completion]:
        """Each of them, instead of the text."""
        for option in self._options:
            yield Completion(option, start_position=-document.cursor_position)


def open_history(path: Path | None) -> History:
    """What was typed before, from a file that only its owner may read; in memory if that fails."""
    if path is None:
        return InMemoryHistory()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        make_private(path)
        with path.open("ab"):
            pass
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(path))


def layout(
    buffer: Buffer,
    label: Callable[[], str],
    live_text: Callable[[], str],
    hints: Callable[[], list[str]],
) -> Layout:
    """What is going on, hints below it, the box, and its completions."""

    def live() -> AnyFormattedText:
        lines = live_text().splitlines()
        room = get_app().output.get_size().rows - _lines(buffer) - len(hints()) - _MAX_MENU
        return ANSI("\n".join(lines[-max(room, 3) :]))

    def prefix(line: int, wrap: int) -> AnyFormattedText:
        is_first = (line, wrap) == (0, 0)
        return [("bold ansicyan", label() if is_first else " " * len(label()))]

    box = Window(
        BufferControl(buffer),
        height=lambda: Dimension(min=1, max=_MAX_BOX),
        wrap_lines=True,
        dont_extend_height=True,
        get_line_prefix=prefix,
    )
    hint_text = partial(_dim_lines, hints)
    rows = [
        _text_window(live, Condition(lambda: bool(live_text().strip()))),
        _text_window(hint_text, Condition(lambda: bool(hints()))),
        box,
        CompletionsMenu(max_height=_MAX_MENU, scroll_offset=1),
    ]
    return Layout(HSplit(rows, align=VerticalAlign.TOP), focused_element=box)


def _dim_lines(lines: Callable[[], list[str]]) -> AnyFormattedText:
    return [("ansibrightblack", "\n".join(lines()))]


def _lines(buffer: Buffer) -> int:
    return min(buffer.document.line_count, _MAX_BOX)


def _text_window(text: Callable[[], AnyFormattedText], shown: Condition) -> ConditionalContainer:
    window = Window(FormattedTextControl(text), dont_extend_height=True)
    return ConditionalContainer(window, shown)


def key_bindings(
    buffer: Buffer,
    enter: Callable[[], None],
    interrupt: Callable[[], None],
    close: Callable[[], None],
) -> KeyBindings:
    """Enter, Alt+Enter or a backslash before Enter for a new line, Tab, Ctrl+C, Ctrl+D, Ctrl+Z."""
    keys = KeyBindings()

    @keys.add("enter")
    def _(_event: KeyPressEvent) -> None:
        if buffer.document.text_before_cursor.endswith("\\"):
            buffer.delete_before_cursor()
            buffer.insert_text("\n")
        else:
            enter()

    @keys.add("escape", "enter")
    def _(_event: KeyPressEvent) -> None:
        buffer.insert_text("\n")

    @keys.add("tab")
    def _(_event: KeyPressEvent) -> None:
        _complete(buffer)

    @keys.add("s-tab")
    def _(_event: KeyPressEvent) -> None:
        buffer.complete_previous()

    @keys.add("c-c")
    @keys.add(Keys.SIGINT)
    def _(_event: KeyPressEvent) -> None:
        interrupt()

    @keys.add("c-d", filter=Condition(lambda: not buffer.text))
    def _(_event: KeyPressEvent) -> None:
        close()

    @keys.add("c-z", filter=Condition(suspend_to_background_supported))
    def _(event: KeyPressEvent) -> None:
        event.app.suspend_to_background()

    return keys


def _complete(buffer: Buffer) -> None:
    """Take the next of the completions that are shown, or the first one if none are yet."""
    if buffer.complete_state:
        buffer.complete_next()
        return
    event = CompleteEvent(completion_requested=True)
    first = next(iter(buffer.completer.get_completions(buffer.document, event)), None)
    if first is not None:
        buffer.delete_before_cursor(-first.start_position)
        buffer.insert_text(first.text)
