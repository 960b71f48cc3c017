# %% wrong: an exception skips what follows in its `try`
class VisibleTools(ChatKitServer):
    def __init__(self, create_task):
        super().__init__()
        self.create_task = create_task

    async def respond(self, thread, input, context):
        yield ToolStatus(tool="create_task", status="running", detail="Creating")
        try:
            task = await self.create_task(context.user_id, input.content)
            yield ToolStatus(tool="create_task", status="completed", detail="Created")
        except ConnectionError:
            yield ToolStatus(tool="create_task", status="failed", detail="No task")
            yield AssistantMessage(content="I cannot reach your tasks.")
        yield AssistantMessage(content=f"Created {task.title}, ID {task.id}")


# %% wrong: While the tool works, the user looks at nothing.
class VisibleTools(ChatKitServer):
    def __init__(self, create_task):
        super().__init__()
        self.create_task = create_task

    async def respond(self, thread, input, context):
        try:
            task = await self.create_task(context.user_id, input.content)
        except ConnectionError:
            yield ToolStatus(tool="create_task", status="failed", detail="No task")
            yield AssistantMessage(content="That did not work. Try again later.")
            return
        yield ToolStatus(tool="create_task", status="completed", detail="Task created")
        yield AssistantMessage(content=f"Created {task.title}, ID {task.id}")


# %% wrong: the tool failed and took the turn with it: its chip is stuck on running
class VisibleTools(ChatKitServer):
    def __init__(self, create_task):
        super().__init__()
        self.create_task = create_task

    async def respond(self, thread, input, context):
        yield ToolStatus(tool="create_task", status="running", detail="Creating")
        task = await self.create_task(context.user_id, input.content)
        yield ToolStatus(tool="create_task", status="completed", detail="Created")
        yield AssistantMessage(content=f"Created {task.title}, ID {task.id}")


# %% wrong: running was never followed by failed: the chip is stuck.
class VisibleTools(ChatKitServer):
    def __init__(self, create_task):
        super().__init__()
        self.create_task = create_task

    async def respond(self, thread, input, context):
        yield ToolStatus(tool="create_task", status="running", detail="Creating")
        try:
            task = await self.create_task(context.user_id, input.content)
        except ConnectionError:
            yield AssistantMessage(content="That did not work. Try again later.")
            return
        yield ToolStatus(tool="create_task", status="completed", detail="Created")
        yield AssistantMessage(content=f"Created {task.title}, ID {task.id}")


# %% wrong: the reply came before completed.
class VisibleTools(ChatKitServer):
    def __init__(self, create_task):
        super().__init__()
        self.create_task = create_task

    async def respond(self, thread, input, context):
        yield ToolStatus(tool="create_task", status="running", detail="Creating")
        try:
            task = await self.create_task(context.user_id, input.content)
        except ConnectionError:
            yield ToolStatus(tool="create_task", status="failed", detail="No task")
            yield AssistantMessage(content="That did not work. Try again later.")
            return
        yield AssistantMessage(content=f"Created {task.title}, ID {task.id}")
        yield ToolStatus(tool="create_task", status="completed", detail="Created")


# %% wrong: A failure that is swallowed leaves people waiting
class VisibleTools(ChatKitServer):
    def __init__(self, create_task):
        super().__init__()
        self.create_task = create_task

    async def respond(self, thread, input, context):
        yield ToolStatus(tool="create_task", status="running", detail="Creating")
        try:
            task = await self.create_task(context.user_id, input.content)
        except ConnectionError:
            yield ToolStatus(tool="create_task", status="failed", detail="No task")
        else:
            yield ToolStatus(tool="create_task", status="completed", detail="Created")
            yield AssistantMessage(content=f"Created {task.title}, ID {task.id}")


# %% wrong: Await the tool first, then say how it ended.
class VisibleTools(ChatKitServer):
    def __init__(self, create_task):
        super().__init__()
        self.create_task = create_task

    async def respond(self, thread, input, context):
        yield ToolStatus(tool="create_task", status="running", detail="Creating")
        yield ToolStatus(tool="create_task", status="completed", detail="Created")
        try:
            task = await self.create_task(context.user_id, input.content)
        except ConnectionError:
            yield AssistantMessage(content="That did not work. Try again later.")
            return
        yield AssistantMessage(content=f"Created {task.title}, ID {task.id}")


