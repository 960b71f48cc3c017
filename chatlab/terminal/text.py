"""What was said, as the terminal shows it: Markdown, and nothing that commands the terminal."""

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markdown import Markdown
from rich.segment import Segment
from rich.text import Text

from chatlab.frontend.markdown import split_markdown

__all__ = ["GrowingText", "Harmless", "markdown"]

_CONTROLS = dict.fromkeys([*range(10), *range(11, 32), *range(127, 160)])
"""What would move the cursor or colour the terminal; a line's end stays."""

_SURE_CHARS = 16
"""So far a new block must have come before it is certain that it does not go on with the last."""


class Harmless:
    """Renders the same without what would command the terminal."""

    def __init__(self, *rows: RenderableType) -> None:
        self._rows = rows

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Line by line."""
        for line in console.render_lines(Group(*self._rows), options, pad=False):
            for segment in (*_without_padding(line), Segment.line()):
                text = segment.text.translate(_CONTROLS)
                yield segment if segment.control else segment._replace(text=text)


def _without_padding(line: list[Segment]) -> list[Segment]:
    """The line without invisible blanks at its end: a narrower window would wrap them."""
    end = len(line)
    while end and not line[end - 1].text.strip(" ") and _is_invisible(line[end - 1]):
        end -= 1
    if not end or not _is_invisible(last := line[end - 1]):
        return line[:end]
    return [*line[: end - 1], last._replace(text=last.text.rstrip(" "))]


def _is_invisible(segment: Segment) -> bool:
    """Whether nothing is seen of the segment's blanks."""
    style = segment.style
    return style is None or not (style.bgcolor or style.underline or style.reverse)


def markdown(text: str) -> RenderableType:
    """The text as Markdown, as far as the page, too, reads it as such. A link shows its address."""
    marked, plain = split_markdown(text)
    if not plain:
        return Markdown(marked, hyperlinks=False)
    return Group(Markdown(marked, hyperlinks=False), Text(plain)) if marked else Text(plain)


class _Continued:
    """Markdown as it looks below other Markdown of the same message: with the space between."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = console.render_lines(markdown(f"x\n\n{self._text}"), options, pad=False)
        for line in lines[1:]:
            yield from line
            yield Segment.line()


class GrowingText:
    """One message while it is written: blocks that are complete can be taken off its top."""

    def __init__(self) -> None:
        self._rest = ""
        self._continued = False

    def add(self, piece: str) -> None:
        """The next piece of it."""
        self._rest += piece

    def take(self, *, done: bool) -> list[RenderableType]:
        """The blocks that will not change any more; all of them when the message is done."""
        end = len(self._rest) if done else _end_of_complete_blocks(self._rest)
        if not self._rest[:end].strip():
            return []
        block = self._as_markdown(self._rest[:end])
        self._rest, self._continued = self._rest[end:], True
        return [block]

    def __rich__(self) -> RenderableType:
        """What is left of it."""
        return self._as_markdown(self._rest) if self._rest.strip() else Group()

    def _as_markdown(self, text: str) -> RenderableType:
        return _Continued(text) if self._continued else markdown(text)


def _end_of_complete_blocks(text: str) -> int:
    """Where the last block begins, if nothing that comes can make it one with those before."""
    if "\n\n" not in text or split_markdown(text)[1]:
        return 0
    lines = text.splitlines(keepends=True)
    blocks = [token for token in Markdown(text).parsed if token.level == 0 and token.map]
    first_line = max((token.map[0] for token in blocks if token.map), default=0)
    end = len("".join(lines[:first_line]))
    last = text[end:]
    return end if "\n" in last or len(last) >= _SURE_CHARS else 0
