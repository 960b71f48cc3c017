"""A small table under a cell: the rows, and no more to write than that."""

import html
from collections.abc import Iterable, Sequence

from chatlab.widgets.picture import Picture

__all__ = ["table"]


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> Picture:
    """Show rows under their headings; a cell may hold several lines.

    table(["who", "hears"], [["alice", "her task"], ["bob", "not found"]])
    """
    texts = [[str(value) for value in row] for row in rows]
    head = "".join(f'<th scope="col" style="{_CELL}">{html.escape(one)}</th>' for one in headings)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}">{_escaped(one)}</td>' for one in row) + "</tr>"
        for row in texts
    )
    caption = f'<caption style="{_CAPTION}">{html.escape(title)}</caption>' if title else ""
    page = f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return Picture(page, "\n".join([*filter(None, [title]), *_plain(list(headings), texts)]))


_CELL = "text-align:left;vertical-align:top;max-width:34em;white-space:pre-wrap"
_CAPTION = "caption-side:top;text-align:left;font-weight:600;padding:4px 0;color:inherit"


def _escaped(text: str) -> str:
    return "<br>".join(map(html.escape, text.splitlines()))


def _plain(headings: list[str], rows: list[list[str]]) -> list[str]:
    """The same with spaces: a row takes as many lines as its longest cell."""
    split_rows = [[text.splitlines() or [""] for text in row] for row in [headings, *rows]]
    widths = [
        max(len(line) for row in split_rows for line in row[column])
        for column in range(len(headings))
    ]
    lines: list[str] = []
    for row in split_rows:
        for number in range(max(map(len, row))):
            cells = [cell[number] if number < len(cell) else "" for cell in row]
            padded = (text.ljust(width) for text, width in zip(cells, widths, strict=True))
            lines.append("  ".join(padded).rstrip())
    return lines
