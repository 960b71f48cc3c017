"""Draws chatlab's small widgets with ChatKit's: the same tree in the official words (lesson 11)."""

from typing import Any

from chatkit.widgets import WidgetRoot
from pydantic import TypeAdapter

from chatlab.items import Action, Button, Card, Form, Input, Row, Select, Text, WidgetNode

__all__ = ["official_widget"]

_root_adapter: TypeAdapter[WidgetRoot] = TypeAdapter(WidgetRoot)


def official_widget(node: WidgetNode) -> WidgetRoot:
    """The tree as an official `Card`; what is no card is put into one.

    The classes of `chatkit.widgets` are not called by name, as they ask: the tree is data that
    they validate.
    """
    card = node if isinstance(node, Card) else Card(children=(node,))
    return _root_adapter.validate_python(_official_node(card)[0])


def _official_node(  # noqa: PLR0911 - each kind of node is one line
    node: WidgetNode,
) -> list[dict[str, Any]]:
    match node:
        case Card():
            title = [{"type": "Title", "value": node.title, "size": "sm"}] if node.title else []
            return [{"type": "Card", "children": [*title, *_official_nodes(node.children)]}]
        case Row():
            return [{"type": "Row", "children": _official_nodes(node.children), "gap": 2}]
        case Form():
            send = {"type": "Button", "label": node.submit, "submit": True, "style": "primary"}
            submit = {"onSubmitAction": _action_config(node.action), "direction": "col", "gap": 2}
            return [{"type": "Form", "children": [*_official_nodes(node.children), send], **submit}]
        case Text():
            # chatlab's Text renders Markdown; the official Text would show the asterisks.
            return [{"type": "Markdown", "value": node.value}]
        case Button():
            click = {"onClickAction": _action_config(node.action)}
            return [{"type": "Button", "label": node.label, **click}]
        case Input():
            filled = {"defaultValue": node.value, "required": node.required}
            return _with_label(node, {"type": "Input", "name": node.name, **filled})
        case Select():
            options = [{"value": option, "label": option} for option in node.options]
            choice = {"options": options, "defaultValue": node.value}
            return _with_label(node, {"type": "Select", "name": node.name, **choice})


def _official_nodes(children: tuple[WidgetNode, ...]) -> list[dict[str, Any]]:
    return [node for child in children for node in _official_node(child)]


def _with_label(node: Input | Select, field: dict[str, Any]) -> list[dict[str, Any]]:
    if not node.label:
        return [field]
    label = {"type": "Label", "value": node.label, "fieldName": node.name}
    return [{"type": "Col", "children": [label, field], "gap": 1}]


def _action_config(action: Action) -> dict[str, Any]:
    return {"type": action.type, "payload": action.payload, "handler": "server"}
