"""Writes one response of a model as the events of OpenAI's Responses API (lesson 09).

Source: https://platform.openai.com/docs/api-reference/responses-streaming
"""

from itertools import count

from agents.items import TResponseStreamEvent
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseContentPartAddedEvent,
    ResponseContentPartDoneEvent,
    ResponseCreatedEvent,
    ResponseFunctionCallArgumentsDeltaEvent,
    ResponseFunctionCallArgumentsDoneEvent,
    ResponseFunctionToolCall,
    ResponseOutputItem,
    ResponseOutputItemAddedEvent,
    ResponseOutputItemDoneEvent,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseTextDeltaEvent,
    ResponseTextDoneEvent,
)

from chatlab.adapters.agents.script import Call
from chatlab.clock import NewId

__all__ = ["CallWriter", "ModelResponseWriter", "ResponseMessageWriter"]


class ModelResponseWriter:
    """Numbers the events, gives every item an id of its own, and collects what was said."""

    def __init__(self, new_id: NewId) -> None:
        self.new_id = new_id
        self.response_id = new_id("resp")
        self.output: list[ResponseOutputItem] = []
        self._numbers = count()

    def number(self) -> int:
        """The next event's number."""
        return next(self._numbers)

    def created(self) -> TResponseStreamEvent:
        """The first event."""
        return ResponseCreatedEvent(
            type="response.created", response=self._response(), sequence_number=self.number()
        )

    def message(self) -> "ResponseMessageWriter":
        """Begin a message."""
        return ResponseMessageWriter(self)

    def call(self, call: Call) -> "CallWriter":
        """Begin a call."""
        return CallWriter(self, call)

    def completed(self) -> TResponseStreamEvent:
        """The last event, with all that was said."""
        return ResponseCompletedEvent(
            type="response.completed", response=self._response(), sequence_number=self.number()
        )

    def added(self, item: ResponseOutputItem) -> TResponseStreamEvent:
        """An item begins."""
        return ResponseOutputItemAddedEvent(
            type="response.output_item.added",
            item=item,
            output_index=len(self.output),
            sequence_number=self.number(),
        )

    def done(self, item: ResponseOutputItem) -> TResponseStreamEvent:
        """An item is complete."""
        self.output.append(item)
        return ResponseOutputItemDoneEvent(
            type="response.output_item.done",
            item=item,
            output_index=len(self.output) - 1,
            sequence_number=self.number(),
        )

    def _response(self) -> Response:
        return Response(
            id=self.response_id,
            created_at=0,
            model="scripted",
            object="response",
            output=list(self.output),
            parallel_tool_calls=True,
            tool_choice="auto",
            tools=[],
        )


class ResponseMessageWriter:
    """One message, piece by piece."""

    def __init__(self, writer: ModelResponseWriter) -> None:
        self._writer = writer
        self._id = writer.new_id("msg")
        self._at = len(writer.output)
        self._pieces: list[str] = []

    def opening(self) -> list[TResponseStreamEvent]:
        """What goes out before the first piece."""
        message = ResponseOutputMessage(
            id=self._id, content=[], role="assistant", status="in_progress", type="message"
        )
        return [
            self._writer.added(message),
            ResponseContentPartAddedEvent(
                type="response.content_part.added",
                content_index=0,
                item_id=self._id,
                output_index=self._at,
                part=ResponseOutputText(annotations=[], text="", type="output_text"),
                sequence_number=self._writer.number(),
            ),
        ]

    def delta(self, piece: str) -> TResponseStreamEvent:
        """The next piece."""
        self._pieces.append(piece)
        return ResponseTextDeltaEvent(
            type="response.output_text.delta",
            content_index=0,
            delta=piece,
            item_id=self._id,
            logprobs=[],
            output_index=self._at,
            sequence_number=self._writer.number(),
        )

    def closing(self) -> list[TResponseStreamEvent]:
        """What goes out after the last piece."""
        text = "".join(self._pieces)
        part = ResponseOutputText(annotations=[], text=text, type="output_text")
        return [
            ResponseTextDoneEvent(
                type="response.output_text.done",
                content_index=0,
                item_id=self._id,
                logprobs=[],
                output_index=self._at,
                sequence_number=self._writer.number(),
                text=text,
            ),
            ResponseContentPartDoneEvent(
                type="response.content_part.done",
                content_index=0,
                item_id=self._id,
                output_index=self._at,
                part=part,
                sequence_number=self._writer.number(),
            ),
            self._writer.done(
                ResponseOutputMessage(
                    id=self._id,
                    content=[part],
                    role="assistant",
                    status="completed",
                    type="message",
                )
            ),
        ]


class CallWriter:
    """One call of a tool; its arguments come piece by piece, too."""

    def __init__(self, writer: ModelResponseWriter, call: Call) -> None:
        self._writer = writer
        self._at = len(writer.output)
        self._call = ResponseFunctionToolCall(
            id=writer.new_id("fc"),
            call_id=writer.new_id("call"),
            name=call.tool,
            arguments="",
            type="function_call",
        )
        self._pieces: list[str] = []

    def opening(self) -> list[TResponseStreamEvent]:
        """What goes out before the first piece."""
        return [self._writer.added(self._call)]

    def delta(self, piece: str) -> TResponseStreamEvent:
        """The next piece."""
        self._pieces.append(piece)
        return ResponseFunctionCallArgumentsDeltaEvent(
            type="response.function_call_arguments.delta",
            delta=piece,
            item_id=self._call.id or "",
            output_index=self._at,
            sequence_number=self._writer.number(),
        )

    def closing(self) -> list[TResponseStreamEvent]:
        """What goes out after the last piece."""
        arguments = "".join(self._pieces)
        return [
            ResponseFunctionCallArgumentsDoneEvent(
                type="response.function_call_arguments.done",
                arguments=arguments,
                item_id=self._call.id or "",
                output_index=self._at,
                sequence_number=self._writer.number(),
            ),
            self._writer.done(
                self._call.model_copy(update={"arguments": arguments, "status": "completed"})
            ),
        ]
