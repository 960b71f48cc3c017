# %% wrong: Ids get shared; check the owner
class SafeTaskServer(LeakyTaskServer):
    async def recap(self, thread_id, context):
        if len(thread_id) < 32 or thread_id not in self.said:
            raise NotFoundError("thread", thread_id)
        return "You said: " + " / ".join(self.said[thread_id])

    async def show_task(self, task_id, context):
        return (await self.book.get(context.user_id, int(task_id))).title

    async def list_tasks(self, user_id, context):
        return ", ".join(task.title for task in await self.book.list(context.user_id))

    async def complete_task(self, task_id, context):
        return (await self.book.complete(context.user_id, int(task_id))).title


# %% wrong: not what they may do
class SafeTaskServer(LeakyTaskServer):
    async def recap(self, thread_id, context):
        thread = await self.thread(thread_id, context)
        return " / ".join(item.content for item in thread.items.data)

    async def show_task(self, task_id, context):
        if not context.user_id:
            raise NotFoundError("task", task_id)
        return (await self.book.find(int(task_id))).title

    async def list_tasks(self, user_id, context):
        return ", ".join(task.title for task in await self.book.list(context.user_id))

    async def complete_task(self, task_id, context):
        return (await self.book.complete(context.user_id, int(task_id))).title


# %% wrong: The name comes from whoever types it.
class SafeTaskServer(LeakyTaskServer):
    async def recap(self, thread_id, context):
        thread = await self.thread(thread_id, context)
        return " / ".join(item.content for item in thread.items.data)

    async def show_task(self, task_id, context):
        return (await self.book.get(context.user_id, int(task_id))).title

    async def list_tasks(self, user_id, context):
        return ", ".join(task.title for task in await self.book.list(user_id))

    async def complete_task(self, task_id, context):
        return (await self.book.complete(context.user_id, int(task_id))).title


# %% wrong: rows have already left the database
class SafeTaskServer(LeakyTaskServer):
    async def recap(self, thread_id, context):
        thread = await self.thread(thread_id, context)
        return " / ".join(item.content for item in thread.items.data)

    async def show_task(self, task_id, context):
        return (await self.book.get(context.user_id, int(task_id))).title

    async def list_tasks(self, user_id, context):
        tasks = await self.book.list(user_id)
        return ", ".join(task.title for task in tasks if task.user_id == context.user_id)

    async def complete_task(self, task_id, context):
        return (await self.book.complete(context.user_id, int(task_id))).title


# %% wrong: 'Forbidden' confirms that it exists.
class SafeTaskServer(LeakyTaskServer):
    async def recap(self, thread_id, context):
        thread = await self.thread(thread_id, context)
        return " / ".join(item.content for item in thread.items.data)

    async def show_task(self, task_id, context):
        return (await self.book.get(context.user_id, int(task_id))).title

    async def list_tasks(self, user_id, context):
        return ", ".join(task.title for task in await self.book.list(context.user_id))

    async def complete_task(self, task_id, context):
        task = await self.book.find(int(task_id))
        if task.user_id != context.user_id:
            return "Forbidden."
        return (await self.book.complete(context.user_id, int(task_id))).title


# %% wrong: 'Forbidden' confirms that it exists.
class SafeTaskServer(LeakyTaskServer):
    async def recap(self, thread_id, context):
        thread = await self.thread(thread_id, context)
        return " / ".join(item.content for item in thread.items.data)

    async def show_task(self, task_id, context):
        task = await self.book.find(int(task_id))
        if task.user_id != context.user_id:
            raise PermissionDenied("tasks:read", context.user_id)
        return task.title

    async def list_tasks(self, user_id, context):
        return ", ".join(task.title for task in await self.book.list(context.user_id))

    async def complete_task(self, task_id, context):
        return (await self.book.complete(context.user_id, int(task_id))).title


# %% wrong: task is done now
class SafeTaskServer(LeakyTaskServer):
    async def recap(self, thread_id, context):
        thread = await self.thread(thread_id, context)
        return " / ".join(item.content for item in thread.items.data)

    async def show_task(self, task_id, context):
        return (await self.book.get(context.user_id, int(task_id))).title

    async def list_tasks(self, user_id, context):
        return ", ".join(task.title for task in await self.book.list(context.user_id))

    async def complete_task(self, task_id, context):
        task = await self.book.find(int(task_id))
        await self.book.complete(task.user_id, task.id)
        return "Done."


# %% wrong: Users must still get everything of their own.
class SafeTaskServer(LeakyTaskServer):
    async def recap(self, thread_id, context):
        return "I keep that to myself."

    async def show_task(self, task_id, context):
        return "I keep that to myself."

    async def list_tasks(self, user_id, context):
        return "I keep that to myself."

    async def complete_task(self, task_id, context):
        return "I keep that to myself."


# %% wrong: put `await` before the call
class SafeTaskServer(LeakyTaskServer):
    async def recap(self, thread_id, context):
        thread = self.thread(thread_id, context)
        return " / ".join(item.content for item in thread.items.data)

    async def show_task(self, task_id, context):
        return (await self.book.get(context.user_id, int(task_id))).title

    async def list_tasks(self, user_id, context):
        return ", ".join(task.title for task in await self.book.list(context.user_id))

    async def complete_task(self, task_id, context):
        return (await self.book.complete(context.user_id, int(task_id))).title


