"""Lesson 04: an answer that comes while it is being thought, and that can be stopped."""

from chatlab.course.catalogue import Lesson, Objective, Part

__all__ = ["LESSON"]

LESSON = Lesson(
    slug="04_streaming",
    title="Streaming",
    promise="The TaskManager answers while it thinks, and it can be stopped.",
    minutes=40,
    objectives=(
        Objective("04.a", "apply", "Stream a model's reply, each piece as it arrives."),
        Objective("04.b", "analyse", "Distinguish the time to first text from the total time."),
        Objective("04.c", "apply", "Stop a reply midway so that nothing stays open behind it."),
        Objective("04.d", "create", "Design a buffer that a slow reader cannot flood."),
        Objective("04.e", "apply", "Write an event in the format that carries it over HTTP."),
    ),
    introduces=(
        "delta",
        "time to first text",
        "cancellation",
        "aclosing",
        "incomplete item",
        "backpressure",
        "SSE frame",
    ),
    uses=(
        "streaming",
        "event",
        "Store",
        "RequestContext",
        "async generator",
        "ChatKitServer",
        "respond()",
        "input",
        "AssistantMessage",
        "the ten-step turn",
    ),
    parts=(
        Part(
            id="04.1",
            title="Piece by piece",
            subject="StreamingServer",
            points=3,
            difficulty=2,
            minutes=5,
            objective="04.a",
            hints=(
                "The model's stream is an async generator, and so is respond(). Which loop reads "
                "the one inside the other?",
                "`async for` over the model's stream. In the loop, make one event from each piece.",
                "async for piece in self.model.stream(input.content): yield "
                "AssistantMessage(content=piece)",
            ),
            check=f"{__package__}.p1_streaming",
        ),
        Part(
            id="04.2",
            title="Measure it",
            subject="measure",
            points=2,
            difficulty=2,
            minutes=5,
            objective="04.b",
            hints=(
                "Look at the clock three times: before you read, at the first text, at the end.",
                "start = clock.monotonic() comes first. Loop over the turn with `async for`, and "
                "look at `event.type` and `event.content`.",
                "if first_text is None and event.type == 'assistant_message' and event.content: "
                "first_text = clock.monotonic() - start",
            ),
            check=f"{__package__}.p2_measure",
        ),
        Part(
            id="04.3",
            title="Stop it",
            subject="CarefulServer",
            points=3,
            difficulty=2,
            minutes=6,
            objective="04.c",
            hints=(
                "When your loop ends early, who tells the model's stream?",
                "Give the stream a name in `async with aclosing(...) as pieces:`, and put your "
                "loop inside that block.",
                "async with aclosing(self.model.stream(input.content)) as pieces: async for piece "
                "in pieces: yield AssistantMessage(content=piece)",
            ),
            check=f"{__package__}.p3_close_on_stop",
            time_limit=20.0,
        ),
        Part(
            id="04.4",
            title="A slow reader",
            subject="coalesce",
            points=4,
            difficulty=3,
            minutes=20,
            objective="04.d",
            hints=(
                "Two things happen side by side: a task pulls from the stream and fills a list; "
                "your generator takes from the list and yields. How does each wait for the other?",
                "In the task: if the new event merges with the last one in the list, replace that "
                "one. Otherwise wait until the list is shorter than max_pending, and append. An "
                "asyncio.Condition lets both wait and wake each other.",
                "Task: async with changed: merge, or await changed.wait_for(lambda: len(pending) < "
                "max_pending) and append; changed.notify_all(). Reader: await changed.wait_for("
                "lambda: pending or ended), then pop from the left, notify, and yield.",
            ),
            check=f"{__package__}.p4_coalesce",
            optional=True,
            time_limit=30.0,
            disabled_names=("chatlab.streams:coalesce",),
        ),
        Part(
            id="04.5",
            title="On the wire",
            subject="sse_frame",
            points=2,
            difficulty=2,
            minutes=6,
            objective="04.e",
            hints=(
                "A frame is lines of `name: value`, and an empty line at the end.",
                "Cut the data at \\r\\n, \\n and \\r. Each line gets its own `data: `, an empty "
                "one too.",
                "re.split(r'\\r\\n|\\n|\\r', data) cuts it; '\\n'.join(lines) + '\\n\\n' ends "
                "the frame.",
            ),
            check=f"{__package__}.p5_sse",
            optional=True,
            disabled_names=("chatlab.streams:sse_frame",),
        ),
    ),
)
