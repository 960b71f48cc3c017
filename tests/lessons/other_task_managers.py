"""Two TaskManagers that are as right as the solution, and nothing like it."""

import secrets
from datetime import UTC, datetime

import jwt

from chatlab import (
    Action,
    AssistantMessage,
    Button,
    ChatKitServer,
    Form,
    InvalidInput,
    NotFoundError,
    RequestContext,
    Row,
    SessionNotFound,
    Text,
    ToolStatus,
    Widget,
)
from chatlab.commands import Ask, Complete, Create, Delete, List, SetPriority, understand


class OneLongRespond(ChatKitServer):
    """Everything in one method, command by command; only `delete` is on its own."""

    def __init__(self, book, secret, store=None, **options):
        super().__init__(store, history_limit=0, **options)
        self.book, self.secret = book, secret

    def authenticate(self, session_key):
        options = {"verify_exp": False}
        try:
            claims = jwt.decode(
                session_key, self.secret, ["HS256"], options=options, audience="taskmanager"
            )
            if datetime.fromtimestamp(claims["exp"], UTC) <= self.clock.now():
                raise ValueError
            permissions = claims.get("permissions", [])
            if not isinstance(permissions, list):
                raise TypeError
            return RequestContext(user_id=claims["sub"], permissions=frozenset(permissions))
        except Exception:
            raise SessionNotFound from None

    async def respond(self, thread, input, context):
        me, book = context.user_id, self.book
        command = understand(input.content) if input else None
        if not command:
            yield AssistantMessage(content="I can create, list, ")
            yield AssistantMessage(content="complete and delete tasks.")
            return
        number = getattr(command, "which", 0)
        if number == "it":
            number, after = None, None
            while number is None:
                page = await self.store.load_thread_items(thread.id, after, 7, "desc", context)
                outputs = [getattr(item, "output", None) for item in page.data]
                number = next((o["id"] for o in outputs if o and "id" in o), None)
                if not page.has_more:
                    break
                after = page.after
        if number is None:
            yield AssistantMessage(content="Which one? ")
            yield AssistantMessage(content="Tell me its number.")
            return
        if type(command) is Delete:
            if "tasks:delete" not in context.permissions:
                text = "That is not among your permissions."
            elif number not in [task.id for task in await book.list(me)]:
                text = f"I know no task {number}."
            else:
                action = Action(type="really", payload={"number": number})
                children = (
                    Text(value="Really?"),
                    Row(children=(Button(label="Y", action=action),)),
                )
                yield Widget(root=Row(children=children))
                text = "It is up to you."
            for half in text.partition(" "):
                yield AssistantMessage(content=half)
            return
        tool = {
            Create: "create_task",
            List: "list_tasks",
            Complete: "complete_task",
            SetPriority: "set_priority",
            Ask: "get_task",
        }[type(command)]
        yield ToolStatus(tool=tool, status="running", call_id="c1")
        status, output = "completed", None
        try:
            if tool == "create_task":
                task = await book.create(me, command.title, command.priority)
                text = f"{task.title} has the number {task.id}."
            elif tool == "list_tasks":
                task = await book.list(me)
                text = "Tasks: " + "; ".join(one.title for one in task)
            elif tool == "complete_task":
                task = await book.complete(me, number)
                text = f"{task.title}: done."
            elif tool == "set_priority":
                task = await book.set_priority(me, number, command.priority)
                text = f"{task.title}: {task.priority}."
            else:
                task = await book.get(me, number)
                text = f"{task.title}: {task.priority}."
            output = [dict(one) for one in task] if tool == "list_tasks" else dict(task)
        except NotFoundError:
            status, text = "failed", f"I know no task {number}."
        except (InvalidInput, OSError):
            status, text = "failed", "Sorry, the book is shut. Try later."
        yield ToolStatus(tool=tool, status=status, call_id="c1", output=output)
        for half in text.partition(" "):
            yield AssistantMessage(content=half)

    async def action(self, thread, action, sender, context):
        number, text = action.payload.get("number"), "Nothing happens."
        if "tasks:delete" in context.permissions and action.type == "really":
            yield ToolStatus(tool="delete_task", status="running")
            try:
                await self.book.delete(context.user_id, number)
                yield ToolStatus(tool="delete_task", status="completed")
                text = "Gone."
            except NotFoundError:
                yield ToolStatus(tool="delete_task", status="failed")
                text = f"I know no task {number}."
        yield AssistantMessage(content=text)


