# %% wrong: That is a list, not a dictionary
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def spoken_of(self, thread, context):
        for item in reversed(thread.history):
            if item.role == "tool" and item.output:
                return item.output["id"]


# %% wrong: keep nothing on self
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    last = None

    def tool_for(self, command, number, user_id):
        tool = super().tool_for(command, number, user_id)

        async def call():
            task = await tool.call()
            self.last = task.id
            return task

        return tool._replace(call=call)

    async def spoken_of(self, thread, context):
        return self.last


# %% wrong: thread.history holds the newest 50 items
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def spoken_of(self, thread, context):
        for item in reversed(thread.history):
            if item.type == "tool" and isinstance(item.output, dict):
                return item.output["id"]


# %% wrong: thread.history holds the newest 50 items
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def spoken_of(self, thread, context):
        page = await self.store.load_thread_items(thread.id, None, 50, "desc", context)
        for item in page.data:
            if item.type == "tool" and isinstance(item.output, dict):
                return item.output["id"]


# %% wrong: in the old thread
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def spoken_of(self, thread, context):
        page = await self.store.load_thread_items(thread.id, None, 200, "asc", context)
        for item in page.data:
            if item.type == "tool" and isinstance(item.output, dict):
                return item.output["id"]


# %% wrong: No task has come up in this thread
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def spoken_of(self, thread, context):
        number = await super().spoken_of(thread, context)
        tasks = await self.book.list(context.user_id)
        return number or (tasks[-1].id if tasks else None)


# %% wrong: `it` means the same for every command
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def respond(self, thread, input, context):
        command = understand(input.content)
        if isinstance(command, Complete) and command.which == "it":
            yield AssistantMessage(content="Done.")
            return
        async for event in super().respond(thread, input, context):
            yield event


# %% wrong: A branch has its own items
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


threads = {}


class TaskManager(Solved):
    async def spoken_of(self, thread, context):
        number = await super().spoken_of(thread, context)
        return threads.setdefault(thread.created_at.date(), number) if number else None


# %% right: everything in one long method
from other_task_managers import OneLongRespond as TaskManager


# %% right: a method for each command, found by its name
from other_task_managers import MethodsByName as TaskManager


# %% wrong: Every tool names a task, not only create_task
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def spoken_of(self, thread, context):
        after, more = None, True
        while more:
            page = await self.store.load_thread_items(thread.id, after, 100, "desc", context)
            for item in page.data:
                if item.type == "tool" and item.tool == "create_task" and item.output:
                    return item.output["id"]
            after, more = page.after, page.has_more
        return None


# %% wrong: A number in a sentence may be anything
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def spoken_of(self, thread, context):
        after, more = None, True
        while more:
            page = await self.store.load_thread_items(thread.id, after, 100, "desc", context)
            for item in page.data:
                if item.role == "assistant" and (found := re.findall(r"\d+", item.content)):
                    return int(found[-1])
            after, more = page.after, page.has_more
        return None


# %% wrong: "What's its priority?" after a list
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def spoken_of(self, thread, context):
        after, more = None, True
        while more:
            page = await self.store.load_thread_items(thread.id, after, 100, "desc", context)
            for item in page.data:
                if item.type == "tool" and item.output:
                    return item.output["id"]
            after, more = page.after, page.has_more
        return None


# %% wrong: answered with the priority of another thread
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def spoken_of(self, thread, context):
        tasks = await self.book.list(context.user_id)
        return tasks[-1].id if tasks else None
