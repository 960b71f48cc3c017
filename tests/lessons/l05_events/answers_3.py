# %% wrong: An id in a click is only what
class ClickableServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        for task in await self.book.list(context.user_id):
            complete = Action(type="complete", payload={"id": task.id})
            yield Widget(root=Button(label=task.title, action=complete))

    async def action(self, thread, action, sender, context):
        if action.type == "complete":
            try:
                task = await self.book.find(action.payload["id"])
                await self.book.complete(task.user_id, task.id)
                yield AssistantMessage(content=f"Done: {task.title}")
            except NotFoundError:
                yield AssistantMessage(content="There is no such task.")


# %% wrong: Who clicks is in the context, and nowhere else.
class ClickableServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        for task in await self.book.list(context.user_id):
            complete = Action(type="complete", payload={"id": task.id})
            yield Widget(root=Button(label=task.title, action=complete))

    async def action(self, thread, action, sender, context):
        if action.type == "complete":
            user_id = action.payload.get("user_id", context.user_id)
            try:
                task = await self.book.complete(user_id, action.payload["id"])
                yield AssistantMessage(content=f"Done: {task.title}")
            except NotFoundError:
                yield AssistantMessage(content="There is no such task.")


# %% wrong: Anybody who compares the two knows
class ClickableServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        for task in await self.book.list(context.user_id):
            complete = Action(type="complete", payload={"id": task.id})
            yield Widget(root=Button(label=task.title, action=complete))

    async def action(self, thread, action, sender, context):
        if action.type != "complete":
            return
        try:
            task = await self.book.find(action.payload["id"])
        except NotFoundError:
            yield AssistantMessage(content="There is no such task.")
            return
        if task.user_id != context.user_id:
            yield AssistantMessage(content="You are not allowed to do that.")
            return
        await self.book.complete(context.user_id, task.id)
        yield AssistantMessage(content=f"Done: {task.title}")


# %% wrong: What is not theirs does not exist for them
class ClickableServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        for task in await self.book.list(context.user_id):
            complete = Action(type="complete", payload={"id": task.id})
            yield Widget(root=Button(label=task.title, action=complete))

    async def action(self, thread, action, sender, context):
        if action.type != "complete":
            return
        try:
            task = await self.book.find(action.payload["id"])
        except NotFoundError:
            yield AssistantMessage(content="There is no such task.")
            return
        if task.user_id != context.user_id:
            yield AssistantMessage(content=f'"{task.title}" is not yours.')
            return
        await self.book.complete(context.user_id, task.id)
        yield AssistantMessage(content=f"Done: {task.title}")


# %% wrong: Catch NotFoundError around your call
class ClickableServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        for task in await self.book.list(context.user_id):
            complete = Action(type="complete", payload={"id": task.id})
            yield Widget(root=Button(label=task.title, action=complete))

    async def action(self, thread, action, sender, context):
        if action.type == "complete":
            task = await self.book.complete(context.user_id, action.payload["id"])
            yield AssistantMessage(content=f"Done: {task.title}")


# %% wrong: look at action.type first
class ClickableServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        for task in await self.book.list(context.user_id):
            complete = Action(type="complete", payload={"id": task.id})
            yield Widget(root=Button(label=task.title, action=complete))

    async def action(self, thread, action, sender, context):
        try:
            task = await self.book.complete(context.user_id, action.payload["id"])
            yield AssistantMessage(content=f"Done: {task.title}")
        except NotFoundError:
            yield AssistantMessage(content="There is no such task.")


# %% wrong: and it is still open
class ClickableServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        for task in await self.book.list(context.user_id):
            complete = Action(type="complete", payload={"id": task.id})
            yield Widget(root=Button(label=task.title, action=complete))

    async def action(self, thread, action, sender, context):
        if action.type == "complete":
            try:
                task = await self.book.get(context.user_id, action.payload["id"])
                yield AssistantMessage(content=f"Done: {task.title}")
            except NotFoundError:
                yield AssistantMessage(content="There is no such task.")


# %% wrong: other tasks are done now, too
class ClickableServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        for task in await self.book.list(context.user_id):
            complete = Action(type="complete", payload={"id": task.id})
            yield Widget(root=Button(label=task.title, action=complete))

    async def action(self, thread, action, sender, context):
        if action.type == "complete":
            for task in await self.book.list(context.user_id):
                await self.book.complete(context.user_id, task.id)
                yield AssistantMessage(content=f"Done: {task.title}")


# %% wrong: name its title in a message
class ClickableServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        for task in await self.book.list(context.user_id):
            complete = Action(type="complete", payload={"id": task.id})
            yield Widget(root=Button(label=task.title, action=complete))

    async def action(self, thread, action, sender, context):
        if action.type == "complete":
            try:
                await self.book.complete(context.user_id, action.payload["id"])
                yield AssistantMessage(content="Done.")
            except NotFoundError:
                yield AssistantMessage(content="There is no such task.")


