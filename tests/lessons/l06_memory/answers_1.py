# %% wrong: `thread.history` holds the newest 50
class ContextServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        for item in reversed(thread.history):
            if item.role == "tool" and item.output and "id" in item.output:
                task = await self.book.get(context.user_id, item.output["id"])
                yield AssistantMessage(content=f"{task.title}: {task.priority}")
                return
        yield AssistantMessage(content="Which one?")


# %% wrong: one server serves everybody
class ContextServer(ChatKitServer):
    last = None

    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        if input.content.startswith("Create a task: "):
            task = await self.book.create(context.user_id, input.content[15:])
            self.last = task.id
            yield ToolStatus(tool="create_task", status="running")
            yield ToolStatus(tool="create_task", status="completed", output={"id": task.id})
            yield AssistantMessage(content=f"{task.title}: {task.id}")
        else:
            task = await self.book.find(self.last)
            yield AssistantMessage(content=f"{task.title}: {task.priority}")


# %% wrong: one server serves everybody
class ContextServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book
        self.last = None

    async def respond(self, thread, input, context):
        if input.content.startswith("Create a task: "):
            task = await self.book.create(context.user_id, input.content[15:])
            self.last = task.id
            yield ToolStatus(tool="create_task", status="completed", output={"id": task.id})
            yield AssistantMessage(content=f"{task.title}: {task.id}")
        else:
            task = await self.book.get(context.user_id, self.last)
            yield AssistantMessage(content=f"{task.title}: {task.priority}")


# %% wrong: Neither `self` nor the book knows which thread this is
class ContextServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        if input.content.startswith("Create a task: "):
            task = await self.book.create(context.user_id, input.content[15:])
            yield ToolStatus(tool="create_task", status="completed", output={"id": task.id})
            yield AssistantMessage(content=f"{task.title}: {task.id}")
        else:
            task = (await self.book.list(context.user_id))[-1]
            yield AssistantMessage(content=f"{task.title}: {task.priority}")


# %% wrong: look into `thread`, this one
class ContextServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book
        self.last = {}

    async def respond(self, thread, input, context):
        if input.content.startswith("Create a task: "):
            task = await self.book.create(context.user_id, input.content[15:])
            self.last[context.user_id] = task.id
            yield ToolStatus(tool="create_task", status="completed", output={"id": task.id})
            yield AssistantMessage(content=f"{task.title}: {task.id}")
        else:
            task = await self.book.get(context.user_id, self.last[context.user_id])
            yield AssistantMessage(content=f"{task.title}: {task.priority}")


# %% wrong: Another process may have written the thread
class ContextServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book
        self.last = {}

    async def respond(self, thread, input, context):
        if input.content.startswith("Create a task: "):
            task = await self.book.create(context.user_id, input.content[15:])
            self.last[thread.id] = task.id
            yield ToolStatus(tool="create_task", status="completed", output={"id": task.id})
            yield AssistantMessage(content=f"{task.title}: {task.id}")
        elif thread.id in self.last:
            task = await self.book.get(context.user_id, self.last[thread.id])
            yield AssistantMessage(content=f"{task.title}: {task.priority}")
        else:
            yield AssistantMessage(content="Which one?")


# %% wrong: look for the tool items of this one
class ContextServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        task = (await self.book.list(context.user_id))[-1]
        yield AssistantMessage(content=f"{task.title}: {task.priority}")


# %% wrong: Begin with the newest item
class ContextServer(ChatKitServer):
    def __init__(self, book):
        super().__init__(history_limit=500)
        self.book = book

    async def respond(self, thread, input, context):
        ids = [
            item.output["id"]
            for item in thread.history
            if item.role == "tool" and item.output and "id" in item.output
        ]
        if not ids:
            yield AssistantMessage(content="Which one?")
            return
        task = await self.book.get(context.user_id, max(ids))
        yield AssistantMessage(content=f"{task.title}: {task.priority}")


# %% wrong: Not every tool names a task
class ContextServer(ChatKitServer):
    def __init__(self, book):
        super().__init__(history_limit=500)
        self.book = book

    async def respond(self, thread, input, context):
        tools = [item for item in thread.history if item.role == "tool"]
        task = await self.book.get(context.user_id, tools[-1].output["id"])
        yield AssistantMessage(content=f"{task.title}: {task.priority}")


# %% wrong: Ask which task is meant
class ContextServer(ChatKitServer):
    def __init__(self, book):
        super().__init__(history_limit=500)
        self.book = book

    async def respond(self, thread, input, context):
        ids = [
            item.output["id"]
            for item in thread.history
            if item.role == "tool" and item.output and "id" in item.output
        ]
        task = await self.book.get(context.user_id, ids[-1])
        yield AssistantMessage(content=f"{task.title}: {task.priority}")