class MethodsByName(ChatKitServer):
    """A method for each command, found by its name; what is spoken of is kept in items alone."""

    def __init__(self, book, secret, store=None, **options):
        super().__init__(store=store, history_limit=2, **options)
        self._tasks, self._secret = book, secret

    def authenticate(self, session_key):
        try:
            claims = jwt.decode(
                session_key,
                key=self._secret,
                algorithms=("HS256",),
                audience="taskmanager",
                options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        except jwt.InvalidTokenError:
            claims = {}
        if {"sub", "exp"} - set(claims) or self.clock.now().timestamp() > claims["exp"]:
            raise SessionNotFound
        may = claims.get("permissions") or []
        if type(may) is not list:
            raise SessionNotFound
        return RequestContext(user_id=claims["sub"], permissions=set(may))

    async def respond(self, thread, input, context):
        if input is None:
            return
        command = understand(input.content)
        if command is None:
            async for piece in self._told("Say: create a task: buy milk"):
                yield piece
            return
        which = getattr(command, "which", None)
        if which == "it":
            which = await self._it(thread, context)
            if which is None:
                yield AssistantMessage(content="No task has been ")
                yield AssistantMessage(content="spoken of here.")
                return
        method = getattr(self, f"_{type(command).__name__.lower()}")
        async for event in method(context, command, which):
            yield event

    async def action(self, thread, action, sender, context):
        async for event in self._really_delete(context, action.payload.get("task")):
            yield event

    async def _it(self, thread, context):
        items, after = [], None
        while True:
            page = await self.store.load_thread_items(thread.id, after, 1000, "asc", context)
            items.extend(page.data)
            if not page.has_more:
                break
            after = page.after
        named = [i.output for i in items if i.type == "tool" and isinstance(i.output, dict)]
        return named[-1]["id"] if named else None

    async def _told(self, text):
        for at in range(0, len(text), 5):
            yield AssistantMessage(content=text[at : at + 5])

    async def _work(self, tool, doing, words):
        call = secrets.token_hex(4)
        yield ToolStatus(tool=tool, status="running", call_id=call, detail="...")
        output, status = None, "failed"
        try:
            task = await doing()
        except NotFoundError as error:
            text = str(error).replace(repr(error.id), str(error.id))
        except Exception:
            text = "Something broke on our side."
        else:
            status, text = "completed", words(task)
            if isinstance(task, list):
                output = [one.model_dump(mode="json") for one in task]
            else:
                output = task.model_dump(mode="json")
        yield ToolStatus(tool=tool, status=status, call_id=call, output=output)
        async for piece in self._told(text):
            yield piece

    def _create(self, context, command, _which):
        return self._work(
            "create_task",
            lambda: self._tasks.create(context.user_id, **command.model_dump()),
            lambda task: f"No. {task.id}: {task.title}",
        )

    def _list(self, context, _command, _which):
        return self._work(
            "list_tasks",
            lambda: self._tasks.list(context.user_id),
            lambda tasks: "\n".join(task.title for task in tasks) or "Nothing.",
        )

    def _complete(self, context, _command, which):
        return self._work(
            "complete_task",
            lambda: self._tasks.complete(context.user_id, which),
            lambda task: f"Done: {task.title}",
        )

    def _setpriority(self, context, command, which):
        return self._work(
            "set_priority",
            lambda: self._tasks.set_priority(context.user_id, which, command.priority),
            lambda task: f"{task.title} is {task.priority} now",
        )

    def _ask(self, context, _command, which):
        return self._work(
            "get_task",
            lambda: self._tasks.get(context.user_id, which),
            lambda task: f"It is {task.priority}.",
        )

    async def _delete(self, context, _command, which):
        if "tasks:delete" not in context.permissions:
            yield AssistantMessage(content="Somebody else has to do that.")
            return
        action = Action(type="delete", payload={"task": which})
        no = Action(type="keep")
        form = Form(action=no, submit="No", children=(Button(label="Yes", action=action),))
        yield Widget(root=form)
        yield AssistantMessage(content="Press Yes.")

    async def _really_delete(self, context, which):
        if "tasks:delete" not in context.permissions or which is None:
            yield AssistantMessage(content="No.")
            return
        work = self._work(
            "delete_task",
            lambda: self._tasks.delete(context.user_id, which),
            lambda task: f"{task.title} is gone",
        )
        async for event in work:
            yield event
