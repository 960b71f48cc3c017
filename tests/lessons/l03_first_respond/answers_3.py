# %% wrong: A coroutine has not run yet; put `await` before the call
class TaskServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        command = parse(input.content)
        if command is None:
            yield AssistantMessage(content="Try: Create a task: buy milk")
        else:
            task = self.book.create(context.user_id, command.title)
            yield AssistantMessage(content=f"Created {task.title}: {task.id}")


# %% wrong: `parse` returns None when it does not understand; check for that first.
class TaskServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        task = await self.book.create(context.user_id, parse(input.content).title)
        yield AssistantMessage(content=f"Created {task.title}: {task.id}")


# %% wrong: create it for `context.user_id`
class TaskServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        command = parse(input.content)
        if command is None:
            yield AssistantMessage(content="Try: Create a task: buy milk")
        else:
            task = await self.book.create("customer", command.title)
            yield AssistantMessage(content=f"Created {task.title}: {task.id}")


# %% wrong: create it for `context.user_id`
class TaskServer(ChatKitServer):
    user_id = None

    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        self.user_id = self.user_id or context.user_id
        command = parse(input.content)
        if command is None:
            yield AssistantMessage(content="Try: Create a task: buy milk")
        else:
            task = await self.book.create(self.user_id, command.title)
            yield AssistantMessage(content=f"Created {task.title}: {task.id}")


# %% wrong: make no book of your own
class TaskServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = TaskBook(first_id=42)

    async def respond(self, thread, input, context):
        command = parse(input.content)
        if command is None:
            yield AssistantMessage(content="Try: Create a task: buy milk")
        else:
            task = await self.book.create(context.user_id, command.title)
            yield AssistantMessage(content=f"Created {task.title}: {task.id}")


# %% wrong: expected an answer with
class TaskServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        command = parse(input.content)
        if command is None:
            yield AssistantMessage(content="Try: Create a task: buy milk")
        else:
            await self.book.create(context.user_id, command.title)
            yield AssistantMessage(content=f"Created {command.title}. Its ID is 42.")


# %% wrong: expected an answer with
class TaskServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        command = parse(input.content)
        if command is None:
            yield AssistantMessage(content="Try: Create a task: buy milk")
        else:
            await self.book.create(context.user_id, command.title)
            tasks = await self.book.list(context.user_id)
            yield AssistantMessage(content=f"Created {command.title}, ID {len(tasks)}")


# %% wrong: Silence looks like a broken chat.
class TaskServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        if command := parse(input.content):
            task = await self.book.create(context.user_id, command.title)
            yield AssistantMessage(content=f"Created {task.title}: {task.id}")


# %% wrong: Silence looks like a broken chat.
class TaskServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        command = parse(input.content)
        if command is None:
            yield AssistantMessage(content="Try: Create a task: buy milk")
        else:
            await self.book.create(context.user_id, command.title)


# %% wrong: only when `parse` understood the message
class TaskServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        command = parse(input.content)
        title = command.title if command else input.content
        task = await self.book.create(context.user_id, title)
        yield AssistantMessage(content=f"Created {task.title}: {task.id}")


# %% wrong: You made a coroutine; the server needs events.
class TaskServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        command = parse(input.content)
        if command is None:
            return AssistantMessage(content="Try: Create a task: buy milk")
        task = await self.book.create(context.user_id, command.title)
        return AssistantMessage(content=f"Created {task.title}: {task.id}")


# %% wrong: Begin it with super().__init__().
class TaskServer(ChatKitServer):
    def __init__(self, book):
        self.book = book

    async def respond(self, thread, input, context):
        yield AssistantMessage(content="Try: Create a task: buy milk")


# %% wrong: keep the book on `self`, not on the class or in a global
class TaskServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        TaskServer.book = book

    async def respond(self, thread, input, context):
        command = parse(input.content)
        if command is None:
            yield AssistantMessage(content="Try: Create a task: buy milk")
        else:
            task = await self.book.create(context.user_id, command.title)
            yield AssistantMessage(content=f"Created {task.title}: {task.id}")


# %% right: the thread knows its owner; the answer comes in pieces
class TaskServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self._tasks = book

    async def respond(self, thread, input, context):
        match parse(input.content):
            case CreateTask(title):
                task = await self._tasks.create(thread.user_id, title, "normal")
                yield AssistantMessage(content="Created ")
                yield AssistantMessage(content=f"#{task.id}: {task.title}")
            case None:
                yield AssistantMessage(content="What shall I create?")


# %% right: a parser of one's own, and None welcomed
class TaskServer(ChatKitServer):
    def __init__(self, book, store=None):
        super().__init__(store)
        self.book = book

    async def respond(self, thread, input, context):
        yield AssistantMessage(content=await self.answer(input, context.user_id))

    async def answer(self, input, user_id):
        if input is None or " a task: " not in input.content:
            return "I create tasks."
        _, title = input.content.split(": ", 1)
        task = await self.book.create(user_id, title)
        return f"{task.title} has the ID {task.id}"


# %% wrong: What `parse` returns has just the title in it
class TaskServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book
    async def respond(self, thread, input, context):
        if parse(input.content):
            t = await self.book.create(context.user_id, input.content)
            yield AssistantMessage(content=f'{t.id} {t.title}')
        else: yield AssistantMessage(content="help")


# %% wrong: The user comes first
class TaskServer(ChatKitServer):
    def __init__(self, book): super().__init__(); self.book=book
    async def respond(self, thread, input, context):
        create=parse(input.content)
        if create:
            task=await self.book.create(create.title, context.user_id)
            yield AssistantMessage(content=f"{task.title} {task.id}")
        else: yield AssistantMessage(content="?")
