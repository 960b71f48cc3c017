"""Lesson 00: one function, so that checks, hints and progress have been seen once."""

from chatlab.course.catalogue import Lesson, Objective, Part

__all__ = ["LESSON"]

LESSON = Lesson(
    slug="00_start_here",
    title="Start here",
    promise="You know how this course tells you what to do next.",
    minutes=10,
    objectives=(
        Objective("00.a", "apply", "Use a check, a hint and the progress table to get on."),
    ),
    introduces=("check", "hint", "progress"),
    uses=(),
    parts=(
        Part(
            id="00.1",
            title="Say hello",
            subject="greeting",
            points=1,
            difficulty=1,
            minutes=2,
            objective="00.a",
            hints=(
                "The function is given a name. What should it return?",
                "Build the text around the name. An f-string is made for this.",
                'return f"Hello, {name}!"',
            ),
            check=f"{__package__}.p1_greeting",
        ),
    ),
)
