# %% wrong: catch NotFoundError, and say it in words
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def respond(self, thread, input, context):
        if input and input.content.startswith("Complete"):
            await self.book.complete(context.user_id, int(input.content.split()[1]))
        async for event in super().respond(thread, input, context):
            yield event


# %% wrong: catch PermissionDenied, and say it in words
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def respond(self, thread, input, context):
        if input and input.content.startswith("Delete"):
            context.require("tasks:delete")
        async for event in super().respond(thread, input, context):
            yield event


# %% wrong: It is a badge with none
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    def authenticate(self, session_key):
        context = super().authenticate(session_key)
        if not context.permissions:
            raise KeyError("permissions")
        return context


# %% wrong: Widget(root=...): Field required
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def respond(self, thread, input, context):
        if input and input.content.startswith("Delete") and context.permissions:
            yield Widget(widget=Card(children=[]))
            return
        async for event in super().respond(thread, input, context):
            yield event


# %% wrong: The same words for both
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def use(self, tool):
        number = tool.arguments.get("id")
        async for event in super().use(tool):
            if event.type == "assistant_message" and event.content == "There ":
                try:
                    await self.book.find(number)
                except NotFoundError:
                    pass
                else:
                    yield AssistantMessage(content="It is not yours. ")
            yield event


# %% wrong: changed a task of
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    def tool_for(self, command, number, user_id):
        tool = super().tool_for(command, number, user_id)
        if number is None:
            return tool

        async def call():
            owner = (await self.book.find(number)).user_id
            return await Solved.tool_for(self, command, number, owner).call()

        return tool._replace(call=call)


# %% wrong: what belongs to a turn is in its parameters
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def respond(self, thread, input, context):
        self.context = context
        async for event in super().respond(thread, input, context):
            yield event

    def tool_for(self, command, number, user_id):
        tool = super().tool_for(command, number, user_id)

        async def call():
            return await Solved.tool_for(self, command, number, self.context.user_id).call()

        return tool._replace(call=call)


# %% wrong: signed with another secret was accepted
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    def authenticate(self, session_key):
        try:
            claims = jwt.decode(session_key, options={"verify_signature": False})
            return RequestContext(
                user_id=claims["sub"], permissions=frozenset(claims.get("permissions", ()))
            )
        except (jwt.PyJWTError, KeyError):
            raise SessionNotFound from None


# %% wrong: Compare `exp` with self.clock
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    def authenticate(self, session_key):
        try:
            options = {"verify_exp": False, "require": ["sub"]}
            claims = jwt.decode(
                session_key, self.secret, ["HS256"], options=options, audience="taskmanager"
            )
        except jwt.PyJWTError:
            raise SessionNotFound from None
        return RequestContext(
            user_id=claims["sub"], permissions=frozenset(claims.get("permissions", ()))
        )


# %% wrong: Bad keys can be told apart
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    def authenticate(self, session_key):
        if session_key.count(".") != 2:
            raise ValueError("That is no key.")
        return super().authenticate(session_key)


# %% wrong: the badge has
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    def authenticate(self, session_key):
        return RequestContext(user_id=super().authenticate(session_key).user_id)


# %% wrong: Only ask: yield a Widget with a button
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def ask_to_delete(self, number, context):
        if MAY_DELETE in context.permissions:
            await self.book.delete(context.user_id, number)
        yield AssistantMessage(content="Done.")


# %% wrong: check the permission and the owner in action()
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def action(self, thread, action, sender, context):
        task = await self.book.find(action.payload["id"])
        await self.book.delete(task.user_id, task.id)
        yield AssistantMessage(content="Deleted.")


# %% wrong: There is nothing to confirm
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def ask_to_delete(self, number, context):
        if MAY_DELETE in context.permissions:
            action = Action(type="delete_task", payload={"id": number})
            yield Widget(root=Button(label="Delete", action=action))
        else:
            yield AssistantMessage(content="You may not delete tasks.")


# %% wrong: was given a button
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def ask_to_delete(self, number, context):
        action = Action(type="delete_task", payload={"id": number})
        yield Widget(root=Button(label="Delete", action=action))
        yield AssistantMessage(content="Please confirm.")


# %% right: everything in one long method
from other_task_managers import OneLongRespond as TaskManager


# %% right: a method for each command, found by its name
from other_task_managers import MethodsByName as TaskManager


# %% wrong: Once stolen, it works for ever
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    def authenticate(self, session_key):
        try:
            claims = jwt.decode(
                session_key,
                self.secret,
                algorithms=["HS256"],
                audience="taskmanager",
                options={"require": ["sub", "aud"], "verify_exp": False},
            )
        except jwt.PyJWTError:
            raise SessionNotFound from None
        if claims.get("exp", 9e99) <= self.clock.now().timestamp():
            raise SessionNotFound
        return RequestContext(user_id=claims["sub"], permissions=frozenset(claims.get("permissions", [])))


