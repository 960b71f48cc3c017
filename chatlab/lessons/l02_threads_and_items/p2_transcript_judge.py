"""Parts 02.2 and 02.3: a conversation that is longer than a page, today and tomorrow."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l02_threads_and_items.p2_transcript import PAGE
from chatlab.lessons.support.explain import source_line

__all__ = ["judge"]


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """Every item, oldest first, one line each."""
    roles = ("user", "tool", "assistant")
    expected = [f"{roles[n % 3]}: {text}" for n, text in enumerate(inputs["texts"])]
    if "raised" in seen:
        return [_transcript_raised(seen["raised"])]
    if not isinstance(seen["value"], str):
        return [
            failed(
                f"transcript gave back {str(seen['value'])[:60]!r}.",
                'Return one text: "\\n".join(lines).',
            )
        ]
    got = seen["value"].strip().splitlines()
    if got == expected:
        return [passed(3, f"All {len(expected)} items, oldest first.")]
    return [_part_of(got, expected) or _lines_wrong(got, expected, inputs["texts"])]


def _part_of(got: list[str], expected: list[str]) -> Finding | None:
    """What is wrong when the lines are right, but too few, or in another order."""
    if got == expected[::-1]:
        return failed("The newest item stands first.", 'Ask with order="asc": oldest first.')
    if got == expected[:PAGE]:
        return failed(
            f"These are the first {PAGE} items of {len(expected)}: one page.",
            "Follow `after`: ask again as long as has_more is true.",
        )
    if got == expected[: len(got)] and got:
        return _too_few(len(got), len(expected))
    if sorted(got) == sorted(expected):
        return failed(
            "Every item is there, in another order.",
            'Read the pages with order="asc", and append each page after the one before.',
        )
    return None


def _lines_wrong(got: list[str], expected: list[str], texts: list[str]) -> Finding:
    if len(got) > len(expected):
        return failed(
            f"{len(got)} lines for {len(expected)} items: some stand twice.",
            "The next page begins after `page.after`. Take it from the page, each time.",
        )
    first = next((n for n, (a, b) in enumerate(zip(got, expected, strict=False)) if a != b), 0)
    there = got[first] if got else ""
    said = f"Line {first + 1}: expected {expected[first]!r}, got {there!r}."
    if [line.partition(": ")[2] for line in got] == texts:
        return failed(said, "What stands before the colon is the item's `role`.")
    return failed(said, "One line an item: its role, a colon, a space, its content.")


def _too_few(got: int, expected: int) -> Finding:
    said = f"These are the first {got} of {expected} items."
    if expected - got <= PAGE:
        return failed(said, "The last page counts, too: take its items, then ask for has_more.")
    return failed(
        said, "You cannot know how many pages there are: go on for as long as has_more is true."
    )


def _transcript_raised(error: dict[str, Any]) -> Finding:
    if error["type"] == "EndlessError":
        return failed(
            f"The same page was asked for again and again: {error['message']}.",
            "Move on each time round the loop: after = page.after.",
        )
    if "unhashable" in error["message"]:
        return failed(
            "`after` was given a whole item or page.",
            f"It is an id: `page.after` says where the rest begins. {source_line(error)}".strip(),
        )
    return failed(f"transcript raised {error['type']}: {error['message']}", source_line(error))
