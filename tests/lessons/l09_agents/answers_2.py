# %% wrong: turns them into chatlab's events
class AgentServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        result = Runner.run_streamed(self.agent, items, context=AgentContext(context))
        async for event in result.stream_events():
            yield event


# %% wrong: you yielded the whole stream as one event
class AgentServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        result = Runner.run_streamed(self.agent, items, context=AgentContext(context))
        yield stream_agent_response(result)


# %% wrong: A run begins at once: write no `await` before it.
class AgentServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        result = await Runner.run_streamed(self.agent, items, context=AgentContext(context))
        async for event in stream_agent_response(result):
            yield event


# %% wrong: collect nothing, and use Runner.run_streamed
class AgentServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        result = await Runner.run(self.agent, items, context=AgentContext(context))
        yield AssistantMessage(content="".join(
            item.raw_item.content[0].text
            for item in result.new_items
            if item.type == "message_output_item"
        ))


# %% wrong: `return` ends the turn; `yield` sends and goes on.
class AgentServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        result = Runner.run_streamed(self.agent, items, context=AgentContext(context))
        return stream_agent_response(result)


# %% wrong: collect nothing, and use Runner.run_streamed
class AgentServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        result = Runner.run_streamed(self.agent, items, context=AgentContext(context))
        events = [event async for event in stream_agent_response(result)]
        for event in events:
            yield event


# %% wrong: the agent's tool failed: it does not know who is asking
class AgentServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        result = Runner.run_streamed(self.agent, items)
        async for event in stream_agent_response(result):
            yield event


# %% wrong: the agent's tool failed: it does not know who is asking
class AgentServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        result = Runner.run_streamed(self.agent, items, context=context)
        async for event in stream_agent_response(result):
            yield event


# %% wrong: the agent's tool worked for somebody else
class AgentServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent
        self.context = None

    async def respond(self, thread, input, context):
        self.context = self.context or AgentContext(context)
        items = adapter.to_agent_input([*thread.history, input])
        result = Runner.run_streamed(self.agent, items, context=self.context)
        async for event in stream_agent_response(result):
            yield event


# %% wrong: Yield every event of the stream: ToolStatus, too.
class AgentServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        result = Runner.run_streamed(self.agent, items, context=AgentContext(context))
        async for event in stream_agent_response(result):
            if isinstance(event, AssistantMessage):
                yield event


# %% wrong: the answer came twice
class AgentServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        result = Runner.run_streamed(self.agent, items, context=AgentContext(context))
        async for event in stream_agent_response(result):
            yield event
        yield AssistantMessage(content=result.final_output)


# %% wrong: the agent never read what was said
class AgentServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input(thread.history)
        result = Runner.run_streamed(self.agent, items, context=AgentContext(context))
        async for event in stream_agent_response(result):
            yield event


# %% right: a plain loop
class AgentServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        said = [*thread.history, input]
        run = Runner.run_streamed(
            self.agent, input=adapter.to_agent_input(said), context=AgentContext(context)
        )
        async for event in stream_agent_response(run):
            yield event


# %% right: not a generator itself, it hands one on
class AgentServer(ChatKitServer):
    def __init__(self, agent, **more):
        super().__init__(**more)
        self._agent = agent

    def respond(self, thread, input, context):
        items = adapter.to_agent_input(thread.history + (input,))
        return stream_agent_response(
            Runner.run_streamed(self._agent, items, context=AgentContext(context))
        )


# %% right: only the message, without a history
class AgentServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        badge = AgentContext(request_context=context, book=TaskBook())
        stream = stream_agent_response(
            Runner.run_streamed(self.agent, input.content, context=badge, max_turns=4)
        )
        try:
            async for event in stream:
                yield event
        finally:
            await stream.aclose()