# %% wrong: it is over by the computer's
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    def authenticate(self, session_key):
        try:
            claims = jwt.decode(
                session_key,
                self.secret,
                algorithms=["HS256"],
                audience="taskmanager",
                options={"require": ["sub", "exp", "aud"]},
            )
        except jwt.PyJWTError:
            raise SessionNotFound from None
        if False:
            raise SessionNotFound
        return RequestContext(user_id=claims["sub"], permissions=frozenset(claims.get("permissions", [])))


# %% wrong: over, by self.clock was accepted
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    def authenticate(self, session_key):
        try:
            claims = jwt.decode(
                session_key,
                self.secret,
                algorithms=["HS256"],
                audience="taskmanager",
                options={"require": ["sub", "exp", "aud"], "verify_exp": False},
            )
        except jwt.PyJWTError:
            raise SessionNotFound from None
        if __import__("time").time() >= claims["exp"] and self.clock.now().year >= 2026:
            raise SessionNotFound
        return RequestContext(user_id=claims["sub"], permissions=frozenset(claims.get("permissions", [])))


# %% wrong: A key must not choose how it is checked
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    def authenticate(self, session_key):
        try:
            claims = jwt.decode(
                session_key,
                self.secret,
                algorithms=["HS256", "HS512"],
                audience="taskmanager",
                options={"require": ["sub", "exp", "aud"], "verify_exp": False},
            )
        except jwt.PyJWTError:
            raise SessionNotFound from None
        if claims["exp"] <= self.clock.now().timestamp():
            raise SessionNotFound
        return RequestContext(user_id=claims["sub"], permissions=frozenset(claims.get("permissions", [])))


# %% wrong: It was made for another service
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    def authenticate(self, session_key):
        try:
            claims = jwt.decode(
                session_key,
                self.secret,
                algorithms=["HS256"],
                options={"require": ["sub", "exp"], "verify_exp": False, "verify_aud": False},
            )
        except jwt.PyJWTError:
            raise SessionNotFound from None
        if claims["exp"] <= self.clock.now().timestamp():
            raise SessionNotFound
        return RequestContext(user_id=claims["sub"], permissions=frozenset(claims.get("permissions", [])))


# %% wrong: A frozenset of a text holds its letters
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    def authenticate(self, session_key):
        try:
            claims = jwt.decode(
                session_key,
                self.secret,
                algorithms=["HS256"],
                audience="taskmanager",
                options={"require": ["sub", "exp", "aud"], "verify_exp": False},
            )
        except jwt.PyJWTError:
            raise SessionNotFound from None
        if claims["exp"] <= self.clock.now().timestamp():
            raise SessionNotFound
        return RequestContext(user_id=claims["sub"], permissions=frozenset(claims.get("permissions", [])))


# %% wrong: Servers accept a badge
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    def authenticate(self, session_key):
        try:
            claims = jwt.decode(
                session_key,
                self.secret,
                algorithms=["HS256"],
                audience="taskmanager",
                options={"require": ["sub", "exp", "aud"], "verify_exp": False},
            )
        except jwt.PyJWTError:
            raise SessionNotFound from None
        if claims["exp"] <= self.clock.now().timestamp():
            raise SessionNotFound
        return {"user_id": claims["sub"], "permissions": claims.get("permissions", [])}


# %% wrong: nobody saw the tool at work
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def action(self, thread, action, sender, context):
        async for event in super().action(thread, action, sender, context):
            if event.type != "tool_status":
                yield event


# %% wrong: Whoever may not do it is told so, in words
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def action(self, thread, action, sender, context):
        async for event in super().action(thread, action, sender, context):
            if event.type != "assistant_message":
                yield event
        yield AssistantMessage(content="Done.")


# %% wrong: shows delete_task as completed
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def action(self, thread, action, sender, context):
        if MAY_DELETE not in context.permissions:
            yield ToolStatus(tool="delete_task", status="running")
            yield ToolStatus(tool="delete_task", status="completed")
        async for event in super().action(thread, action, sender, context):
            yield event


# %% wrong: nothing is deleted before the click
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def ask_to_delete(self, number, context):
        if MAY_DELETE in context.permissions:
            yield ToolStatus(tool="delete_task", status="running")
            yield ToolStatus(tool="delete_task", status="completed")
        async for event in super().ask_to_delete(number, context):
            yield event


# %% wrong: The first button has to be the one that confirms
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def ask_to_delete(self, number, context):
        async for event in super().ask_to_delete(number, context):
            if event.type == "widget":
                row = event.root.children[0]
                turned = row.model_copy(update={"children": row.children[::-1]})
                root = event.root.model_copy(update={"children": (turned,)})
                event = Widget(root=root)
            yield event


# %% wrong: from one that never existed
from chatlab.course.progress import course_root
from chatlab.course.capstone.notebook_module import written_in

Solved = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")


class TaskManager(Solved):
    async def ask_to_delete(self, number, context):
        try:
            task = await self.book.find(number)
        except NotFoundError:
            task = None
        if task is not None and task.user_id != context.user_id:
            async for piece in say("You may not delete that one."):
                yield piece
            return
        async for event in super().ask_to_delete(number, context):
            yield event
