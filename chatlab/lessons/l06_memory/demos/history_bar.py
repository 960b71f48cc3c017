"""A short conversation as a row of bricks, each as wide as it is dear (lesson 06)."""

import html
from collections.abc import Callable, Sequence

from chatlab.items import ThreadItem
from chatlab.widgets.picture import Picture

__all__ = ["draw_bricks"]

_COLOURS = {"user": "#3b82d6", "assistant": "#35a06a", "tool": "#e08a1e"}
_OUT = "color:var(--jp-ui-font-color2,#57606a);background:var(--jp-border-color2,#d0d7de)"


def draw_bricks(
    items: Sequence[ThreadItem],
    rows: dict[str, Sequence[ThreadItem]],
    count: Callable[[ThreadItem], int],
) -> Picture:
    """Draw the items once for each row: in colour what is in the row, in grey what is not.

    Args:
        items: The conversation, oldest first.
        rows: For each name, the items that stay.
        count: What one item costs.
    """
    costs = list(map(count, items))
    lines = [
        _history_row(name, items, costs, {item.id for item in visible})
        for name, visible in rows.items()
    ]
    key = "".join(
        f'<span style="border-left:12px solid {colour};padding-left:5px;margin-right:14px">'
        f"{role}</span>"
        for role, colour in _COLOURS.items()
    )
    body = "".join(page for page, _ in lines)
    page = f'<div style="max-width:60rem">{body}<div style="font-size:12px">{key}</div></div>'
    return Picture(page, "\n".join(line for _, line in lines))


def _history_row(
    name: str, items: Sequence[ThreadItem], costs: list[int], stays: set[str]
) -> tuple[str, str]:
    """One row as HTML, and as text."""
    priced = list(zip(items, costs, strict=True))
    bricks = "".join(_brick(item, cost, out=item.id not in stays) for item, cost in priced)
    signs = "".join("●" if item.id in stays else "·" for item in items)
    spent = sum(cost for item, cost in priced if item.id in stays)
    says = f"{len(stays)} items, {spent} tokens"
    page = (
        f'<div style="margin:0 0 8px"><div><b>{html.escape(name)}</b>: {says}</div>'
        f'<div style="display:flex;gap:2px">{bricks}</div></div>'
    )
    return page, f"{name:<12} {signs}  {says}"


def _brick(item: ThreadItem, cost: int, *, out: bool) -> str:
    look = _OUT if out else f"color:#111;background:{_COLOURS.get(item.role, '#888')}"
    return (
        f'<span title="{html.escape(f"{item.role}: {item.content}"[:90])}" style="{look};'
        f"flex:{cost} 0 14px;border-radius:3px;font-size:12px;line-height:24px;"
        f'text-align:center;overflow:hidden">{cost}</span>'
    )
