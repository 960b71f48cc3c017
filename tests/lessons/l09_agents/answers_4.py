# %% wrong: Yield every event.
class GuardedServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        run = Runner.run_streamed(self.agent, items, context=AgentContext(context), max_turns=5)
        try:
            async for event in stream_agent_response(run):
                event
        except TooManyTurns:
            yield AssistantMessage(content="It took too long.")
        except AgentError:
            yield AssistantMessage(content="A tool is broken.")


# %% wrong: put the `async for` into a `try`, and catch it
class GuardedServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        about = AgentContext(context)
        run = Runner.run_streamed(self.agent, items, context=about, max_turns=5)
        async for event in stream_agent_response(run):
            yield event


# %% wrong: put the `async for` into a `try`, and catch it
class GuardedServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        about = AgentContext(context)
        try:
            run = Runner.run_streamed(self.agent, items, context=about, max_turns=5)
        except AgentError:
            yield AssistantMessage(content="Sorry.")
            return
        async for event in stream_agent_response(run):
            yield event


# %% wrong: Swallowing an error looks like a broken chat
class GuardedServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        about = AgentContext(context)
        run = Runner.run_streamed(self.agent, items, context=about, max_turns=5)
        try:
            async for event in stream_agent_response(run):
                yield event
        except AgentError:
            pass


# %% wrong: the user read what was in the exception: a database password
class GuardedServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        about = AgentContext(context)
        run = Runner.run_streamed(self.agent, items, context=about, max_turns=5)
        try:
            async for event in stream_agent_response(run):
                yield event
        except AgentError as error:
            yield AssistantMessage(content=f"Sorry: {error} ({error.__cause__})")


# %% wrong: Say which it was: catch TooManyTurns first, then AgentError.
class GuardedServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        about = AgentContext(context)
        run = Runner.run_streamed(self.agent, items, context=about, max_turns=5)
        try:
            async for event in stream_agent_response(run):
                yield event
        except AgentError:
            yield AssistantMessage(content="Something went wrong.")


# %% wrong: Say which it was: catch TooManyTurns first, then AgentError.
class GuardedServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        about = AgentContext(context)
        run = Runner.run_streamed(self.agent, items, context=about, max_turns=5)
        try:
            async for event in stream_agent_response(run):
                yield event
        except AgentError:
            yield AssistantMessage(content="A tool is broken.")
        except TooManyTurns:
            yield AssistantMessage(content="I went round in circles.")


# %% wrong: Set the limit yourself
class GuardedServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        about = AgentContext(context)
        run = Runner.run_streamed(self.agent, items, context=about)
        try:
            async for event in stream_agent_response(run):
                yield event
        except AgentError as error:
            yield AssistantMessage(content=str(error))


# %% wrong: was not allowed to finish
class GuardedServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        about = AgentContext(context)
        run = Runner.run_streamed(self.agent, items, context=about, max_turns=2)
        try:
            async for event in stream_agent_response(run):
                yield event
        except AgentError as error:
            yield AssistantMessage(content=str(error))


# %% wrong: Catch AgentError, not everything.
class GuardedServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        about = AgentContext(context)
        run = Runner.run_streamed(self.agent, items, context=about, max_turns=5)
        try:
            async for event in stream_agent_response(run):
                yield event
        except TooManyTurns:
            yield AssistantMessage(content="I went round in circles.")
        except:
            yield AssistantMessage(content="A tool is broken.")


# %% wrong: Apologise only when something went wrong.
class GuardedServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        about = AgentContext(context)
        run = Runner.run_streamed(self.agent, items, context=about, max_turns=5)
        try:
            async for event in stream_agent_response(run):
                yield event
        except TooManyTurns:
            yield AssistantMessage(content="I went round in circles.")
        finally:
            yield AssistantMessage(content="A tool may be broken.")


# %% wrong: The model had begun with
class GuardedServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        about = AgentContext(context)
        run = Runner.run_streamed(self.agent, items, context=about, max_turns=5)
        try:
            events = [event async for event in stream_agent_response(run)]
        except AgentError as error:
            events = [AssistantMessage(content=str(error))]
        for event in events:
            yield event


# %% wrong: and the user was told nothing
class GuardedServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        about = AgentContext(context)
        run = Runner.run_streamed(self.agent, items, context=about, max_turns=5)
        try:
            async for event in stream_agent_response(run):
                yield event
        except TooManyTurns:
            return
        except AgentError:
            yield AssistantMessage(content="A tool is broken.")


# %% right: the SDK's own error, and the kit's own words
from agents import MaxTurnsExceeded


class GuardedServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        about = AgentContext(context)
        run = Runner.run_streamed(self.agent, items, context=about, max_turns=5)
        try:
            async for event in stream_agent_response(run):
                yield event
        except MaxTurnsExceeded:
            yield AssistantMessage(content="\n\nThat took too many steps.")
        except Exception as error:
            yield AssistantMessage(content=f"\n\n{error}")


# %% right: one except for both, and what is said is chosen inside
class GuardedServer(ChatKitServer):
    def __init__(self, agent) -> None:
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        about = AgentContext(context)
        sorry = None
        async with aclosing(
            stream_agent_response(
                Runner.run_streamed(self.agent, items, context=about, max_turns=5)
            )
        ) as events:
            try:
                async for event in events:
                    yield event
            except AgentError as error:
                sorry = "too many steps" if isinstance(error, TooManyTurns) else "a broken tool"
        if sorry:
            yield AssistantMessage(content=f"I had to give up: {sorry}.")


# %% right: a guard of its own around any stream
async def guarded(events):
    try:
        async for event in events:
            yield event
    except TooManyTurns as error:
        yield AssistantMessage(content=f"I stopped after {error.max_turns} rounds.")
    except AgentError:
        yield AssistantMessage(content="A tool is out of order.")


class GuardedServer(ChatKitServer):
    def __init__(self, agent):
        super().__init__()
        self.agent = agent

    def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        run = Runner.run_streamed(self.agent, items, context=AgentContext(context), max_turns=5)
        return guarded(stream_agent_response(run))


# %% wrong: will do so again. After TooManyTurns
class GuardedServer(ChatKitServer):
    def __init__(self, agent):
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        while True:
            run = Runner.run_streamed(self.agent, items, context=AgentContext(context), max_turns=5)
            try:
                async with aclosing(stream_agent_response(run)) as events:
                    async for event in events:
                        yield event
                return
            except TooManyTurns:
                continue
            except AgentError:
                yield AssistantMessage(content="Sorry, one of my tools is broken. Try again later.")
                return


# %% wrong: Set the limit yourself
class GuardedServer(ChatKitServer):
    def __init__(self, agent):
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        run = Runner.run_streamed(self.agent, items, context=AgentContext(context), max_turns=None)
        try:
            async with aclosing(stream_agent_response(run)) as events:
                async for event in events:
                    yield event
        except TooManyTurns:
            yield AssistantMessage(content="I went round in circles, so I stopped. What now?")
        except AgentError:
            yield AssistantMessage(content="Sorry, one of my tools is broken. Try again later.")
# %% wrong: only the exception's differ
class GuardedServer(ChatKitServer):
    def __init__(self, agent):
        super().__init__()
        self.agent = agent

    async def respond(self, thread, input, context):
        items = adapter.to_agent_input([*thread.history, input])
        run = Runner.run_streamed(self.agent, items, context=AgentContext(context), max_turns=5)
        try:
            async with aclosing(stream_agent_response(run)) as events:
                async for event in events:
                    yield event
        except AgentError as error:
            yield AssistantMessage(content=f"A tool failed: {error}")
