"""Turns what happens in an agent's run into chatlab's events, each thing once (lesson 09)."""

import json
import re
from typing import Any, cast

from agents import (
    InputGuardrailTripwireTriggered,
    MaxTurnsExceeded,
    ModelBehaviorError,
    OutputGuardrailTripwireTriggered,
    RunContextWrapper,
    UserError,
    default_tool_error_function,
)
from agents.items import (
    HandoffCallItem,
    HandoffOutputItem,
    ItemHelpers,
    MessageOutputItem,
    RunItem,
    ToolCallItem,
    ToolCallOutputItem,
)
from agents.stream_events import StreamEvent
from pydantic_core import to_jsonable_python

from chatlab.adapters.agents.model_problems import ModelUnavailable, problem_of
from chatlab.errors import AgentError, ChatlabError, ModelError
from chatlab.events import AssistantMessage, RespondEvent, ToolStatus

__all__ = ["RunEvents", "TooManyTurns", "ToolFailure", "to_agent_error"]

_SDK_FAILURE = re.compile(
    re.escape(default_tool_error_function(RunContextWrapper(None), Exception()))
    + r"|Tool '.*' timed out after \S+ seconds\."
)


class TooManyTurns(AgentError, MaxTurnsExceeded):
    """The agent asked its model as often as it may, and was still not done."""

    code = "too_many_turns"

    def __init__(self, max_turns: int | None) -> None:
        self.max_turns = max_turns
        super().__init__(f"it asked its model {max_turns} times and still had no answer")


class ToolFailure(str):
    """What a tool returns when it could not do its work: the call is shown as failed.

    The model reads it as a text. Return it from a tool, or from its `failure_error_function`.
    """

    __slots__ = ()


class RunEvents:
    """Follows one run: which calls are open, and whether the text has been shown already."""

    def __init__(self) -> None:
        self.open: dict[str, str] = {}
        self._called: set[str] = set()
        self._spoke = False
        self._streaming = False
        self._streamed = False
        self._new_message = False

    def translate(self, event: StreamEvent) -> list[RespondEvent]:
        """What goes out for it."""
        if event.type == "raw_response_event":
            return self._raw(event.data)
        if event.type == "run_item_stream_event":
            self._streaming = False
            return self._item(event.item)
        return []

    def finish(self, final_output: object) -> list[RespondEvent]:
        """What goes out at the end: calls made elsewhere are over; a tool may be last to speak."""
        out = self.close("completed")
        if not self._spoke and isinstance(final_output, str) and final_output:
            out.append(AssistantMessage(content=final_output))
        return out

    def close(self, status: Any) -> list[RespondEvent]:
        """End the calls that nothing more will be heard of."""
        out: list[RespondEvent] = [
            ToolStatus(tool=tool, status=status, detail=_line(tool, status), call_id=call_id)
            for call_id, tool in self.open.items()
        ]
        self.open.clear()
        return out

    def _raw(self, data: Any) -> list[RespondEvent]:
        if not self._streaming:
            self._streaming, self._streamed = True, False
            self._called.clear()
        if data.type == "response.output_item.done" and data.item.type == "function_call":
            return self._call(data.item.name, data.item.call_id, data.item)
        if data.type == "response.output_item.added" and data.item.type == "message":
            self._new_message = True
        if data.type in {"response.output_text.delta", "response.refusal.delta"}:
            self._streamed = True
            return self._text(data.delta)
        return []

    def _text(self, text: str) -> list[RespondEvent]:
        if not text:
            return []
        between = "\n\n" if self._spoke and self._new_message else ""
        self._spoke, self._new_message = True, False
        return [AssistantMessage(content=between + text)]

    def _item(self, item: RunItem) -> list[RespondEvent]:
        match item:
            case MessageOutputItem() if not self._streamed:
                self._new_message = True
                return self._text(ItemHelpers.text_message_output(item))
            case ToolCallItem():
                return self._call(item.tool_name, item.call_id, item.raw_item)
            case HandoffCallItem(raw_item=call):
                return self._call(call.name, call.call_id, call)
            case ToolCallOutputItem(output=output):
                failed = isinstance(output, ToolFailure) or (
                    isinstance(output, str) and _SDK_FAILURE.fullmatch(output) is not None
                )
                return self._done(item.call_id, output, failed=failed)
            case HandoffOutputItem():
                call_id: Any = dict(item.raw_item).get("call_id")
                output = {"assistant": item.target_agent.name}
                return self._done(call_id, output, f"Handed over to {item.target_agent.name} ✓")
            case _:
                return []

    def _call(self, name: str | None, call_id: str | None, raw: Any) -> list[RespondEvent]:
        tool = name or str(_field(raw, "type")).removesuffix("_call")
        call_id = call_id or tool
        if call_id in self._called:
            return []
        self._called.add(call_id)
        self._spoke = False
        self.open[call_id] = tool
        return [
            ToolStatus(
                tool=tool,
                status="running",
                detail=_line(tool, "running"),
                call_id=call_id,
                arguments=_arguments(_field(raw, "arguments")),
            )
        ]

    def _done(
        self, call_id: str | None, output: object, detail: str = "", *, failed: bool = False
    ) -> list[RespondEvent]:
        call_id = call_id or ""
        tool = self.open.pop(call_id, "tool")
        self._spoke = False
        status = "failed" if failed else "completed"
        return [
            ToolStatus(
                tool=tool,
                status=status,
                detail=detail or _line(tool, status),
                call_id=call_id,
                output=to_jsonable_python(output, fallback=str, bytes_mode="base64"),
            )
        ]


def to_agent_error(  # noqa: PLR0911 - each kind of error is one line
    error: Exception, max_turns: int | None
) -> Exception:
    """The error as whoever chats may read it; chatlab's own, such as PermissionDenied, stay."""
    cause = error if isinstance(error, ChatlabError) else error.__cause__
    if isinstance(error, MaxTurnsExceeded):
        return TooManyTurns(max_turns)
    if isinstance(cause, ModelError):
        return AgentError(f"its model broke off after {cause.tokens} tokens")
    if isinstance(cause, ChatlabError):
        return cause
    if isinstance(error, UserError) and (
        tool := re.match(r"Error running tool (\S+):", str(error))
    ):
        return AgentError(f"the tool {tool[1]} failed")
    if isinstance(error, InputGuardrailTripwireTriggered | OutputGuardrailTripwireTriggered):
        return AgentError("a guardrail refused it")
    if (problem := problem_of(error)) is not None:
        return ModelUnavailable(problem)
    if isinstance(error, ModelBehaviorError):
        return AgentError("its model asked for what is not there")
    return AgentError(f"there was a {type(error).__name__}")


def _field(raw: Any, name: str) -> Any:
    return raw.get(name) if isinstance(raw, dict) else getattr(raw, name, None)  # pyright: ignore[reportUnknownMemberType,reportUnknownVariableType]


def _arguments(text: object) -> dict[str, Any]:
    try:
        arguments: Any = json.loads(text) if isinstance(text, str) and text else {}
    except ValueError:
        arguments = text
    if isinstance(arguments, dict):
        return cast("dict[str, Any]", arguments)
    return {"arguments": arguments}


def _line(tool: str, status: str) -> str:
    """The line that people see: `Create task ...`, `Create task ✓`, `Create task failed`."""
    mark = {"running": " ...", "completed": " ✓"}.get(status, " failed")
    return tool.replace("_", " ").capitalize() + mark
