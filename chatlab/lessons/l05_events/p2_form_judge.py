"""Judges part 05.2: the nodes of the form, and the payload that a browser would submit."""

from collections.abc import Iterator
from typing import Any, cast

from chatlab.course.findings import Finding, failed, needless_async, passed
from chatlab.lessons.support.explain import explain_validation, shorten, source_line

__all__ = ["judge"]

_PRIORITIES = ("low", "normal", "high")


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """The title is required, the priority one of three, and the payload carries both."""
    if error := observation.get("raised"):
        message = (
            explain_validation(error["message"])
            if error["type"] == "ValidationError"
            else error["message"]
        )
        return [failed(f"task_form() raised {error['type']}: {message}", _suggest_fix(error))]
    if wrong := needless_async("task_form", observation):
        return [wrong]
    form = _find_form(observation["value"])
    if isinstance(form, Finding):
        return [form]
    wrong = _title_wrong(form) or _priority_field_wrong(form) or _submit_wrong(form, inputs)
    return [wrong or passed(2, "Filled in and submitted, it sends everything a server needs.")]


def _suggest_fix(error: dict[str, Any]) -> str:
    """The next step for an exception that came out of `task_form()`."""
    line = source_line(error)
    model, field = _invalid_field(error["message"])
    if "positional argument" in error["message"]:
        return f"Give every field by its name: Widget(root=...). {line}".strip()
    if "instance of Action" in error["message"]:
        return f'An action is an object: Action(type="create_task"). {line}'.strip()
    return f"{_FIELD_HINTS.get(field, _FIELD_HINTS.get((model, field), ''))} {line}".strip()


def _invalid_field(message: str) -> tuple[str, str]:
    """The model and the first of its fields that pydantic complains of; "" for what is unknown."""
    lines = [line.strip() for line in message.splitlines()]
    if len(lines) < 2:
        return "", ""
    return lines[0].rpartition(" for ")[2], lines[1].partition(".")[0]


_FIELD_HINTS: dict[Any, str] = {
    "children": "`children` is a tuple or a list of nodes, even for a single one: children=[...].",
    "action": 'A Form has to say what is sent: action=Action(type="create_task").',
    "name": "What is typed arrives under a name: give each input its `name`.",
    "label": "People have to know what to type: give each input a `label`.",
    "options": 'What can be chosen is a tuple or a list of texts: options=("low", ...).',
    ("Widget", "root"): "A Widget holds one node, its root: Widget(root=Form(...)).",
}
"""What to try, by the field that is missing or has the wrong type, or by its model and itself."""


def _find_form(value: Any) -> dict[str, Any] | Finding:
    """The one form in the widget, or what is wrong when there is no such form."""
    if value is None:
        return failed("task_form() returned None.", "End with `return Widget(root=...)`.")
    kind = cast("dict[str, Any]", value).get("type") if isinstance(value, dict) else None
    if kind in {"card", "row", "form", "text", "button", "input", "select"}:
        return failed(
            f"task_form() returned a {str(kind).title()}: a node, not an event.",
            "Wrap it: Widget(root=...). An event is what can be yielded.",
        )
    if kind != "widget":
        return failed(f"task_form() returned {shorten(str(value))}.", "Return a Widget.")
    nodes = list(_walk_nodes(value["root"]))
    forms = [node for node in nodes if node["type"] == "form"]
    if not forms:
        return _explain_missing_form(nodes)
    if len(forms) > 1:
        return failed(
            f"There are {len(forms)} forms, and submitting one sends nothing from the other.",
            "Put everything that belongs together into one Form.",
        )
    form_nodes = list(_walk_nodes(forms[0]))
    if outside_names := [
        node["name"] for node in nodes if "name" in node and node not in form_nodes
    ]:
        return failed(
            f"The input {outside_names[0]!r} is outside the Form, so it is never sent.",
            "A Form sends what is in its own `children`.",
        )
    return forms[0]


def _explain_missing_form(nodes: list[dict[str, Any]]) -> Finding:
    if any(node["type"] == "button" for node in nodes):
        return failed(
            "The widget has a Button but no Form.",
            "A Button sends its action, but nothing of what was typed. A Form sends both.",
        )
    return failed(
        "The widget has no Form: nothing that is typed can be sent.",
        "Form(children=[...], action=Action(...)) collects what its inputs hold.",
    )


def _walk_nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The node and all below it, depth first."""
    yield node
    for child in node.get("children", ()):
        yield from _walk_nodes(child)


def _find_input(form: dict[str, Any], name: str) -> dict[str, Any] | Finding:
    """The one input of this name, or what is wrong when there is none or more than one."""
    fields = [node for node in _walk_nodes(form) if "name" in node]
    matches = [node for node in fields if node["name"] == name]
    if len(matches) == 1:
        return matches[0]
    if matches:
        return failed(f"Two inputs are called {name!r}.", "Only one can arrive under that name.")
    names = ", ".join(repr(node["name"]) for node in fields) or "none"
    return failed(
        f"The payload has no {name!r}; the form's inputs are called: {names}.",
        "What is typed arrives under the input's `name`, letter for letter. `label` is for people.",
    )


def _title_wrong(form: dict[str, Any]) -> Finding | None:
    title = _find_input(form, "title")
    if isinstance(title, Finding):
        return title
    if title["type"] == "select":
        return failed("The title is a choice.", "A title can be anything: make it an Input.")
    if title["value"].strip():
        return failed(
            f"{title['value']!r} stands in the title from the start.",
            "Whoever presses the button straight away sends it. Explain it in the `label` instead.",
        )
    if not title["required"]:
        return failed(
            "The form can be submitted with an empty title.",
            "The browser can refuse that: Input(..., required=True).",
        )
    return None


def _priority_field_wrong(form: dict[str, Any]) -> Finding | None:
    priority = _find_input(form, "priority")
    if isinstance(priority, Finding):
        return priority
    if priority["type"] != "select":
        return failed(
            "The priority is typed, so somebody will type 'hihg'.",
            "Three values are possible: let people choose, with a Select.",
        )
    value, options = priority["value"], priority["options"]
    if sorted(options) != sorted(_PRIORITIES):
        return failed(
            f"The options are {', '.join(map(repr, options))}.",
            "A TaskBook knows 'low', 'normal' and 'high', letter for letter.",
        )
    if value and value not in options:
        return failed(
            f"The priority begins with {value!r}, which is none of its options.",
            'A browser then takes the first option. Say value="normal".',
        )
    initial_value = value if value in options else options[0]
    if initial_value != "normal":
        return failed(
            f"Submitted as it comes, the form says {initial_value!r}.",
            'Without a `value`, a browser takes the first option. Say value="normal".',
        )
    return None


def _submit_wrong(form: dict[str, Any], inputs: dict[str, Any]) -> Finding | None:
    action = form["action"]
    buttons = [node for node in _walk_nodes(form) if node["type"] == "button"]
    if any(node["action"]["type"] == "create_task" for node in buttons):
        return failed(
            "A Button in the form says create_task, too, and sends nothing of what was typed.",
            "A Form brings its own button; its text is `submit`.",
        )
    if action["type"] != "create_task":
        return failed(
            f"Submitted, the form says {action['type']!r}; the server waits for 'create_task'.",
            'Form(..., action=Action(type="create_task")).',
        )
    values = {node["name"]: node.get("value") for node in _walk_nodes(form) if "name" in node}
    payload = action["payload"] | values | inputs
    if {name: payload[name] for name in inputs} != inputs:
        return failed(
            f"The payload is {shorten(str(payload))}.", "It carries the title and the priority."
        )
    return None
