"""Hints, one at a time: the command and the button under a check show the same ones."""

from chatlab.course.catalogue import Part
from chatlab.course.progress import Progress

__all__ = ["hint_sentence", "reveal_hint", "shown_hints"]


def hint_sentence(part: Part) -> str:
    """Where a hint is to be had without a button."""
    return f"Stuck? A hint: chatlab hint {part.id}"


def reveal_hint(part: Part, progress: Progress) -> tuple[str, ...]:
    """Show one more hint and record it; return all that have been shown by now."""
    count = min(progress.hints_shown(part.id) + 1, len(part.hints))
    progress.record_hints(part.id, count)
    progress.save()
    return part.hints[:count]


def shown_hints(part: Part, progress: Progress) -> tuple[str, ...]:
    """The hints that have been shown before."""
    return part.hints[: progress.hints_shown(part.id)]
