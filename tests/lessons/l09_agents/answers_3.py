# %% wrong: There is no call in the list: the agent forgets that it used
def to_agent_input(items):
    return [{"role": i.role, "content": i.content} for i in items if i.type != "tool"]


# %% wrong: There is no role 'tool' here
def to_agent_input(items):
    return [{"role": item.role, "content": item.content} for item in items]


# %% wrong: A model writes its arguments as text
def to_agent_input(items):
    entries = []
    for item in items:
        if item.type == "tool":
            call = {"type": "function_call", "call_id": item.call_id, "name": item.tool}
            entries.append(call | {"arguments": item.arguments})
            entries.append(
                {
                    "type": "function_call_output",
                    "call_id": item.call_id,
                    "output": json.dumps(item.output or "interrupted"),
                }
            )
        else:
            entries.append({"role": item.role, "content": item.content})
    return entries


# %% wrong: has no output, and a real model refuses that
def to_agent_input(items):
    entries = []
    for item in items:
        if item.type == "tool":
            call = {"type": "function_call", "call_id": item.call_id, "name": item.tool}
            entries.append(call | {"arguments": json.dumps(item.arguments)})
            if item.outcome == "completed":
                output = {"type": "function_call_output", "call_id": item.call_id}
                entries.append(output | {"output": json.dumps(item.output)})
        else:
            entries.append({"role": item.role, "content": item.content})
    return entries


# %% wrong: was interrupted, and you left it out
def to_agent_input(items):
    entries = []
    for item in items:
        if item.type == "tool":
            if item.status == "completed":
                call = {"type": "function_call", "call_id": item.call_id, "name": item.tool}
                entries.append(call | {"arguments": json.dumps(item.arguments)})
                output = {"type": "function_call_output", "call_id": item.call_id}
                entries.append(output | {"output": json.dumps(item.output)})
        else:
            entries.append({"role": item.role, "content": item.content})
    return entries


# %% wrong: Say so in words
def to_agent_input(items):
    entries = []
    for item in items:
        if item.type == "tool":
            call = {"type": "function_call", "call_id": item.call_id, "name": item.tool}
            entries.append(call | {"arguments": json.dumps(item.arguments)})
            output = {"type": "function_call_output", "call_id": item.call_id}
            entries.append(output | {"output": str(item.output)})
        else:
            entries.append({"role": item.role, "content": item.content})
    return entries


# %% wrong: which is not a string
def to_agent_input(items):
    entries = []
    for item in items:
        if item.type == "tool":
            call = {"type": "function_call", "call_id": item.call_id, "name": item.tool}
            entries.append(call | {"arguments": json.dumps(item.arguments)})
            output = {"type": "function_call_output", "call_id": item.call_id}
            entries.append(output | {"output": item.output})
        else:
            entries.append({"role": item.role, "content": item.content})
    return entries


# %% wrong: What the model needs is in `item.output`
def to_agent_input(items):
    entries = []
    for item in items:
        if item.type == "tool":
            call = {"type": "function_call", "call_id": item.call_id, "name": item.tool}
            entries.append(call | {"arguments": json.dumps(item.arguments)})
            output = {"type": "function_call_output", "call_id": item.call_id}
            entries.append(output | {"output": item.content})
        else:
            entries.append({"role": item.role, "content": item.content})
    return entries


# %% wrong: Keep the order of the items
def to_agent_input(items):
    entries = []
    outputs = []
    for item in items:
        if item.type == "tool":
            call = {"type": "function_call", "call_id": item.call_id, "name": item.tool}
            entries.append(call | {"arguments": json.dumps(item.arguments)})
            output = {"type": "function_call_output", "call_id": item.call_id}
            outputs.append(output | {"output": json.dumps(item.output or "interrupted")})
        else:
            entries.append({"role": item.role, "content": item.content})
    return entries + outputs


# %% wrong: Oldest first.
def to_agent_input(items):
    entries = []
    for item in reversed(items):
        if item.type == "tool":
            call = {"type": "function_call", "call_id": item.call_id, "name": item.tool}
            entries.append(call | {"arguments": json.dumps(item.arguments)})
            output = {"type": "function_call_output", "call_id": item.call_id}
            entries.append(output | {"output": json.dumps(item.output or "interrupted")})
        else:
            entries.append({"role": item.role, "content": item.content})
    return entries


# %% wrong: What the assistant said is missing
def to_agent_input(items):
    entries = []
    for item in items:
        if item.type == "tool":
            call = {"type": "function_call", "call_id": item.call_id, "name": item.tool}
            entries.append(call | {"arguments": json.dumps(item.arguments)})
            output = {"type": "function_call_output", "call_id": item.call_id}
            entries.append(output | {"output": json.dumps(item.output or "interrupted")})
        elif item.status == "completed":
            entries.append({"role": item.role, "content": item.content})
    return entries


# %% wrong: you are writing this one
def to_agent_input(items):
    return adapter.to_agent_input(items)


# %% right: a generator for each item, and content in parts
def entries_of(item):
    if item.role == "tool":
        arguments = json.dumps(item.arguments, ensure_ascii=False)
        output = "interrupted; unknown" if item.outcome is None else str(item.output)
        if item.outcome == "completed" and not isinstance(item.output, str):
            output = json.dumps(item.output)
        shared = {"call_id": item.call_id}
        yield {"type": "function_call", "name": item.tool, "arguments": arguments} | shared
        yield {"type": "function_call_output", "output": output} | shared
    else:
        kind = "input_text" if item.role == "user" else "output_text"
        parts = [{"type": kind, "text": item.content}]
        yield {"type": "message", "role": item.role, "content": parts}


def to_agent_input(items):
    return [entry for item in items for entry in entries_of(item)]


# %% right: match, ids of its own, and a word before a failure
def to_agent_input(items):
    out = []
    for number, item in enumerate(items):
        match item.type:
            case "user_message" | "assistant_message":
                out.append(dict(role=item.role, content=item.content))
            case "tool":
                id = f"call_{number}"
                said = {
                    ("completed", "completed"): json.dumps(item.output),
                    ("completed", "failed"): f"Failed: {item.output}",
                }.get((item.status, item.outcome), "Nobody knows how this ended.")
                out += [
                    dict(
                        type="function_call",
                        call_id=id,
                        name=item.tool,
                        arguments=json.dumps(item.arguments, indent=2),
                    ),
                    dict(type="function_call_output", call_id=id, output=said),
                ]
    return out


# %% wrong: str() writes single quotes
def to_agent_input(items):
    entries = []
    for item in items:
        if item.type != "tool":
            entries.append({"role": item.role, "content": item.content})
            continue
        entries.append({"type": "function_call", "call_id": item.call_id, "name": item.tool, "arguments": str(item.arguments)})
        output = item.output if isinstance(item.output, str) else json.dumps(item.output)
        if item.status == "incomplete":
            output = "Interrupted."
        entries.append({"type": "function_call_output", "call_id": item.call_id, "output": output})
    return entries


# %% wrong: An output that is not text becomes JSON
def to_agent_input(items):
    entries = []
    for item in items:
        if item.type != "tool":
            entries.append({"role": item.role, "content": item.content})
            continue
        entries.append({"type": "function_call", "call_id": item.call_id, "name": item.tool, "arguments": json.dumps(item.arguments)})
        output = str(item.output)
        if item.status == "incomplete":
            output = "Interrupted."
        entries.append({"type": "function_call_output", "call_id": item.call_id, "output": output})
    return entries
