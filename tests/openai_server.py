"""A small server that speaks OpenAI's two APIs over real sockets, and fails as a real one does.

The model's name says what happens: see `FAILURES`. All others answer: a message that begins with
"Create" is a call of `create_task`, "Delete" one of `delete_task`, everything else is repeated.
"""

import json
import socket
import struct
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FAILURES = {
    "bad-key": (401, "invalid_api_key"),
    "forbidden": (403, "unsupported_country"),
    "unknown": (404, "model_not_found"),
    "busy": (429, "rate_limit_exceeded"),
    "poor": (429, "insufficient_quota"),
    "faulty": (500, "server_error"),
    "overloaded": (503, "server_error"),
}
"""What these models answer; the body repeats the key, as some servers do."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append((self.path, body, self.headers.get("authorization")))
        self.close_connection = True
        if body["model"] in FAILURES:
            return self.refuse(*FAILURES[body["model"]])
        is_chat = self.path == "/v1/chat/completions"
        self.stream(body["model"], (as_chat if is_chat else as_response)(*reply_to(body)))
        return None

    def refuse(self, status, code):
        said = f"Incorrect: {self.headers.get('authorization')}"
        page = json.dumps({"error": {"message": said, "type": code, "code": code}}).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(page)))
        self.send_header("retry-after-ms", "1")
        self.send_header("connection", "close")  # no client of a test outlives its loop
        self.end_headers()
        self.wfile.write(page)

    def stream(self, model, events):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.send_header("connection", "close")
        self.end_headers()
        for number, event in enumerate(events):
            if number == len(events) // 2:
                if model == "cut":  # a reset, not an end
                    linger = struct.pack("ii", 1, 0)
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    self.connection.close()
                    return
                if model == "ending":  # all is well, but for the rest
                    break
                if model == "confessing":
                    error = {"message": f"{self.headers.get('authorization')}", "code": None}
                    self.piece({"error": error, "type": "error", "message": "x"})
                    break
                if model == "slow":
                    self.server.waiting.set()
                    self.server.go_on.wait(300)
            try:
                self.piece(event)
            except OSError:
                self.server.left.set()
                return
        self.wfile.write(b"0\r\n\r\n")

    def piece(self, event):
        name = f"event: {event['type']}\n" if isinstance(event, dict) and "type" in event else ""
        text = event if isinstance(event, str) else json.dumps(event)
        data = f"{name}data: {text}\n\n".encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


def reply_to(body):
    """A call, as name and arguments, and None; or None, and a text in pieces."""
    said = body.get("messages") or body["input"]
    last = said[-1]
    if last.get("role") == "tool":
        return None, ["Done: ", last["content"]]
    if last.get("type") == "function_call_output":
        return None, ["Done: ", last["output"]]
    text = last["content"]
    if text.startswith("Create "):
        return ("create_task", {"title": text.removeprefix("Create "), "priority": "high"}), None
    if text.startswith("Delete "):
        return ("delete_task", {"task_id": int(text.removeprefix("Delete "))}), None
    return None, ["You ", "said: ", *(f"{word} " for word in text.split())]


def as_chat(call, pieces):
    """The chunks of a chat completion."""

    def chunk(delta, finish=None):
        choice = {"index": 0, "delta": {"role": "assistant"} | delta, "finish_reason": finish}
        kind = "chat.completion.chunk"
        return {"id": "c1", "object": kind, "created": 1, "model": "m", "choices": [choice]}

    if call is not None:
        function = {"name": call[0], "arguments": json.dumps(call[1])}
        calls = [{"index": 0, "id": "call_1", "type": "function", "function": function}]
        return [chunk({"tool_calls": calls}), chunk({}, "tool_calls"), "[DONE]"]
    return [*(chunk({"content": piece}) for piece in pieces), chunk({}, "stop"), "[DONE]"]


def as_response(call, pieces):
    """The events of a response."""
    if call is not None:
        item = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": call[0]}
        done = item | {"arguments": json.dumps(call[1]), "status": "completed"}
        item |= {"arguments": "", "status": "in_progress"}
        steps = [
            {"type": "response.function_call_arguments.delta", "delta": done["arguments"]},
            {
                "type": "response.function_call_arguments.done",
                "arguments": done["arguments"],
                "name": call[0],
            },
        ]
    else:
        item = {"type": "message", "id": "msg_1", "role": "assistant", "content": []}
        part = {"type": "output_text", "text": "".join(pieces), "annotations": []}
        done = item | {"content": [part], "status": "completed"}
        item |= {"status": "in_progress"}
        empty = part | {"text": ""}
        delta = {"type": "response.output_text.delta", "logprobs": [], "content_index": 0}
        steps = [
            {"type": "response.content_part.added", "part": empty, "content_index": 0},
            *(delta | {"delta": piece} for piece in pieces),
            {"type": "response.content_part.done", "part": part, "content_index": 0},
        ]
    response = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "output": [],
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
    }
    full = response | {"output": [done], "status": "completed"}
    events = [
        {"type": "response.created", "response": response | {"status": "in_progress"}},
        {"type": "response.output_item.added", "item": item},
        *(step | {"item_id": item["id"]} for step in steps),
        {"type": "response.output_item.done", "item": done},
        {"type": "response.completed", "response": full},
    ]
    return [
        event | {"sequence_number": number, "output_index": 0}
        for number, event in enumerate(events)
    ]


@contextmanager
def openai_server():
    """The server; `url` is its address, `asked` what it was sent: path, body, authorization.

    The model `slow` sets `waiting` in the middle of its answer and waits for `go_on`; `left` is
    set when whoever asked has hung up.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.url = f"http://127.0.0.1:{server.server_port}/v1"
    server.asked = []
    server.waiting, server.go_on, server.left = (threading.Event() for _ in range(3))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        server.go_on.set()
        server.shutdown()
        thread.join()
        server.server_close()