# %% wrong: By then the wait is over. Yield running first, then call the tool.
class VisibleTools(ChatKitServer):
    def __init__(self, create_task):
        super().__init__()
        self.create_task = create_task

    async def respond(self, thread, input, context):
        try:
            task = await self.create_task(context.user_id, input.content)
            status, text = "completed", f"Created {task.title}, ID {task.id}"
        except ConnectionError:
            status, text = "failed", "That did not work. Try again later."
        yield ToolStatus(tool="create_task", status="running", detail="Creating")
        yield ToolStatus(tool="create_task", status=status, detail="Over")
        yield AssistantMessage(content=text)


# %% wrong: without an exception it is completed, with one it has failed
class VisibleTools(ChatKitServer):
    def __init__(self, create_task):
        super().__init__()
        self.create_task = create_task

    async def respond(self, thread, input, context):
        yield ToolStatus(tool="create_task", status="running", detail="Creating")
        text = "That did not work. Try again later."
        try:
            task = await self.create_task(context.user_id, input.content)
            text = f"Created {task.title}, ID {task.id}"
        except ConnectionError:
            pass
        finally:
            yield ToolStatus(tool="create_task", status="completed", detail="Over")
        yield AssistantMessage(content=text)


# %% wrong: A call ends once.
class VisibleTools(ChatKitServer):
    def __init__(self, create_task):
        super().__init__()
        self.create_task = create_task

    async def respond(self, thread, input, context):
        yield ToolStatus(tool="create_task", status="running", detail="Creating")
        text = "That did not work. Try again later."
        try:
            task = await self.create_task(context.user_id, input.content)
            text = f"Created {task.title}, ID {task.id}"
        except ConnectionError:
            yield ToolStatus(tool="create_task", status="failed", detail="No task")
        yield ToolStatus(tool="create_task", status="completed", detail="Created")
        yield AssistantMessage(content=text)


# %% wrong: that is more than one chip, and one of them stays on running
class VisibleTools(ChatKitServer):
    def __init__(self, create_task):
        super().__init__()
        self.create_task = create_task

    async def respond(self, thread, input, context):
        yield ToolStatus(tool="creating", status="running", detail="Creating")
        try:
            task = await self.create_task(context.user_id, input.content)
        except ConnectionError:
            yield ToolStatus(tool="failed", status="failed", detail="No task")
            yield AssistantMessage(content="That did not work. Try again later.")
            return
        yield ToolStatus(tool="created", status="completed", detail="Created")
        yield AssistantMessage(content=f"Created {task.title}, ID {task.id}")


# %% wrong: A coroutine has not run yet; put `await` before the call
class VisibleTools(ChatKitServer):
    def __init__(self, create_task):
        super().__init__()
        self.create_task = create_task

    async def respond(self, thread, input, context):
        yield ToolStatus(tool="create_task", status="running", detail="Creating")
        task = self.create_task(context.user_id, input.content)
        yield ToolStatus(tool="create_task", status="completed", detail="Created")
        yield AssistantMessage(content=f"Created {task.title}, ID {task.id}")


# %% wrong: Await the tool first, then say how it ended.
class VisibleTools(ChatKitServer):
    def __init__(self, create_task):
        super().__init__()
        self.create_task = create_task

    async def respond(self, thread, input, context):
        yield ToolStatus(tool="create_task", status="running", detail="Creating")
        self.create_task(context.user_id, input.content)
        yield ToolStatus(tool="create_task", status="completed", detail="Created")
        yield AssistantMessage(content=f"Created {input.content}")


# %% wrong: so nobody saw the tool at work
class VisibleTools(ChatKitServer):
    def __init__(self, create_task):
        super().__init__()
        self.create_task = create_task

    async def respond(self, thread, input, context):
        yield AssistantMessage(content="Creating task... ")
        try:
            task = await self.create_task(context.user_id, input.content)
        except ConnectionError:
            yield AssistantMessage(content="That did not work. Try again later.")
            return
        yield AssistantMessage(content=f"Created {task.title}, ID {task.id}")


