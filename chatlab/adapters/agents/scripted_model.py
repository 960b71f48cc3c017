"""A model for agents that says and calls what you tell it to, with no network (lesson 09)."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from agents import set_tracing_disabled
from agents.handoffs import Handoff
from agents.items import ModelResponse, TResponseInputItem, TResponseStreamEvent
from agents.models.interface import Model
from agents.tool import Tool
from agents.usage import Usage
from typing_extensions import override

from chatlab.adapters.agents.backpressure import pace_events
from chatlab.adapters.agents.model_response_writer import ModelResponseWriter
from chatlab.adapters.agents.script import AgentPrompt, Call, Script, prompt_of
from chatlab.clock import Clock, NewId, new_id
from chatlab.errors import InvalidInput
from chatlab.llm import ScriptedModel

__all__ = ["ScriptedAgentModel"]


class ScriptedAgentModel(Model):
    """Stands where a paid model would behind an `Agent`: the same tokens and calls on every run.

    Making one switches the SDK's tracing off: there is nobody to send traces to.

    Args:
        replies: What it answers each time it is asked: one reply, or a list of them, used one
            after the other until the last one stays; or a function that is given the
            `AgentPrompt` and returns the reply. A reply is a text, a `Call`, or a tuple of those.
        tokens_per_second: Its pace, on the clock, for texts and for arguments of calls;
            `math.inf` does not wait at all.
        fail_after: Break off with a `ModelError` after this many tokens of each text or call.
        clock: Where time comes from.
        new_id: Where ids come from; each call and each message has its own.

    Attributes:
        open_connections: How many streams have begun and are not closed yet.
        prompts: What it was asked, each time.
    """

    def __init__(
        self,
        replies: Script,
        tokens_per_second: float = 50.0,
        *,
        fail_after: int | None = None,
        clock: Clock | None = None,
        new_id: NewId = new_id,
    ) -> None:
        if replies in ([], ()):
            raise InvalidInput("replies", "is empty", "Give the model at least one reply.")
        set_tracing_disabled(disabled=True)
        self.open_connections = 0
        self.prompts: list[AgentPrompt] = []
        self._replies = replies
        self._new_id = new_id
        self._voice = ScriptedModel(
            _literal_reply, tokens_per_second, fail_after=fail_after, clock=clock
        )

    @property
    def fail_after(self) -> int | None:
        """After how many tokens it breaks off; set it at any time, to None to make it well."""
        return self._voice.fail_after

    @fail_after.setter
    def fail_after(self, tokens: int | None) -> None:
        self._voice.fail_after = tokens

    @override
    async def get_response(
        self,
        system_instructions: str | None,
        input: str | list[TResponseInputItem],
        model_settings: object,
        tools: list[Tool],
        output_schema: object,
        handoffs: list[Handoff],
        *_: object,
        **__: object,
    ) -> ModelResponse:
        """The whole reply at once."""
        prompt = prompt_of(system_instructions, input, tools, handoffs)
        writer = ModelResponseWriter(self._new_id)
        async with aclosing(self._stream_parts(prompt, writer)) as events:
            async for _event in events:
                pass
        return ModelResponse(
            output=writer.output, usage=Usage(requests=1), response_id=writer.response_id
        )

    @override
    async def stream_response(
        self,
        system_instructions: str | None,
        input: str | list[TResponseInputItem],
        model_settings: object,
        tools: list[Tool],
        output_schema: object,
        handoffs: list[Handoff],
        *_: object,
        **__: object,
    ) -> AsyncGenerator[TResponseStreamEvent]:
        """The reply, token by token, as events of the Responses API.

        Raises:
            ModelError: The model broke off, as `fail_after` told it to.
        """
        prompt = prompt_of(system_instructions, input, tools, handoffs)
        events = self._stream_parts(prompt, ModelResponseWriter(self._new_id))
        async with aclosing(pace_events(events)) as paced:
            async for event in paced:
                yield event

    async def _stream_parts(
        self, prompt: AgentPrompt, writer: ModelResponseWriter
    ) -> AsyncGenerator[TResponseStreamEvent]:
        self.open_connections += 1
        try:
            self.prompts.append(prompt)
            yield writer.created()
            for part in self._parts(prompt):
                item = writer.call(part) if isinstance(part, Call) else writer.message()
                for event in item.opening():
                    yield event
                text = part.json() if isinstance(part, Call) else part
                async with aclosing(self._voice.stream(text)) as tokens:
                    async for token in tokens:
                        yield item.delta(token)
                for event in item.closing():
                    yield event
            yield writer.completed()
        finally:
            self.open_connections -= 1

    def _parts(self, prompt: AgentPrompt) -> Sequence[str | Call]:
        match self._replies:
            case list() as replies:
                reply = replies[min(len(self.prompts), len(replies)) - 1]
            case str() | Call() | tuple() as reply:
                pass
            case respond:
                reply = respond(prompt)
        return (reply,) if isinstance(reply, str | Call) else reply


def _literal_reply(text: str) -> str:
    return text
