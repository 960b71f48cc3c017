# %% wrong: You made a coroutine; the server needs events.
class EchoServer(ChatKitServer):
    async def respond(self, thread, input, context):
        return AssistantMessage(content=input.content)


# %% wrong: `return` ends the turn; `yield` sends and goes on.
class EchoServer(ChatKitServer):
    async def respond(self, thread, input, context):
        return [AssistantMessage(content=input.content)]


# %% wrong: the server needs events, one by one
class EchoServer(ChatKitServer):
    def respond(self, thread, input, context):
        return [AssistantMessage(content=input.content)]


# %% wrong: Write `async def` instead of `def`.
class EchoServer(ChatKitServer):
    def respond(self, thread, input, context):
        yield AssistantMessage(content=input.content)


# %% wrong: Wrap it: yield AssistantMessage(content=...)
class EchoServer(ChatKitServer):
    async def respond(self, thread, input, context):
        yield input.content


# %% wrong: `print` shows it to you
class EchoServer(ChatKitServer):
    def respond(self, thread, input, context):
        print(input.content)


# %% wrong: Yield an AssistantMessage; `return` and `print` send nothing.
class EchoServer(ChatKitServer):
    async def respond(self, thread, input, context):
        if input is None:
            yield AssistantMessage(content="")
        AssistantMessage(content=input.content)


# %% wrong: An echo repeats the message, once, with nothing around it.
class EchoServer(ChatKitServer):
    async def respond(self, thread, input, context):
        yield AssistantMessage(content=f"You said: {input.content}")


# %% wrong: An echo repeats the message, once, with nothing around it.
class EchoServer(ChatKitServer):
    async def respond(self, thread, input, context):
        yield AssistantMessage(content=input.content)
        yield AssistantMessage(content=input.content)


# %% wrong: What the user said is in input.content.
class EchoServer(ChatKitServer):
    async def respond(self, thread, input, context):
        yield AssistantMessage(content="What a nice echo!")


# %% wrong: AttributeError: 'UserMessageItem' object has no attribute 'text'
class EchoServer(ChatKitServer):
    async def respond(self, thread, input, context):
        yield AssistantMessage(content=input.text)


# %% wrong: a whole item was given where a text belongs
class EchoServer(ChatKitServer):
    async def respond(self, thread, input, context):
        yield AssistantMessage(content=input)


# %% wrong: keep nothing on `self` or on the class
class EchoServer(ChatKitServer):
    async def respond(self, thread, input, context):
        self.message = input
        for letter in range(len(input.content)):
            yield AssistantMessage(content=self.message.content[letter : letter + 1])


# %% wrong: that is what somebody else said
class EchoServer(ChatKitServer):
    said = []

    async def respond(self, thread, input, context):
        self.said.append(input.content)
        yield AssistantMessage(content=" ".join(self.said))


# %% wrong: the reply is stored twice
class EchoServer(ChatKitServer):
    async def respond(self, thread, input, context):
        from chatlab import AssistantMessageItem

        item = AssistantMessageItem(
            id="mine" + input.id,
            thread_id=thread.id,
            content=input.content,
            timestamp=input.timestamp,
        )
        await self.store.add_thread_item(thread.id, item, context)
        yield AssistantMessage(content=input.content)


# %% wrong: Is it spelled `respond`
class EchoServer(ChatKitServer):
    async def response(self, thread, input, context):
        yield AssistantMessage(content=input.content)


# %% wrong: Write: class EchoServer(ChatKitServer):
class EchoServer:
    async def respond(self, thread, input, context):
        yield AssistantMessage(content=input.content)


# %% wrong: Begin it with super().__init__().
class EchoServer(ChatKitServer):
    def __init__(self):
        self.name = "Echo"

    async def respond(self, thread, input, context):
        yield AssistantMessage(content=input.content)


# %% right: a piece at a time
class EchoServer(ChatKitServer):
    async def respond(self, thread, input, context):
        for letter in input.content:
            yield AssistantMessage(content=letter)


# %% right: it hands over to another async generator
async def echoed(item):
    yield AssistantMessage(content=item.content)


class EchoServer(ChatKitServer):
    def respond(self, thread, input, context):
        return echoed(input)


# %% right: it checks for None and reads the name from the context
class EchoServer(ChatKitServer[RequestContext]):
    async def respond(self, thread, input, context):
        if input is None:
            yield AssistantMessage(content=f"Say something, {context.user_id}.")
            return
        text = input.content
        yield AssistantMessage(content=text)


# %% wrong: Give it by name
class EchoServer(ChatKitServer):
    async def respond(self, thread, input, context):
        yield AssistantMessage(input.content)


# %% wrong: Yield the events one by one
class EchoServer(ChatKitServer):
    async def respond(self, thread, input, context):
        yield [AssistantMessage(content=input.content)]


# %% wrong: its text is input.content
class EchoServer(ChatKitServer):
    async def respond(self, thread, input, context):
        yield AssistantMessage(content=input.text)


# %% wrong: The order is respond(self, thread, input, context).
class EchoServer(ChatKitServer):
    async def respond(self, input, thread, context):
        yield AssistantMessage(content=input.content)


# %% wrong: `input` is an item; its text is `input.content`
class EchoServer(ChatKitServer):
    async def respond(self, thread, input, context):
        yield AssistantMessage(content=input)


# %% wrong: split() takes the spaces away
class EchoServer(ChatKitServer):
    async def respond(self, thread, input, context):
        for word in input.content.split():
            yield AssistantMessage(content=word)


# %% wrong: a whole item came back
class EchoServer(ChatKitServer):
    async def respond(self, thread, input, context):
        yield AssistantMessage(content=str(input))
