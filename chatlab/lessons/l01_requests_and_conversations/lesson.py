"""Lesson 01: a REST API that forgets, and what a conversation has instead."""

from chatlab.course.catalogue import Lesson, Objective, Part

__all__ = ["LESSON"]

LESSON = Lesson(
    slug="01_requests_and_conversations",
    title="Requests and conversations",
    promise="The TaskManager is a REST API, and you can say what it lacks.",
    minutes=30,
    objectives=(
        Objective("01.a", "apply", "Build a small REST API whose apps share nothing."),
        Objective("01.b", "understand", "Explain why a stateless server needs the id."),
        Objective("01.c", "analyse", "Distinguish a request from a conversation by evidence."),
        Objective("01.d", "evaluate", "Choose request/response or streaming, with a reason."),
    ),
    introduces=(
        "request/response",
        "stateless",
        "conversation",
        "streaming",
        "event",
        "when to use which",
    ),
    uses=("check", "hint"),
    parts=(
        Part(
            id="01.1",
            title="A REST API",
            subject="create_app",
            points=3,
            difficulty=2,
            minutes=8,
            objective="01.a",
            hints=(
                "Three routes, and one place that keeps the tasks. When is that place made?",
                "Make the app and a dictionary inside create_app(). A pydantic model with a title "
                'and priority: str = "normal" reads the body; raise HTTPException(404) for an '
                "unknown id.",
                "class NewTask(BaseModel): title: Annotated[str, StringConstraints("
                'strip_whitespace=True, min_length=1)]; priority: str = "normal". Then '
                '@app.post("/api/tasks", status_code=201), and return app at the end.',
            ),
            check=f"{__package__}.p1_rest",
            disabled_names=("chatlab.lessons.l01_requests_and_conversations.rest_api:rest_app",),
        ),
        Part(
            id="01.2",
            title="What is “it”?",
            subject="priority_of_it",
            points=2,
            difficulty=1,
            minutes=3,
            objective="01.b",
            hints=(
                "What does the server need, so that it can find the task?",
                "Is there no id? Raise LookupError. Otherwise GET /api/tasks/{id}, and take the "
                "priority out of the JSON.",
                'response = await client.get(f"/api/tasks/{task_id}"), then return '
                'response.json()["priority"]',
            ),
            check=f"{__package__}.p2_missing_id",
        ),
        Part(
            id="01.3",
            title="The evidence",
            subject="EVIDENCE",
            points=3,
            difficulty=1,
            minutes=5,
            objective="01.c",
            hints=(
                "First put each recording in order of time. Then read it as a story.",
                "A message that comes in proves little. Look at what the server does with it, "
                "keeps, or sends. A line that both recordings have proves no difference.",
                "Pattern: one whole response, against one event of several. Lifecycle: closed, "
                "against going on. State: what is kept afterwards. Context: what “its” means.",
            ),
            check=f"{__package__}.p3_evidence",
        ),
        Part(
            id="01.4",
            title="When to use which",
            subject="choose",
            points=2,
            difficulty=2,
            minutes=5,
            objective="01.d",
            hints=(
                "In every scenario, all but one of the five fields are None. Find that one.",
                "Ask each field: is it not None? Then it decides. Which of its values asks for "
                "streaming? The table above says so.",
                'if scenario["length"] is not None: return Choice("streaming" if '
                'scenario["length"] == "long" else "request/response", "length"); and so on.',
            ),
            check=f"{__package__}.p4_choice",
        ),
    ),
)
