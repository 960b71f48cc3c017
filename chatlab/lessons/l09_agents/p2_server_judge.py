"""Part 09.2, judged: what reached the user, when it did, and whether a stop reached the model."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.explain import explain_no_server, shorten, turn_wrong
from chatlab.lessons.support.server_turns import reply_text

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """Text and tool events must arrive while the agent runs; a stop must end the model's stream."""
    if "unmade" in observation:
        return [explain_no_server("AgentServer", observation["unmade"])]
    for message, user, turn in zip(
        inputs["messages"], inputs["names"], observation["turns"], strict=True
    ):
        called = f"send({message!r}) by {user}"
        wrong = _sdk_misuse_wrong(called, turn) or turn_wrong(called, turn)
        if wrong := wrong or _reply_wrong(called, message, user, inputs, turn):
            return [wrong]
    if observation["stopped"]["open"]:
        return [
            failed(
                "The chat was stopped, and the model went on talking: somebody pays for that.",
                "Read the run with `stream_agent_response(result)`: it cancels the run.",
            )
        ]
    if observation["stopped"]["error"]:
        return [
            failed(
                f"Stopping the chat raised {observation['stopped']['error']}.",
                "Let a stop go through: do not catch it, and yield nothing after it.",
            )
        ]
    return [
        passed(3, "The agent's words and tools arrive as they happen, and a stop really stops it.")
    ]


def _sdk_misuse_wrong(called: str, turn: dict[str, Any]) -> Finding | None:
    """What is wrong when the turn raised because of how the run was started or read."""
    message = (turn["raised"] or {}).get("message", "")
    if turn["raised"] and turn["raised"]["type"] == "RespondError":
        if "async_generator" in message:
            return failed(
                f"{called}: you yielded the whole stream as one event.",
                "Yield what is in it: `async for event in stream_agent_response(result)`.",
            )
        if "RunResult" in message or "StreamEvent" in message:
            return failed(
                f"{called}: the server does not know the SDK's own objects.",
                "`stream_agent_response(result)` turns them into chatlab's events.",
            )
    if "coroutine" in message and "stream_events" in message:
        return failed(
            f"{called}: {message}",
            "`Runner.run` is for one answer at the end; `Runner.run_streamed` is for a stream.",
        )
    return None


def _reply_wrong(
    called: str, message: str, user: str, inputs: dict[str, Any], turn: dict[str, Any]
) -> Finding | None:
    got = reply_text(turn)
    tools = [event["status"] for event in turn["events"] if event["type"] == "tool_status"]
    if "failed" in tools or (not tools and "error occurred" in got):
        return failed(
            f"{called}: the agent's tool failed: it does not know who is asking.",
            "Tell the run: Runner.run_streamed(..., context=AgentContext(context)).",
        )
    if f"for {user}." not in got and "for " in got.partition(inputs["after"])[2]:
        return failed(
            f"{called}: the agent's tool worked for somebody else.",
            "Give each run the context of whoever is asking; keep nothing on `self`.",
        )
    if not got:
        return failed(f"{called}: nothing was said.", "Yield every event of the stream.")
    if inputs["before"] not in got or inputs["after"] not in got:
        return failed(
            f"{called}: something is missing; got {shorten(got)}.",
            "Yield every event of the stream, and each piece of text.",
        )
    if got.count(inputs["after"]) > 1:
        return failed(
            f"{called}: the answer came twice.", "The stream has everything; add nothing to it."
        )
    if message not in got:
        return failed(
            f"{called}: the agent never read what was said.",
            "It needs a list: to_agent_input([*thread.history, input]).",
        )
    if turn["first"] is None or turn["first"] >= turn["total"]:
        return failed(
            f"{called}: the first text came after {turn['total']:.1f} seconds, with the last.",
            "Yield each event as it comes: collect nothing, and use Runner.run_streamed.",
        )
    if tools != ["running", "completed"]:
        return failed(
            f"{called}: the agent used a tool, and the user saw {tools or 'nothing of it'}.",
            "Yield every event of the stream: ToolStatus, too.",
        )
    return None
