"""Lesson 03: the first `respond()`, and what happens around it."""

from chatlab.course.catalogue import Lesson, Objective, Part

__all__ = ["LESSON"]

LESSON = Lesson(
    slug="03_first_respond",
    title="Your first respond()",
    promise="The TaskManager answers: you write one method, and a conversation runs.",
    minutes=35,
    objectives=(
        Objective("03.a", "apply", "Write an async generator that answers a message."),
        Objective("03.b", "apply", "Tell an opened chat, a returning user and a message apart."),
        Objective("03.c", "create", "Build a server that does something for whoever is asking."),
        Objective("03.d", "analyse", "Distinguish what is streamed from what is saved."),
        Objective("03.e", "understand", "Explain the ten steps of a turn, and who does each."),
    ),
    introduces=(
        "async generator",
        "ChatKitServer",
        "respond()",
        "input",
        "AssistantMessage",
        "the ten-step turn",
    ),
    uses=(
        "request/response",
        "stateless",
        "conversation",
        "streaming",
        "event",
        "Thread",
        "ThreadItem",
        "role",
        "order",
        "page",
        "Store",
        "RequestContext",
    ),
    parts=(
        Part(
            id="03.1",
            title="An echo",
            subject="EchoServer",
            points=2,
            difficulty=1,
            minutes=3,
            objective="03.a",
            hints=(
                "You are given `input`, the user's item. Which of its fields is the text?",
                "Make one AssistantMessage event with that text, and `yield` it.",
                "yield AssistantMessage(content=...), with the content of `input`.",
            ),
            check=f"{__package__}.p1_echo",
        ),
        Part(
            id="03.2",
            title="A welcome",
            subject="WelcomeServer",
            points=2,
            difficulty=2,
            minutes=4,
            objective="03.b",
            hints=(
                "There are three cases. Which two questions tell them apart?",
                "`input is None`: nobody spoke. `not thread.history`: nothing was said before.",
                "A message: echo it. No message and no history: greet. Otherwise yield nothing.",
            ),
            check=f"{__package__}.p2_welcome",
        ),
        Part(
            id="03.3",
            title="Create a task",
            subject="TaskServer",
            points=3,
            difficulty=2,
            minutes=6,
            objective="03.c",
            hints=(
                "First see what `parse(input.content)` gives you. It may be None.",
                "`self.book.create` is async: `await` it. It wants a user's id and a title.",
                "task = await self.book.create(context.user_id, command.title)",
            ),
            check=f"{__package__}.p3_tasks",
        ),
        Part(
            id="03.4",
            title="What is saved",
            subject="what_is_saved",
            points=2,
            difficulty=2,
            minutes=4,
            objective="03.d",
            hints=(
                "Do two things: run the whole turn, then look into the store.",
                "Read the turn to its end with `async for`. It knows its `thread_id`.",
                "thread = await server.thread(turn.thread_id, context); see thread.items.data.",
            ),
            check=f"{__package__}.p4_saved_items",
        ),
        Part(
            id="03.5",
            title="The ten steps",
            subject="LIFECYCLE",
            points=2,
            difficulty=2,
            minutes=5,
            objective="03.e",
            hints=(
                "Who begins a turn? What makes the thread ready for the next one?",
                "The question is appended before respond() is called, the answer when it is "
                "complete.",
                "Five steps come before `call`. Your code does one step only: `yield`.",
            ),
            check=f"{__package__}.p5_lifecycle",
        ),
    ),
)
