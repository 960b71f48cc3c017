# %% wrong: each line of the data needs its own `data: `
def sse_frame(data, event=None, id=None):
    lines = [f"data: {data}"]
    if event:
        lines.insert(0, f"event: {event}")
    if id:
        lines.insert(0, f"id: {id}")
    return "\n".join(lines) + "\n\n"


# %% wrong: Empty data is data, too
def sse_frame(data, event=None, id=None):
    lines = [f"data: {line}" for line in data.splitlines()]
    if event:
        lines.insert(0, f"event: {event}")
    if id:
        lines.insert(0, f"id: {id}")
    return "\n".join(lines) + "\n\n"


# %% wrong: after each comes one more `data: ` line
def sse_frame(data, event=None, id=None):
    lines = [f"data: {line}" for line in re.split(r"\r\n|\n|\r", data.rstrip())]
    if event:
        lines.insert(0, f"event: {event}")
    if id:
        lines.insert(0, f"id: {id}")
    return "\n".join(lines) + "\n\n"


# %% wrong: splitlines() also cuts at other characters
def sse_frame(data, event=None, id=None):
    lines = [f"data: {line}" for line in (data + "\n ").splitlines()[:-1]]
    if event:
        lines.insert(0, f"event: {event}")
    if id:
        lines.insert(0, f"id: {id}")
    return "\n".join(lines) + "\n\n"


# %% wrong: \r\n and \r end a line, too
def sse_frame(data, event=None, id=None):
    lines = [f"data: {line}" for line in data.split("\n")]
    if event:
        lines.insert(0, f"event: {event}")
    if id:
        lines.insert(0, f"id: {id}")
    return "\n".join(lines) + "\n\n"


# %% wrong: A frame ends with an empty line
def sse_frame(data, event=None, id=None):
    lines = [f"data: {line}" for line in re.split(r"\r\n|\n|\r", data)]
    return "\n".join(lines) + "\n"


# %% wrong: write `data: `, with a space
def sse_frame(data, event=None, id=None):
    lines = [f"data:{line}" for line in re.split(r"\r\n|\n|\r", data)]
    if event:
        lines.insert(0, f"event:{event}")
    if id:
        lines.insert(0, f"id:{id}")
    return "\n".join(lines) + "\n\n"


# %% wrong: A line `event: ...` only when there is one
def sse_frame(data, event=None, id=None):
    lines = [f"data: {line}" for line in re.split(r"\r\n|\n|\r", data)]
    return "\n".join([f"id: {id}", f"event: {event}", *lines]) + "\n\n"


# %% wrong: A line `id: ...` only when `id` is not None.
def sse_frame(data, event=None, id=None):
    lines = [f"data: {line}" for line in re.split(r"\r\n|\n|\r", data)]
    return "\n".join([f"event: {event or 'message'}", f"id: {id}", *lines]) + "\n\n"


# %% wrong: with no quotes added around it
import json


def sse_frame(data, event=None, id=None):
    return f"id: {id}\nevent: {event}\ndata: {json.dumps(data)}\n\n"


# %% wrong: Return a string.
def sse_frame(data, event=None, id=None):
    return f"data: {data}\n\n".encode()


# %% wrong: Each line is a field name, a colon, a space and a value
def sse_frame(data, event=None, id=None):
    return f"{event or 'message'}: {data}\n\n"


# %% wrong: An empty line ends a frame
def sse_frame(data, event=None, id=None):
    frames = [f"data: {line}\n\n" for line in re.split(r"\r\n|\n|\r", data)]
    return f"event: {event or 'message'}\nid: {id or ''}\n" + "".join(frames)


# %% wrong: you are writing this one
from chatlab.streams import sse_frame


# %% right: each field by itself, with the line ends of Windows
def sse_frame(data, event=None, id=None):
    frame = ""
    for line in data.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        frame += "data: " + line + "\r\n"
    if event is not None:
        frame += "event: " + event + "\r\n"
    if id is not None:
        frame += "id: " + id + "\r\n"
    return frame + "\r\n"


# %% right: fields as pairs
def sse_frame(data, event=None, id=None):
    fields = [("id", id), ("event", event)]
    fields += [("data", line) for line in re.sub("\r\n?", "\n", data).split("\n")]
    return "".join(f"{name}: {value}\n" for name, value in fields if value is not None) + "\n"


# %% wrong: Write the line only when `id` is not None.
def sse_frame(data, event=None, id=None):
    return "\n".join([f"id: {id or ''}", f"event: {event or 'message'}", *[f"data: {l}" for l in re.split(r"\r\n|\r|\n", data)], "", ""])
