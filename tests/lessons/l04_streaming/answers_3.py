# %% wrong: Your loop ended, the model's did not; use `aclosing`.
class CarefulServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        async for piece in self.model.stream(input.content):
            yield AssistantMessage(content=piece)


# %% wrong: Your loop ended, the model's did not; use `aclosing`.
class CarefulServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        pieces = self.model.stream(input.content)
        async for piece in pieces:
            yield AssistantMessage(content=piece)
        await pieces.aclose()


# %% wrong: Your loop ended, the model's did not; use `aclosing`.
class CarefulServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        pieces = self.model.stream(input.content)
        try:
            async for piece in pieces:
                yield AssistantMessage(content=piece)
        finally:
            pieces.aclose()


# %% wrong: Your loop ended, the model's did not; use `aclosing`.
class CarefulServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        pieces = self.model.stream(input.content)
        try:
            async for piece in pieces:
                yield AssistantMessage(content=piece)
        except asyncio.CancelledError:
            await pieces.aclose()
            raise


# %% wrong: It left something running in the background
class CarefulServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        queue = asyncio.Queue(1)

        async def read():
            async for piece in self.model.stream(input.content):
                await queue.put(piece)
            await queue.put(None)

        self.task = asyncio.create_task(read())
        while (piece := await queue.get()) is not None:
            yield AssistantMessage(content=piece)


# %% wrong: Cancellation was swallowed
class CarefulServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        async with aclosing(self.model.stream(input.content)) as pieces:
            try:
                async for piece in pieces:
                    yield AssistantMessage(content=piece)
            except asyncio.CancelledError:
                print("stopped")


# %% wrong: Cancellation was swallowed
class CarefulServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        async with aclosing(self.model.stream(input.content)) as pieces:
            while True:
                try:
                    piece = await anext(pieces, None)
                except BaseException:
                    continue
                if piece is None:
                    return
                yield AssistantMessage(content=piece)


# %% wrong: Cancellation was swallowed
class CarefulServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        async with aclosing(self.model.stream(input.content)) as pieces:
            try:
                async for piece in pieces:
                    yield AssistantMessage(content=piece)
            except asyncio.CancelledError:
                yield AssistantMessage(content=" (stopped)")


# %% wrong: In `finally` and `except`, tidy up and do not `yield`.
class CarefulServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        done = False
        async with aclosing(self.model.stream(input.content)) as pieces:
            try:
                async for piece in pieces:
                    yield AssistantMessage(content=piece)
                done = True
            finally:
                if not done:
                    yield AssistantMessage(content=" (stopped)")


# %% wrong: Wrap it in one: async with aclosing
class CarefulServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        async with self.model.stream(input.content) as pieces:
            async for piece in pieces:
                yield AssistantMessage(content=piece)


# %% wrong: Write `async with`, not `with`.
class CarefulServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        with aclosing(self.model.stream(input.content)) as pieces:
            async for piece in pieces:
                yield AssistantMessage(content=piece)


# %% wrong: Use `aclosing`, with `async with`.
class CarefulServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        from contextlib import closing

        with closing(self.model.stream(input.content)) as pieces:
            async for piece in pieces:
                yield AssistantMessage(content=piece)


# %% wrong: The stream is what has to be closed
class CarefulServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        async with aclosing(self.model) as model:
            async for piece in model.stream(input.content):
                yield AssistantMessage(content=piece)


# %% wrong: Your first event came after the last piece.
class CarefulServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        async with aclosing(self.model.stream(input.content)) as pieces:
            all = [piece async for piece in pieces]
        for piece in all:
            yield AssistantMessage(content=piece)


# %% right: finally
class CarefulServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    async def respond(self, thread, input, context):
        pieces = self.model.stream(input.content)
        try:
            async for piece in pieces:
                yield AssistantMessage(content=piece)
        finally:
            await pieces.aclose()


# %% right: an exit stack, and a note of the cancellation
from contextlib import AsyncExitStack


class CarefulServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model
        self.stopped = []

    async def respond(self, thread, input, context):
        async with AsyncExitStack() as stack:
            pieces = self.model.stream(input.content)
            stack.push_async_callback(pieces.aclose)
            try:
                while (piece := await anext(pieces, None)) is not None:
                    yield AssistantMessage(content=piece)
            except asyncio.CancelledError:
                self.stopped.append(thread.id)
                raise


# %% right: an iterator of its own that the server closes
class Spoken:
    def __init__(self, pieces):
        self.pieces = pieces

    def __aiter__(self):
        return self

    async def __anext__(self):
        return AssistantMessage(content=await anext(self.pieces))

    async def aclose(self):
        await self.pieces.aclose()


class CarefulServer(ChatKitServer):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def respond(self, thread, input, context):
        return Spoken(self.model.stream(input.content))


# %% wrong: `except CancelledError` does not see it
class CarefulServer(ChatKitServer):
    def __init__(self, model): super().__init__(); self.model = model
    async def respond(self, thread, input, context):
        s = self.model.stream(input.content)
        try:
            async for p in s: yield AssistantMessage(content=p)
        except asyncio.CancelledError:
            await s.aclose()
            raise