# %% wrong: Silence looks like a broken chat
class ContextServer(ChatKitServer):
    def __init__(self, book):
        super().__init__(history_limit=500)
        self.book = book

    async def respond(self, thread, input, context):
        for item in reversed(thread.history):
            if item.role == "tool" and item.output and "id" in item.output:
                task = await self.book.get(context.user_id, item.output["id"])
                yield AssistantMessage(content=f"{task.title}: {task.priority}")
                return


# %% wrong: the book says how it is now
class ContextServer(ChatKitServer):
    def __init__(self, book):
        super().__init__(history_limit=500)
        self.book = book
        create = book.create
        self.first = {}

        async def watched(user_id, title, priority="normal"):
            task = await create(user_id, title, priority)
            self.first[task.id] = task
            return task

        book.create = watched

    async def respond(self, thread, input, context):
        if input.content.startswith("Create a task: "):
            yield AssistantMessage(content="Done.")
            return
        for item in reversed(thread.history):
            if item.role == "tool" and item.output and "id" in item.output:
                task = self.first[item.output["id"]]
                yield AssistantMessage(content=f"{task.title}: {task.priority}")
                return
        yield AssistantMessage(content="Which one?")


# %% wrong: `thread.history` holds the newest 50
class ContextServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        page = await self.store.load_thread_items(thread.id, None, 50, "desc", context)
        for item in page.data:
            if item.role == "tool" and item.output and "id" in item.output:
                task = await self.book.get(context.user_id, item.output["id"])
                yield AssistantMessage(content=f"{task.title}: {task.priority}")
                return
        yield AssistantMessage(content="Which one?")


# %% wrong: Begin it with super().__init__().
class ContextServer(ChatKitServer):
    def __init__(self, book):
        self.book = book

    async def respond(self, thread, input, context):
        yield AssistantMessage(content="Which one?")


# %% right: a longer history, and tasks are still created
class ContextServer(ChatKitServer):
    def __init__(self, book):
        super().__init__(history_limit=1000)
        self.book = book

    async def respond(self, thread, input, context):
        if input.content.startswith("Create a task: "):
            task = await self.book.create(context.user_id, input.content[15:])
            yield ToolStatus(tool="create_task", status="completed", output={"id": task.id})
            yield AssistantMessage(content=f"{task.title}: {task.id}")
            return
        ids = [i.output["id"] for i in thread.history if "id" in (getattr(i, "output", 0) or {})]
        if ids:
            task = await self.book.get(context.user_id, ids[-1])
            yield AssistantMessage(content=f"{task.title} has the priority ")
            yield AssistantMessage(content=task.priority.upper())
        else:
            yield AssistantMessage(content="Which of your tasks?")


# %% right: reads the whole thread, oldest first, and answers nothing else
class ContextServer(ChatKitServer):
    def __init__(self, book: TaskBook) -> None:
        super().__init__()
        self.tasks = book

    async def items(self, thread_id, context):
        after = None
        while True:
            page = await self.store.load_thread_items(thread_id, after, 7, "asc", context)
            for item in page.data:
                yield item
            if not page.has_more:
                return
            after = page.after

    async def respond(self, thread, input, context):
        last = None
        async for item in self.items(thread.id, context):
            match item:
                case object(role="tool", output={"id": id}):
                    last = id
        if last is None:
            yield AssistantMessage(content="I do not know what you mean.")
        else:
            task = await self.tasks.get(context.user_id, last)
            yield AssistantMessage(content=f"It ({task.title}) is {task.priority}.")


# %% right: a longer history, as long as the goal says
class ContextServer(ChatKitServer):
    def __init__(self, book):
        super().__init__(history_limit=60)
        self.book = book

    async def respond(self, thread, input, context):
        if input.content.startswith("Create a task: "):
            task = await self.book.create(context.user_id, input.content.removeprefix("Create a task: "))
            yield ToolStatus(tool="create_task", status="completed", output={"id": task.id})
            yield AssistantMessage(content=f"Created {task.title}: {task.id}.")
            return
        outputs = [item.output for item in thread.history if item.type == "tool"]
        named = [output["id"] for output in outputs if isinstance(output, dict) and "id" in output]
        if named:
            task = await self.book.get(context.user_id, named[-1])
            yield AssistantMessage(content=f"{task.title}: {task.priority}")
        else:
            yield AssistantMessage(content="Which one?")
