"""Judge part 02.2: the transcript has a line "role: content" for each item, oldest first."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l02_threads_and_items.p2_transcript import PAGE_SIZE
from chatlab.lessons.support.explain import source_line

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """3 points if the lines are exactly those of the items."""
    roles = ("user", "tool", "assistant")
    expected = [f"{roles[n % 3]}: {text}" for n, text in enumerate(inputs["texts"])]
    if "raised" in observation:
        return [_explain_error(observation["raised"])]
    if not isinstance(observation["value"], str):
        return [
            failed(
                f"transcript gave back {str(observation['value'])[:60]!r}.",
                'Return one text: "\\n".join(lines).',
            )
        ]
    got = observation["value"].strip().splitlines()
    if got == expected:
        return [passed(3, f"All {len(expected)} items, oldest first.")]
    return [_pages_wrong(got, expected) or _explain_lines(got, expected, inputs["texts"])]


def _pages_wrong(got: list[str], expected: list[str]) -> Finding | None:
    """What is wrong when each line is right, but some are missing or the order differs."""
    if got == expected[::-1]:
        return failed("The newest item stands first.", 'Ask with order="asc": oldest first.')
    if got == expected[:PAGE_SIZE]:
        return failed(
            f"These are the first {PAGE_SIZE} items of {len(expected)}: one page.",
            "Follow `after`: ask again as long as has_more is true.",
        )
    if got == expected[: len(got)] and got:
        return _explain_missing_items(len(got), len(expected))
    if sorted(got) == sorted(expected):
        return failed(
            "Every item is there, in another order.",
            'Read the pages with order="asc", and append each page after the one before.',
        )
    return None


def _explain_lines(got: list[str], expected: list[str], texts: list[str]) -> Finding:
    """What to try when lines are repeated, or a line differs from the expected one."""
    if len(got) > len(expected):
        return failed(
            f"{len(got)} lines for {len(expected)} items: some stand twice.",
            "The next page begins after `page.after`. Take it from the page, each time.",
        )
    first_difference = next(
        (n for n, (a, b) in enumerate(zip(got, expected, strict=False)) if a != b), 0
    )
    got_line = got[first_difference] if got else ""
    message = (
        f"Line {first_difference + 1}: expected {expected[first_difference]!r}, got {got_line!r}."
    )
    if [line.partition(": ")[2] for line in got] == texts:
        return failed(message, "What stands before the colon is the item's `role`.")
    return failed(message, "One line an item: its role, a colon, a space, its content.")


def _explain_missing_items(got_count: int, expected_count: int) -> Finding:
    message = f"These are the first {got_count} of {expected_count} items."
    if expected_count - got_count <= PAGE_SIZE:
        return failed(message, "The last page counts, too: take its items, then ask for has_more.")
    return failed(
        message, "You cannot know how many pages there are: go on for as long as has_more is true."
    )


def _explain_error(error: dict[str, Any]) -> Finding:
    if error["type"] == "RepeatedPageError":
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
