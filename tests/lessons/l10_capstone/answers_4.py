# %% wrong: Yield it word by word
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def respond(self, thread, input, context):
        text = ""
        async for event in super().respond(thread, input, context):
            if event.type == "assistant_message":
                text += event.content
            else:
                yield event
        yield AssistantMessage(content=text)


# %% wrong: Catch what the tool raises
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def use(self, tool):
        yield ToolStatus(tool=tool.name, status="running")
        task = await tool.call()
        yield ToolStatus(tool=tool.name, status="completed", output=task.model_dump())
        async for piece in say(tool.said.format(task)):
            yield piece


# %% wrong: a chip must not stay on running
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def use(self, tool):
        async for event in super().use(tool):
            if event.type == "tool_status" and event.status == "failed":
                continue
            yield event


# %% wrong: a chip must not stay on running, and must not lie
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def use(self, tool):
        async for event in super().use(tool):
            if event.type == "tool_status" and event.status == "failed":
                event = ToolStatus(tool=event.tool, status="completed")
            yield event


# %% wrong: What an exception says is for your log
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def use(self, tool):
        failed = ""

        async def call():
            nonlocal failed
            try:
                return await tool.call()
            except OSError as error:
                failed = str(error)
                raise

        async for event in super().use(tool._replace(call=call)):
            yield event
        if failed:
            yield AssistantMessage(content=failed)


# %% wrong: Another process has another self
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.last = {}

    async def spoken_of(self, thread, context):
        return self.last.get(thread.id)

    async def respond(self, thread, input, context):
        async for event in super().respond(thread, input, context):
            if event.type == "tool_status" and isinstance(event.output, dict):
                self.last[thread.id] = event.output["id"]
            yield event


# %% wrong: must say everything that action() needs
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.waiting = {}

    async def ask_to_delete(self, number, context):
        self.waiting[context.user_id] = number
        async for event in super().ask_to_delete(number, context):
            yield event

    async def action(self, thread, action, sender, context):
        number = self.waiting.pop(context.user_id, None)
        action = Action(type="delete_task", payload={"id": number})
        async for event in super().action(thread, action, sender, context):
            yield event


# %% right: everything in one long method
from other_task_managers import OneLongRespond as TaskManager


# %% right: a method for each command, found by its name
from other_task_managers import MethodsByName as TaskManager


# %% wrong: 'Complete 
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def use(self, tool):
        if tool.name in {"set_priority", "create_task"}:
            async for event in super().use(tool):
                yield event
            return
        yield ToolStatus(tool=tool.name, status="running", arguments=tool.arguments)
        task = await tool.call()
        output = task.model_dump() if isinstance(task, TaskRecord) else len(task)
        yield ToolStatus(tool=tool.name, status="completed", output=output)
        async for piece in say(tool.said.format(task)):
            yield piece


# %% wrong: the same as when it worked
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def use(self, tool):
        async for event in super().use(tool):
            if event.type != "assistant_message":
                yield event
        async for piece in say("All right. The priority is low or high."):
            yield piece


# %% wrong: The tool first, then the reply
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def respond(self, thread, input, context):
        text = "Wait."
        yield AssistantMessage(content="One ")
        yield AssistantMessage(content="moment. ")
        async for event in super().respond(thread, input, context):
            yield event


# %% wrong: Two tasks were asked for; there are 3
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def respond(self, thread, input, context):
        try:
            async for event in super().respond(thread, input, context):
                yield event
        except GeneratorExit:
            command = understand(input.content)
            if isinstance(command, Create):
                await self.book.create(context.user_id, command.title, command.priority)
            raise


# %% wrong: Let a stop through
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def respond(self, thread, input, context):
        try:
            async for event in super().respond(thread, input, context):
                yield event
        except BaseException:
            yield AssistantMessage(content="I was stopped.")