# %% wrong: Silence looks broken.
class ClickableServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        for task in await self.book.list(context.user_id):
            complete = Action(type="complete", payload={"id": task.id})
            yield Widget(root=Button(label=task.title, action=complete))

    async def action(self, thread, action, sender, context):
        if action.type == "complete":
            try:
                task = await self.book.complete(context.user_id, action.payload["id"])
                yield AssistantMessage(content=f"Done: {task.title}")
            except NotFoundError:
                pass


# %% wrong: as if it had worked
class ClickableServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        for task in await self.book.list(context.user_id):
            complete = Action(type="complete", payload={"id": task.id})
            yield Widget(root=Button(label=task.title, action=complete))

    async def action(self, thread, action, sender, context):
        if action.type == "complete":
            title = action.payload["id"]
            try:
                task = await self.book.complete(context.user_id, action.payload["id"])
                title = task.title
            except NotFoundError:
                pass
            yield AssistantMessage(content=f"Done: {title}")


# %% wrong: You made a coroutine; the server needs events.
class ClickableServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        for task in await self.book.list(context.user_id):
            complete = Action(type="complete", payload={"id": task.id})
            yield Widget(root=Button(label=task.title, action=complete))

    async def action(self, thread, action, sender, context):
        task = await self.book.complete(context.user_id, action.payload["id"])
        return AssistantMessage(content=f"Done: {task.title}")


# %% wrong: there is no action() to answer with
class ClickableServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        for task in await self.book.list(context.user_id):
            complete = Action(type="complete", payload={"id": task.id})
            yield Widget(root=Button(label=task.title, action=complete))

    async def actions(self, thread, action, sender, context):
        task = await self.book.complete(context.user_id, action.payload["id"])
        yield AssistantMessage(content=f"Done: {task.title}")


# %% right: match, the tool visible, and the list once more
class ClickableServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        for task in await self.book.list(context.user_id):
            complete = Action(type="complete", payload={"id": task.id})
            yield Widget(root=Button(label=task.title, action=complete))

    async def action(self, thread, action, sender, context):
        match action:
            case Action(type="complete", payload={"id": int(id)}):
                pass
            case _:
                yield AssistantMessage(content="I do not know that button.")
                return
        yield ToolStatus(tool="complete", status="running", detail="Completing")
        try:
            task = await self.book.complete(context.user_id, id)
        except NotFoundError as error:
            yield ToolStatus(tool="complete", status="failed", detail=str(error))
            yield AssistantMessage(content=str(error))
            return
        yield ToolStatus(tool="complete", status="completed", detail=f"{task.title} ✓")
        yield AssistantMessage(content=f"{task.title} is done.")
        async for event in self.respond(thread, None, context):
            yield event


# %% right: looked up among one's own
class ClickableServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        for task in await self.book.list(context.user_id):
            complete = Action(type="complete", payload={"id": task.id})
            yield Widget(root=Button(label=task.title, action=complete))

    async def action(self, thread, action, sender, context):
        mine = {task.id: task for task in await self.book.list(context.user_id)}
        task = mine.get(action.payload.get("id"))
        if action.type == "complete" and task:
            await self.book.complete(task.user_id, task.id)
            yield AssistantMessage(content="Erledigt: ")
            yield AssistantMessage(content=task.title)
        elif action.type == "complete":
            yield AssistantMessage(content="Diese Aufgabe gibt es nicht.")


# %% right: found, and the owner compared
class ClickableServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book

    async def respond(self, thread, input, context):
        for task in await self.book.list(context.user_id):
            complete = Action(type="complete", payload={"id": task.id})
            yield Widget(root=Button(label=task.title, action=complete))

    async def complete(self, id, context):
        try:
            task = await self.book.find(id)
        except NotFoundError:
            return "No such task."
        if task.user_id != context.user_id:
            return "No such task."
        return (await self.book.complete(context.user_id, id)).title

    async def action(self, thread, action, sender, context):
        if action.type != "complete":
            raise ValueError(action.type)
        yield AssistantMessage(content=await self.complete(action.payload["id"], context))


# %% wrong: An action has a `type` and a `payload`
class ClickableServer(ChatKitServer):
    def __init__(self, book): super().__init__(); self.book=book
    async def respond(self, thread, input, context):
        yield AssistantMessage(content="x")
    async def action(self, thread, action, sender, context):
        if action.type == "complete":
            try: t = await self.book.complete(context.user_id, action.id)
            except NotFoundError: yield AssistantMessage(content="There is no such task.")
            else: yield AssistantMessage(content=f"{t.title} done")
