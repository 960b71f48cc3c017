"""Lesson 05: events that are not text: tools, widgets, clicks and background jobs."""

from chatlab.course.catalogue import Lesson, Objective, Part

__all__ = ["LESSON"]

LESSON = Lesson(
    slug="05_events",
    title="Events, not text",
    promise="The TaskManager shows its work and takes clicks.",
    minutes=35,
    objectives=(
        Objective("05.a", "apply", "Show a tool at work from start to finish, even when it fails."),
        Objective("05.b", "create", "Build a form that sends everything a server needs."),
        Objective("05.c", "evaluate", "Judge a click by who clicked, not by what it says."),
        Objective("05.d", "create", "Write progress reports that stay true while a long job runs."),
    ),
    introduces=("ToolStatus", "Widget", "action()", "background job (Task)", "ErrorEvent"),
    uses=(
        "request/response",
        "stateless",
        "event",
        "streaming",
        "Thread",
        "ThreadItem",
        "Store",
        "RequestContext",
        "async generator",
        "ChatKitServer",
        "respond()",
        "input",
        "AssistantMessage",
        "the ten-step turn",
        "delta",
        "cancellation",
        "incomplete item",
    ),
    parts=(
        Part(
            id="05.1",
            title="A visible tool",
            subject="VisibleTools",
            points=3,
            difficulty=2,
            minutes=6,
            objective="05.a",
            hints=(
                "Three things happen: the tool starts, it ends, you reply. Yield one event each.",
                "running; then the call inside try/except; then completed or failed; then the "
                "reply.",
                "try: task = await self.create_task(...) / except ConnectionError: failed and an "
                "explanation / else: completed and the reply.",
            ),
            check=f"{__package__}.p1_tools",
        ),
        Part(
            id="05.2",
            title="A form",
            subject="task_form",
            points=2,
            difficulty=1,
            minutes=4,
            objective="05.b",
            hints=(
                "Which node lets people type, which lets them choose, and which one sends?",
                "A Widget has one root: a Form. Its children are an Input and a Select.",
                'Form(children=[Input(name="title", required=True), Select(name="priority", '
                'options=..., value="normal")], action=Action(type="create_task"))',
            ),
            check=f"{__package__}.p2_form",
        ),
        Part(
            id="05.3",
            title="A click",
            subject="ClickableServer",
            points=3,
            difficulty=2,
            minutes=6,
            objective="05.c",
            hints=(
                "Is it a click on complete? Whose click is it? Which task?",
                "self.book.complete(user_id, id) raises NotFoundError both for an unknown task and "
                "for somebody else's.",
                'try: task = await self.book.complete(context.user_id, action.payload["id"]) / '
                "except NotFoundError: say that there is no such task.",
            ),
            check=f"{__package__}.p3_clicks",
        ),
        Part(
            id="05.4",
            title="A long job",
            subject="ExportServer",
            points=3,
            difficulty=3,
            minutes=7,
            objective="05.d",
            hints=(
                "When is there something to show for the first time? And for the last time?",
                "A Task with progress 0 first; then one for each page in `async for`; then "
                "completed or failed after the loop; then the reply.",
                "Keep `progress = written / pages` in a variable. In `except OSError`, yield "
                'Task(title=..., status="failed", progress=progress).',
            ),
            check=f"{__package__}.p4_export",
        ),
    ),
)