# %% wrong: show_task() is not started
class SafeTaskServer(LeakyTaskServer):
    async def recap(self, thread_id, context):
        thread = await self.thread(thread_id, context)
        return " / ".join(item.content for item in thread.items.data)

    async def show_task(self, task_id, context):
        TODO()

    async def list_tasks(self, user_id, context):
        TODO()

    async def complete_task(self, task_id, context):
        TODO()


# %% wrong: task ids are numbers
class SafeTaskServer(LeakyTaskServer):
    async def recap(self, thread_id, context):
        thread = await self.thread(thread_id, context)
        return " / ".join(item.content for item in thread.items.data)

    async def show_task(self, task_id, context):
        task = await self.book.get(context.user_id, task_id)
        return task.title

    async def list_tasks(self, user_id, context):
        return ", ".join(task.title for task in await self.book.list(context.user_id))

    async def complete_task(self, task_id, context):
        return (await self.book.complete(context.user_id, int(task_id))).title


# %% wrong: Ids get shared; check the owner
class SafeTaskServer(LeakyTaskServer):
    pass


# %% right: the copies at hand, for those whose thread it is; owners compared; one word for all
class SafeTaskServer(LeakyTaskServer):
    async def recap(self, thread_id, context):
        await self.store.load_thread(thread_id, context)
        return await super().recap(thread_id, context)

    async def show_task(self, task_id, context):
        task = await self.book.find(int(task_id))
        if task.user_id != context.user_id:
            raise NotFoundError("task", task.id)
        return task.title

    async def list_tasks(self, user_id, context):
        if user_id != context.user_id:
            return "You can list your own tasks only."
        return await super().list_tasks(context.user_id, context)

    async def complete_task(self, task_id, context):
        mine = {task.id for task in await self.book.list(context.user_id)}
        if int(task_id) not in mine:
            return "You have no such task."
        return await super().complete_task(task_id, context)


# %% right: what is said is kept by user and thread, with a respond() of its own
class SafeTaskServer(ChatKitServer):
    def __init__(self, book):
        super().__init__()
        self.book = book
        self.kept = {}

    async def respond(self, thread, input, context):
        who, text = context.user_id, input.content
        self.kept.setdefault((who, thread.id), []).append(text)
        match text.split():
            case ["Recap", id]:
                answer = " / ".join(self.kept.get((who, id), ["nothing"]))
            case ["Show", "task", id]:
                own = [task.title for task in await self.book.list(who) if task.id == int(id)]
                answer = own[0] if own else "There is no such task."
            case ["List", *_]:
                answer = "\n".join(f"- {task.title}" for task in await self.book.list(who))
            case ["Complete", "task", id]:
                try:
                    await self.book.complete(who, int(id))
                    answer = "Done ✓"
                except NotFoundError:
                    answer = "There is no such task."
            case _:
                answer = "Noted."
        yield AssistantMessage(content=answer)


# %% wrong: A refusal that explains itself gives away the very thing it refuses
class SafeTaskServer(LeakyTaskServer):
    async def recap(self, thread_id, context):
        thread = await self.thread(thread_id, context, limit=1000)
        return "You said: " + " / ".join(i.content for i in thread.items.data if i.role == "user")

    async def show_task(self, task_id, context):
        task = await self.book.get(context.user_id, int(task_id))
        return f"{task.id} {task.title}"

    async def list_tasks(self, user_id, context):
        return "Tasks: " + ", ".join(task.title for task in await self.book.list(context.user_id))

    async def complete_task(self, task_id, context):
        task = await self.book.find(int(task_id))
        if task.user_id != context.user_id:
            raise NotFoundError("task", f"{task.title} of {task.user_id}")
        await self.book.complete(context.user_id, task.id)
        return f"Done: {task.title}"


# %% wrong: and even whose it is
class SafeTaskServer(LeakyTaskServer):
    async def recap(self, thread_id, context):
        thread = await self.thread(thread_id, context, limit=1000)
        return "You said: " + " / ".join(i.content for i in thread.items.data if i.role == "user")

    async def show_task(self, task_id, context):
        task = await self.book.get(context.user_id, int(task_id))
        return f"{task.id} {task.title}"

    async def list_tasks(self, user_id, context):
        return "Tasks: " + ", ".join(task.title for task in await self.book.list(context.user_id))

    async def complete_task(self, task_id, context):
        task = await self.book.find(int(task_id))
        if task.user_id != context.user_id:
            return f"This task belongs to {task.user_id}."
        await self.book.complete(context.user_id, task.id)
        return f"Done: {task.title}"


# %% wrong: Two different answers reveal that one of them exists
class SafeTaskServer(LeakyTaskServer):
    async def recap(self, thread_id, context):
        thread = await self.thread(thread_id, context, limit=1000)
        return "You said: " + " / ".join(i.content for i in thread.items.data if i.role == "user")

    async def show_task(self, task_id, context):
        task = await self.book.get(context.user_id, int(task_id))
        return f"{task.id} {task.title}"

    async def list_tasks(self, user_id, context):
        return "Tasks: " + ", ".join(task.title for task in await self.book.list(context.user_id))

    async def complete_task(self, task_id, context):
        task = await self.book.find(int(task_id))
        if task.user_id != context.user_id:
            return "Sorry, that one is private."
        await self.book.complete(context.user_id, task.id)
        return f"Done: {task.title}"
