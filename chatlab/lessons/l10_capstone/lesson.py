"""Lesson 10: the whole TaskManager, from a written specification."""

from chatlab.course.catalogue import Lesson, Objective, Part

__all__ = ["LESSON"]

LESSON = Lesson(
    slug="10_capstone",
    title="The TaskManager",
    promise="You have built the whole TaskManager, from a written specification.",
    minutes=100,
    objectives=(
        Objective("10.a", "create", "Build a chat server that shows its tools at work."),
        Objective(
            "10.b", "create", "Design a memory that belongs to one thread and to nobody else."
        ),
        Objective(
            "10.c",
            "evaluate",
            "Decide for each request who may do what, and what must be confirmed.",
        ),
        Objective("10.d", "evaluate", "Judge what must survive a stop, a failure and a restart."),
    ),
    introduces=("specification", "scenario"),
    uses=(
        *("Thread", "ThreadItem", "role", "page", "Store", "RequestContext"),
        *("ChatKitServer", "respond()", "input", "AssistantMessage", "incomplete item"),
        *("ToolStatus", "Widget", "action()", "history", "branch", "session key"),
        *("authentication", "permission", "tenant", "existence leak"),
    ),
    parts=(
        Part(
            id="10.1",
            title="It works",
            subject="TaskManager",
            points=5,
            difficulty=2,
            minutes=25,
            objective="10.a",
            hints=(
                "Begin with one command: Create. Let its tool be seen, then answer. The others "
                "follow the same path.",
                "A method that takes a command and returns (tool, arguments, the call to "
                "await) keeps respond() short: running, await, completed, reply.",
                "match command: case Create(): call = self.book.create(context.user_id, "
                "command.title, command.priority); then ToolStatus running, task = await call, "
                "ToolStatus completed with output=task.model_dump(), and the reply",
            ),
            check=f"{__package__}.p1_works",
        ),
        Part(
            id="10.2",
            title="It remembers",
            subject="TaskManager",
            points=5,
            difficulty=3,
            minutes=25,
            objective="10.b",
            hints=(
                "What names the task that the thread was last about? The output of a tool item.",
                "Read the thread newest first, page by page, until a completed tool item's output "
                "has an id. thread.history alone is too short.",
                "page = await self.store.load_thread_items(thread.id, after, 100, 'desc', "
                "context); for item in page.data: if item.type == 'tool' and "
                "isinstance(item.output, dict): return item.output['id']",
            ),
            check=f"{__package__}.p2_remembers",
            answer_in="10.1",
        ),
        Part(
            id="10.3",
            title="It is safe",
            subject="TaskManager",
            points=5,
            difficulty=3,
            minutes=25,
            objective="10.c",
            hints=(
                "Three questions for every request: who is it, may they, is it theirs?",
                "The book's methods ask for the user and refuse everybody else; NotFoundError says "
                "the same for both. Delete: require, look, show a widget; action() requires again.",
                'context.require("tasks:delete") raises PermissionDenied. jwt.decode(session_key, '
                'self.secret, algorithms=["HS256"], audience="taskmanager", options={"require": '
                '["sub", "exp"], "verify_exp": False}), then compare exp with self.clock.now()',
            ),
            check=f"{__package__}.p3_isolation",
            answer_in="10.1",
        ),
        Part(
            id="10.4",
            title="It survives",
            subject="TaskManager",
            points=5,
            difficulty=3,
            minutes=25,
            objective="10.d",
            hints=(
                "What is on self is gone after a restart. What is in the thread stays.",
                "try around the await of the tool, except Exception: failed, then an explanation. "
                "A stop is not an Exception: it passes through by itself.",
                "A button's action carries the task's number in its payload, so that action() "
                "needs nothing else.",
            ),
            check=f"{__package__}.p4_survives",
            answer_in="10.1",
        ),
    ),
)
