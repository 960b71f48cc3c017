# %% wrong: Nobody has spoken yet; check for None first.
class WelcomeServer(ChatKitServer):
    async def respond(self, thread, input, context):
        if not input.content:
            yield AssistantMessage(content="Welcome!")
        else:
            yield AssistantMessage(content=input.content)


# %% wrong: They have been here before: look at `thread.history`.
class WelcomeServer(ChatKitServer):
    async def respond(self, thread, input, context):
        if input is None:
            yield AssistantMessage(content="Welcome!")
        else:
            yield AssistantMessage(content=input.content)


# %% wrong: ask `thread.history`, not something kept on `self`
class WelcomeServer(ChatKitServer):
    greeted = False

    async def respond(self, thread, input, context):
        if input is not None:
            yield AssistantMessage(content=input.content)
        elif not self.greeted:
            self.greeted = True
            yield AssistantMessage(content="Welcome!")


# %% wrong: Somebody spoke, so answer them.
class WelcomeServer(ChatKitServer):
    async def respond(self, thread, input, context):
        if not thread.history:
            yield AssistantMessage(content="Welcome!")
        elif input is not None:
            yield AssistantMessage(content=input.content)


# %% wrong: A message wants an answer: echo it.
class WelcomeServer(ChatKitServer):
    async def respond(self, thread, input, context):
        if input is None and not thread.history:
            yield AssistantMessage(content="Welcome!")


# %% wrong: To stay silent, yield nothing: end with `return`.
class WelcomeServer(ChatKitServer):
    async def respond(self, thread, input, context):
        if input is not None:
            yield AssistantMessage(content=input.content)
        elif thread.history:
            yield AssistantMessage(content="")
        else:
            yield AssistantMessage(content="Welcome!")


# %% wrong: Yield a greeting.
class WelcomeServer(ChatKitServer):
    async def respond(self, thread, input, context):
        if input is None:
            return
        yield AssistantMessage(content=input.content)


# %% wrong: Wrap it: yield AssistantMessage(content=...)
class WelcomeServer(ChatKitServer):
    async def respond(self, thread, input, context):
        if input is not None:
            yield AssistantMessage(content=input.content)
        elif not thread.history:
            yield "Welcome!"


# %% wrong: To say nothing, yield nothing
class WelcomeServer(ChatKitServer):
    async def respond(self, thread, input, context):
        if input is not None:
            yield AssistantMessage(content=input.content)
        elif not thread.history:
            yield AssistantMessage(content="Welcome!")
        else:
            yield None


# %% wrong: You made a coroutine; the server needs events.
class WelcomeServer(ChatKitServer):
    async def respond(self, thread, input, context):
        if input is None and not thread.history:
            return AssistantMessage(content="Welcome!")
        if input is not None:
            return AssistantMessage(content=input.content)


# %% right: early returns
class WelcomeServer(ChatKitServer):
    async def respond(self, thread, input, context):
        if input is None and thread.history:
            return
        if input is None:
            yield AssistantMessage(content="Good ")
            yield AssistantMessage(content="morning!")
            return
        yield AssistantMessage(content=f"You said: {input.content}")


# %% right: match, and the store asked instead of the history
class WelcomeServer(ChatKitServer):
    async def respond(self, thread, input, context):
        page = await self.store.load_thread_items(thread.id, None, 1, "asc", context)
        match input, page.data:
            case None, ():
                yield AssistantMessage(content="Hello!")
            case None, _:
                pass
            case item, _:
                yield AssistantMessage(content=item.content)


# %% right: the cases are methods of their own
class WelcomeServer(ChatKitServer):
    async def greet(self, context):
        yield AssistantMessage(content=f"Hi, {context.user_id}")

    async def answer(self, item):
        yield AssistantMessage(content=item.content)

    async def respond(self, thread, input, context):
        if input:
            async for event in self.answer(input):
                yield event
        elif len(thread.history) == 0:
            async for event in self.greet(context):
                yield event


# %% wrong: ask `input is None` before you look at the history
class WelcomeServer(ChatKitServer):
    async def respond(self, thread, input, context):
        if not thread.history:
            yield AssistantMessage(content="hi")
        if input:
            yield AssistantMessage(content=input.content)


# %% wrong: An empty history is `()`
class WelcomeServer(ChatKitServer):
    async def respond(self, thread, input, context):
        if input is None and thread.history is None:
            yield AssistantMessage(content="hi")
        elif input is not None:
            yield AssistantMessage(content=input.content)


# %% wrong: What counts is whether the thread is new
class WelcomeServer(ChatKitServer):
    def __init__(self):
        super().__init__()
        self.known = set()

    async def respond(self, thread, input, context):
        if input is not None:
            yield AssistantMessage(content=input.content)
        elif not thread.history and context.user_id not in self.known:
            self.known.add(context.user_id)
            yield AssistantMessage(content="Welcome!")
