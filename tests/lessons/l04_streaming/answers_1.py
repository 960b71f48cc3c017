# %% wrong: Your first event came after the last piece.
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        text = ""
        async for piece in self.model.stream(input.content):
            text += piece
        yield AssistantMessage(content=text)


# %% wrong: Your first event came after the last piece.
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        pieces = [piece async for piece in self.model.stream(input.content)]
        for piece in pieces:
            yield AssistantMessage(content=piece)


# %% wrong: Send only the new piece.
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        text = ""
        async for piece in self.model.stream(input.content):
            text += piece
            yield AssistantMessage(content=text)


# %% wrong: Everybody waited; await instead.
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        import time

        async for piece in self.model.stream(input.content):
            time.sleep(0.001)
            yield AssistantMessage(content=piece)


# %% wrong: Everybody waited; await instead.
from time import sleep as pause


class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        async for piece in self.model.stream(input.content):
            yield AssistantMessage(content=piece)
            pause(0.001)


# %% wrong: was held back until later pieces had come
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        waiting = ""
        async for piece in self.model.stream(input.content):
            waiting += piece
            if len(waiting) > 12:
                yield AssistantMessage(content=waiting)
                waiting = ""
        yield AssistantMessage(content=waiting)


# %% wrong: was held back until later pieces had come
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        last = None
        async for piece in self.model.stream(input.content):
            if last is not None:
                yield AssistantMessage(content=last)
            last = piece
        yield AssistantMessage(content=last)


# %% wrong: `return` and `break` leave it
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        async for piece in self.model.stream(input.content):
            yield AssistantMessage(content=piece)
            return


# %% wrong: A piece brings its own spaces and line breaks.
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        async for piece in self.model.stream(input.content):
            yield AssistantMessage(content=piece.strip() + " ")


# %% wrong: do not send the whole text after them
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        text = ""
        async for piece in self.model.stream(input.content):
            text += piece
            yield AssistantMessage(content=piece)
        yield AssistantMessage(content=text)


# %% wrong: Nothing may be lost, added or doubled
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        said = set()
        async for piece in self.model.stream(input.content):
            if piece not in said:
                said.add(piece)
                yield AssistantMessage(content=piece)


# %% wrong: keep nothing about a turn on `self`
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        self.pieces = self.model.stream(input.content)
        while True:
            try:
                piece = await anext(self.pieces)
            except StopAsyncIteration:
                return
            yield AssistantMessage(content=piece)


# %% wrong: the model was asked 2 times for one answer
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        length = len([piece async for piece in self.model.stream(input.content)])
        async for piece in self.model.stream(input.content):
            yield AssistantMessage(content=piece)


# %% wrong: the model was never given this message
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        async for piece in self.model.stream("Hello!"):
            yield AssistantMessage(content=piece)


# %% wrong: the model spoke, but the user got nothing
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        if input is None:
            yield AssistantMessage(content="Hello!")
        async for piece in self.model.stream(input.content):
            AssistantMessage(content=piece)


# %% wrong: you yielded the whole stream as one event
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        yield self.model.stream(input.content)


# %% wrong: You made a coroutine; the server needs events.
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        async for piece in self.model.stream(input.content):
            return AssistantMessage(content=piece)


# %% wrong: Read it with `async for`.
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        for piece in self.model.stream(input.content):
            yield AssistantMessage(content=piece)


# %% wrong: Read it with `async for`.
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        yield AssistantMessage(content=await self.model.stream(input.content))


# %% wrong: Wrap it: yield AssistantMessage(content=...)
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        async for piece in self.model.stream(input.content):
            yield piece


# %% wrong: Begin it with super().__init__().
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        self.model = model

    async def respond(self, thread, input, context):
        async for piece in self.model.stream(input.content):
            yield AssistantMessage(content=piece)


# %% right: it hands over to another async generator
def spoken(pieces):
    return (AssistantMessage(content=piece) async for piece in pieces)


class StreamingServer(ChatKitServer):
    def __init__(self, model, **more):
        super().__init__(**more)
        self.model = model

    def respond(self, thread, input, context):
        return spoken(self.model.stream(input.content))


# %% right: letter by letter, with the history in the prompt
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        prompt = "\n".join([*(item.content for item in thread.history), input.content])
        stream = aiter(self.model.stream(prompt))
        while (piece := await anext(stream, None)) is not None:
            for letter in piece:
                yield AssistantMessage(content=letter)
                await asyncio.sleep(0)


# %% right: another task reads the model, and a queue lies between
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        queue = asyncio.Queue()

        async def read():
            async with aclosing(self.model.stream(input.content)) as pieces:
                async for piece in pieces:
                    await queue.put(piece)
            await queue.put(None)

        task = asyncio.create_task(read())
        try:
            while (piece := await queue.get()) is not None:
                yield AssistantMessage(content=piece)
        finally:
            task.cancel()
            await asyncio.wait([task])


# %% wrong: the model was given a UserMessageItem
class StreamingServer(ChatKitServer):
    def __init__(self, model): super().__init__(); self.model = model
    async def respond(self, thread, input, context):
        async for piece in self.model.stream(input):
            yield AssistantMessage(content=piece)


# %% wrong: the last piece is missing
class StreamingServer(ChatKitServer):
    def __init__(self, model): super().__init__(); self.model = model
    async def respond(self, thread, input, context):
        prev=None
        async for piece in self.model.stream(input.content):
            if prev: yield AssistantMessage(content=prev)
            prev=piece


# %% wrong: when the loop ends
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        buffer = []
        async for piece in self.model.stream(input.content):
            buffer.append(piece)
            if len(buffer) == 5:
                yield AssistantMessage(content="".join(buffer))
                buffer = []


# %% wrong: was held back until later pieces had come
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        buffer = []
        async for piece in self.model.stream(input.content):
            buffer.append(piece)
            if len(buffer) == 5:
                yield AssistantMessage(content="".join(buffer))
                buffer = []
        yield AssistantMessage(content="".join(buffer))


# %% wrong: What is still in your buffer when the loop ends is lost
class StreamingServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        buffer = ""
        async for piece in self.model.stream(input.content):
            buffer += piece
            if "\n" in buffer:
                yield AssistantMessage(content=buffer)
                buffer = ""
