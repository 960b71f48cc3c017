"""What was said, as the terminal shows it: Markdown, and nothing that commands the terminal."""

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markdown import Heading, Markdown
from rich.measure import Measurement
from rich.segment import Segment
from rich.text import Text

from chatlab.frontend.markdown import split_markdown

__all__ = ["GrowingText", "Harmless", "markdown"]

_CONTROLS = dict.fromkeys([*range(10), *range(11, 32), *range(127, 160)])
"""What would move the cursor or colour the terminal; a line's end stays."""

_RULE = "***"

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
        return _Snug(_Markdown(marked, hyperlinks=False))
    return Group(_Markdown(marked, hyperlinks=False), Text(plain)) if marked else Text(plain)


class _Heading(Heading):
    """Begins where the text begins, whatever its level."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text.assemble(self.text, justify="left")


class _Markdown(Markdown):
    elements = Markdown.elements | {"heading_open": _Heading}


class _Snug:
    """Says how wide Markdown really is, so that a box around it can be as narrow."""

    def __init__(self, marked: Markdown) -> None:
        self._marked = marked

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self._marked

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        lines = console.render_lines(self._marked, options, pad=False)
        widths = (Segment.get_line_length(_without_padding(line)) for line in lines)
        return Measurement(1, max(widths, default=1))


class _Continued:
    """Markdown as it looks below other Markdown of the same message: with the space between."""

    def __init__(self, above: str, text: str) -> None:
        self._above, self._text = above, text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        above = console.render_lines(markdown(self._above), options, pad=False)
        both = markdown(f"{self._above}\n\n{self._text}")
        for line in console.render_lines(both, options, pad=False)[len(above) :]:
            yield from line
            yield Segment.line()


class GrowingText:
    """One message while it is written: blocks that are complete can be taken off its top."""

    def __init__(self) -> None:
        self._rest = ""
        self._above = ""

    def add(self, piece: str) -> None:
        """The next piece of it."""
        self._rest += piece

    def take(self, *, done: bool) -> list[RenderableType]:
        """The blocks that will not change any more; all of them when the message is done."""
        end = len(self._rest) if done else _end_of_complete_blocks(self._rest)
        text = self._rest[:end]
        if not text.strip():
            return []
        block = self._as_markdown(text)
        self._rest, self._above = self._rest[end:], _RULE if _ends_with_rule(text) else "x"
        return [block]

    def __rich__(self) -> RenderableType:
        """What is left of it."""
        return self._as_markdown(self._rest) if self._rest.strip() else Group()

    def _as_markdown(self, text: str) -> RenderableType:
        return _Continued(self._above, text) if self._above else markdown(text)


def _ends_with_rule(text: str) -> bool:
    """Whether its last block is a rule, below which there is no space."""
    last_line = text.rstrip().rpartition("\n")[2].strip()
    return last_line[:1] in {"*", "-", "_"} and Markdown(text).parsed[-1].type == "hr"


def _end_of_complete_blocks(text: str) -> int:
    """Where the last block begins that nothing to come can make one with those before."""
    if "\n\n" not in text or split_markdown(text)[1]:
        return 0
    lines = text.splitlines(keepends=True)
    tokens = Markdown(text).parsed
    begins = [token.map[0] for token in tokens if token.level == 0 and token.map]
    ends = [len("".join(lines[:line])) for line in dict.fromkeys(begins)]
    last = text[ends[-1] :] if ends else ""
    if "\n" not in last and len(last) < _SURE_CHARS:
        ends = ends[:-1]
    return ends[-1] if ends else 0
