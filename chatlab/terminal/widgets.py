"""Cards, buttons and forms: drawn as lines, and offered under numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from chatlab.items import Action, Button, Form, Input, Select, WidgetNode
from chatlab.items import Text as Paragraph
from chatlab.terminal.text import markdown

__all__ = ["Offer", "field_label", "field_problem", "offers_of", "render_node", "value_of"]


@dataclass(frozen=True)
class Offer:
    """Something that can be chosen by its number: a button, or a form with fields to fill in."""

    label: str
    action: Action
    item_id: str
    fields: tuple[Input | Select, ...] = ()

    def filled_in(self, values: dict[str, str]) -> Action:
        """The action with the fields' values in its payload."""
        return self.action.model_copy(update={"payload": self.action.payload | values})


def offers_of(node: WidgetNode, item_id: str) -> Iterator[Offer]:
    """What the widget offers, from its top to its bottom."""
    for child in getattr(node, "children", ()):
        yield from offers_of(child, item_id)
    match node:
        case Button():
            yield Offer(node.label, node.action, item_id)
        case Form():
            yield Offer(node.submit, node.action, item_id, tuple(_fields(node)))
        case _:
            pass


def render_node(node: WidgetNode, numbers: Iterator[int]) -> Iterator[RenderableType]:
    """Render a widget's node and its children; each offer takes the next number."""
    match node:
        case Paragraph():
            yield markdown(node.value)
        case Button():
            yield _numbered(next(numbers), node.label)
        case Input() | Select():
            needed = " (needed)" if isinstance(node, Input) and node.required else ""
            yield Text(f"{field_label(node)}{needed}: {value_of(node) or '…'}", style="dim")
        case Form():
            for child in node.children:
                yield from render_node(child, numbers)
            yield _numbered(next(numbers), node.submit)
        case _:
            if title := getattr(node, "title", None):
                yield Text(title, style="bold")
            for child in node.children:
                yield from render_node(child, numbers)


def field_label(field: Input | Select) -> str:
    """What the field is called."""
    return field.label or field.name


def value_of(field: Input | Select) -> str:
    """What it holds. As in a browser, what is not chosen is the first option."""
    first = field.options[:1] if isinstance(field, Select) else ()
    return field.value or "".join(first)


def field_problem(field: Input | Select, value: str) -> str | None:
    """Why the value cannot be sent, in one sentence; None if it can."""
    if isinstance(field, Select) and value not in field.options:
        return f"{field_label(field)} is one of: {', '.join(field.options)}."
    if isinstance(field, Input) and field.required and not value.strip():
        return f"{field_label(field)} is needed. Ctrl+C leaves the form."
    return None


def _numbered(number: int, label: str) -> Text:
    return Text(f"/{number}  {label}", style="bold cyan")


def _fields(node: Any) -> Iterator[Input | Select]:
    if isinstance(node, Input | Select):
        yield node
    for child in getattr(node, "children", ()):
        yield from _fields(child)