# %% wrong: It is the line that people see
class VisibleTools(ChatKitServer):
    def __init__(self, create_task):
        super().__init__()
        self.create_task = create_task

    async def respond(self, thread, input, context):
        yield ToolStatus(tool="create_task", status="running")
        try:
            task = await self.create_task(context.user_id, input.content)
        except ConnectionError:
            yield ToolStatus(tool="create_task", status="failed")
            yield AssistantMessage(content="That did not work. Try again later.")
        else:
            yield ToolStatus(tool="create_task", status="completed")
            yield AssistantMessage(content=f"Created {task.title}, ID {task.id}")


# %% wrong: as if it had worked
class VisibleTools(ChatKitServer):
    def __init__(self, create_task):
        super().__init__()
        self.create_task = create_task

    async def respond(self, thread, input, context):
        status, task = "completed", None
        yield ToolStatus(tool="create_task", status="running", detail="Creating")
        try:
            task = await self.create_task(context.user_id, input.content)
        except ConnectionError:
            status = "failed"
        yield ToolStatus(tool="create_task", status=status, detail="Over")
        yield AssistantMessage(content=f"Created {input.content}, ID {task.id if task else 0}")


# %% wrong: the user who is asking, context.user_id, and the title, input.content
class VisibleTools(ChatKitServer):
    def __init__(self, create_task):
        super().__init__()
        self.create_task = create_task

    async def respond(self, thread, input, context):
        yield ToolStatus(tool="create_task", status="running", detail="Creating")
        try:
            task = await self.create_task("alice's account", input.content)
        except ConnectionError:
            yield ToolStatus(tool="create_task", status="failed", detail="No task")
            yield AssistantMessage(content="That did not work. Try again later.")
        else:
            yield ToolStatus(tool="create_task", status="completed", detail="Created")
            yield AssistantMessage(content=f"Created {task.title}, ID {task.id}")


# %% right: the tool's call is a stream of its own
class VisibleTools(ChatKitServer):
    def __init__(self, create_task):
        super().__init__()
        self.create_task = create_task

    async def call(self, user_id, title):
        status = {"tool": "create", "call_id": "call_" + title}
        yield ToolStatus(**status, status="running", detail=title, arguments={"title": title})
        try:
            task = await self.create_task(user_id, title)
        except Exception as error:
            yield ToolStatus(**status, status="failed", detail=str(error))
            yield AssistantMessage(content="Sorry, ")
            yield AssistantMessage(content="there is no task.")
            return
        yield ToolStatus(**status, status="completed", detail=title, output={"id": task.id})
        yield AssistantMessage(content=f"{task.id}: ")
        yield AssistantMessage(content=task.title)

    async def respond(self, thread, input, context):
        async for event in self.call(context.user_id, input.content):
            yield event


# %% right: a word before the tool, and the outcome kept in variables
class VisibleTools(ChatKitServer):
    def __init__(self, create_task):
        super().__init__()
        self.create_task = create_task

    async def respond(self, thread, input, context):
        yield AssistantMessage(content="Let me see.")
        yield ToolStatus(tool="db", status="running", detail="I am at it")
        ending, said = "failed", "Mir fehlt die Verbindung."
        try:
            task = await self.create_task(user_id=context.user_id, title=input.content)
            ending, said = "completed", f"#{task.id} {input.content}"
        except OSError:
            pass
        yield ToolStatus(tool="db", status=ending, detail="I was at it")
        yield AssistantMessage(content=said)


# %% right: a task of its own that is waited for
class VisibleTools(ChatKitServer):
    def __init__(self, create_task):
        super().__init__()
        self.create_task = create_task

    async def respond(self, thread, input, context):
        yield ToolStatus(tool="create_task", status="running", detail="Creating")
        job = asyncio.create_task(self.create_task(context.user_id, input.content))
        await asyncio.wait([job])
        if job.exception():
            yield ToolStatus(tool="create_task", status="failed", detail="No task")
            yield AssistantMessage(content="That did not work.")
        else:
            yield ToolStatus(tool="create_task", status="completed", detail="Created")
            yield AssistantMessage(content="It is {0.id}, {0.title}".format(job.result()))


# %% wrong: Input should be 'running', 'completed' or 'failed'
class VisibleTools(ChatKitServer):
    def __init__(self, create_task): super().__init__(); self.create_task=create_task
    async def respond(self, thread, input, context):
        yield ToolStatus(tool="create_task", status="done", detail="x")
