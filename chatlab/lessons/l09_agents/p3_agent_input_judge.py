"""Part 09.3, judged: the list of entries that is made of a conversation's items."""

import json
from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.explain import shorten, source_line

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """Every message and tool call must be there, in order, each call followed by its output."""
    for called, got in (
        ("to_agent_input(items)", observation["whole"]),
        ("to_agent_input([])", observation["empty"]),
    ):
        if "raised" in got:
            error = got["raised"]
            return [
                failed(f"{called} raised {error['type']}: {error['message']}", source_line(error))
            ]
        if not isinstance(got["value"], list):
            return [
                failed(
                    f"{called} gave {shorten(str(got['value']))}.",
                    "Return a list of dictionaries.",
                )
            ]
    entries = observation["whole"]["value"]
    if not all(isinstance(entry, dict) for entry in entries):
        return [
            failed("Not every entry is a dictionary.", "The two shapes are in the table above.")
        ]
    wrong = _messages_wrong(inputs["items"], entries) or _calls_wrong(inputs["items"], entries)
    wrong = wrong or _order_wrong(inputs["items"], entries)
    if wrong is None and observation["empty"]["value"]:
        wrong = failed("For an empty conversation the list is not empty.", "Begin with a new list.")
    return [
        wrong or passed(3, "Everything that was said and done is there, each call with its output.")
    ]


def _messages_wrong(items: list[Any], entries: list[Any]) -> Finding | None:
    if tool_role_entry := next((entry for entry in entries if entry.get("role") == "tool"), None):
        return failed(
            f"There is no role 'tool' here: {shorten(json.dumps(tool_role_entry))}.",
            "A tool's work is two entries: a function_call and a function_call_output.",
        )
    messages = [(entry.get("role"), _message_text(entry)) for entry in entries if "role" in entry]
    expected = [
        (item["type"].removesuffix("_message"), item["content"])
        for item in items
        if item["type"] != "tool"
    ]
    for role, text in expected:
        if not any(text in content for _, content in messages):
            return failed(
                f"What the {role} said is missing: {text!r}.", "Messages are entries, too."
            )
        if (role, text) not in messages:
            return failed(
                f"{text!r} was said by the {role}; you say it differently.",
                "Keep role and content as they are in the item.",
            )
    if len(messages) > len(expected):
        return failed(
            f"{len(expected)} messages became {len(messages)}.",
            "A tool's work is not a message: make it a function_call with its output.",
        )
    if messages != expected:
        return failed("The messages are not in the order in which they were said.", "Oldest first.")
    return None


def _calls_wrong(items: list[Any], entries: list[Any]) -> Finding | None:
    calls = [entry for entry in entries if entry.get("type") == "function_call"]
    outputs = {
        entry.get("call_id"): entry
        for entry in entries
        if entry.get("type") == "function_call_output"
    }
    tools = [item for item in items if item["type"] == "tool"]
    # The interrupted one first, then a text: so each mistake has its finding, in whatever order.
    tools.sort(
        key=lambda tool: (tool["status"] != "incomplete", not isinstance(tool["output"], str))
    )
    for tool in tools:
        called = f"{tool['tool']}({json.dumps(tool['arguments'])})"
        call = next(
            (entry for entry in calls if _parse_arguments(entry) == tool["arguments"]), None
        )
        if any(entry.get("arguments") == str(tool["arguments"]) for entry in calls):
            return failed(
                f"The arguments of {called} are {shorten(str(tool['arguments']))}: that is Python, "
                "not JSON.",
                "str() writes single quotes, which are not JSON: json.dumps(item.arguments).",
            )
        if call is None:
            return _explain_missing_call(tool, called, calls)
        if not isinstance(call["arguments"], str):
            return failed(
                f"The arguments of {called} are a dictionary.",
                "A model writes its arguments as text: json.dumps(item.arguments).",
            )
        if call.get("name") != tool["tool"]:
            return failed(
                f"The call of {called} is named {call.get('name')!r}.", "Its name is item.tool."
            )
        output = outputs.get(call.get("call_id"))
        if output is None:
            return failed(
                f"The call of {called} has no output, and a real model refuses that.",
                "Let a function_call_output with the same call_id follow it, always.",
            )
        if wrong := _output_wrong(tool, called, output.get("output")):
            return wrong
    if len({call.get("call_id") for call in calls}) < len(calls):
        return failed("Two calls have the same call_id.", "Each item has its own: item.call_id.")
    return None


def _explain_missing_call(tool: dict[str, Any], called: str, calls: list[Any]) -> Finding:
    if not calls:
        return failed(
            f"There is no call in the list: the agent forgets that it used {called}.",
            "For a tool item, append a function_call and a function_call_output.",
        )
    if tool["status"] == "incomplete":
        return failed(
            f"{called} was interrupted, and you left it out: the agent does not know that it "
            "tried.",
            "Keep the call, and let its output say that nobody knows how it ended.",
        )
    if any(call.get("name") == tool["tool"] for call in calls):
        return failed(
            f"There is no function_call with the arguments of {called}.",
            "They are the item's arguments, as JSON: json.dumps(item.arguments).",
        )
    return failed(
        f"There is no function_call for {called}.", "Every tool item is a call, failed or not."
    )


def _output_wrong(tool: dict[str, Any], called: str, output: Any) -> Finding | None:
    if isinstance(output, list):
        return None
    if not isinstance(output, str):
        return failed(
            f"The output of {called} is {shorten(json.dumps(output))}, which is not a string.",
            "A model reads text: a string as it is, anything else with json.dumps.",
        )
    if tool["status"] == "incomplete":
        if output.strip() in {"", "None", "null", '""'}:
            return failed(
                f"{called} was interrupted, and its output is {output!r}.",
                "Say so in words: the model has to know that nobody knows how it ended.",
            )
        return None
    if not isinstance(tool["output"], str) and not _is_json(output):
        return failed(
            f"The output of {called} is {shorten(output)}: that is not JSON.",
            "str() and f-strings write Python, with single quotes. An output that is not text "
            "becomes JSON: json.dumps(item.output).",
        )
    expected = tool["output"] if isinstance(tool["output"], str) else str(tool["output"]["id"])
    if expected not in output:
        return failed(
            f"{called} gave {shorten(json.dumps(tool['output']))};"
            f" your output says {shorten(output)}.",
            "`item.content` is for people. What the model needs is in `item.output`.",
        )
    return None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _order_wrong(items: list[Any], entries: list[Any]) -> Finding | None:
    """What is wrong with where the calls stand.

    The position of a call or an output is the number of messages before it.
    """
    positions = {entry.get("call_id"): [] for entry in entries if "call_id" in entry}
    messages = 0
    for entry in entries:
        if "role" in entry:
            messages += 1
        elif "call_id" in entry:
            positions[entry["call_id"]].append((messages, entry.get("type")))
    expected_positions: list[int] = []
    messages = 0
    for item in items:
        if item["type"] == "tool":
            expected_positions.append(messages)
        else:
            messages += 1
    for pair, expected_position in zip(
        sorted(positions.values()), expected_positions, strict=False
    ):
        if len(pair) != 2:
            return failed("There is more than one call, or output, for one item.", "One each.")
        call, output = pair
        if call[1] != "function_call":
            return failed("An output comes before its call.", "First the call, then its output.")
        if (call[0], output[0]) != (expected_position, expected_position):
            return failed(
                "A call or its output stands among messages that came before or after it.",
                "Keep the order of the items: each call with its output where it happened.",
            )
    return None


def _parse_arguments(call: dict[str, Any]) -> Any:
    """The arguments of a call, decoded if they are JSON text."""
    arguments = call.get("arguments")
    if isinstance(arguments, str):
        try:
            return json.loads(arguments)
        except ValueError:
            return arguments
    return arguments


def _message_text(entry: dict[str, Any]) -> str:
    """The text of a message entry, whose content is a string or a list of parts."""
    content = entry.get("content")
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content if isinstance(part, dict))
    return str(content)
