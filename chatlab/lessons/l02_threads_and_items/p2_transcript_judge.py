"""Judge part 02.2: the transcript has a line "role: content" for each item, oldest first."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l02_threads_and_items.p2_transcript import PAGE_SIZE
from chatlab.lessons.l02_threads_and_items.pages_judge import explain_page_error, short_page_wrong
from chatlab.lessons.support.explain import shorten, show_value, source_line

__all__ = ["judge"]

_ROLES = ("user", "tool", "assistant")


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """3 points if the lines are exactly those of the items."""
    expected = [f"{_ROLES[n % 3]}: {text}" for n, text in enumerate(inputs["texts"])]
    if "raised" in observation:
        return [_explain_error(observation["raised"])]
    value = observation["value"]
    if not isinstance(value, str):
        return [_explain_no_text(value)]
    got = value.strip().splitlines()
    if got == expected:
        return [passed(3, f"All {len(expected)} items, oldest first.")]
    requests = observation.get("requests", [])
    return [
        _selection_wrong(got, expected)
        or _pages_wrong(got, expected, requests)
        or _lines_wrong(got, expected, inputs["texts"])
        or _explain_first_difference(got, expected)
    ]


def _explain_no_text(value: Any) -> Finding:
    if value is None:
        return failed(
            "transcript returned None.",
            '`print` shows it to you alone. Give it to your caller: return "\\n".join(lines)',
        )
    return failed(
        f"transcript returned {show_value(value)}.", 'Return one text: "\\n".join(lines).'
    )


def _pages_wrong(got: list[str], expected: list[str], requests: list[Any]) -> Finding | None:
    """What is wrong when each line is right, but pages are missing or their order differs."""
    if got == expected[::-1]:
        return failed("The newest item comes first.", 'Ask with order="asc": oldest first.')
    if got and got == expected[: len(got)]:
        return short_page_wrong(len(got), len(expected), requests)
    if got and got == expected[-len(got) :]:
        return failed(
            f"These are the last {len(got)} of {len(expected)} items: each page replaced the one "
            "before it.",
            "Make the list once, before the loop, and add each page's lines to it.",
        )
    if sorted(got) != sorted(expected):
        return None
    if requests and all(order == "desc" for _, _, order in requests):
        return failed(
            "Each page is the right way round, but the newest page comes first.",
            'Ask for the oldest page first, with order="asc". Then nothing has to be turned round.',
        )
    return failed(
        "Every item is there, in another order.",
        'Read the pages with order="asc", and append each page after the one before.',
    )


def _selection_wrong(got: list[str], expected: list[str]) -> Finding | None:
    """What is wrong when each line is right, but some items are left out or repeated."""
    if got == expected[::PAGE_SIZE]:
        return failed(
            "Only the first item of each page is there.",
            "A page's `data` holds many items: for item in page.data: ...",
        )
    for role in _ROLES:
        if got == [line for line in expected if not line.startswith(f"{role}:")]:
            return failed(
                f"The lines of the {role} are missing.",
                f"Everything in the thread is an item, whatever its role. The {role}'s count, too.",
            )
    if len(got) == len(_ROLES) and sorted(got) == sorted(expected[-len(_ROLES) :]):
        return failed(
            f"{len(got)} lines for {len(expected)} items: one for each role.",
            "A dictionary keeps one content for each role. Collect the lines in a list.",
        )
    if len(got) > len(expected):
        return failed(
            f"{len(got)} lines for {len(expected)} items: some are there twice.",
            "The next page begins after `page.after`. Take it from the page, each time.",
        )
    return None


def _lines_wrong(got: list[str], expected: list[str], texts: list[str]) -> Finding | None:
    """What is wrong when all items are there, but their lines are written in another way."""
    if "".join(got) == "".join(expected) and len(got) == 1:
        return failed(
            "All items are in one long line.",
            'Put a line break between them: "\\n".join(lines).',
        )
    if "".join(got) == "".join(expected):
        return failed(
            "Where one page ends and the next begins, two items share a line.",
            "Collect the lines of all pages in one list, and join them once, after the loop.",
        )
    if got == texts:
        return failed(
            "These are the contents alone; nobody can tell who said what.",
            'Begin each line with the item\'s role: f"{item.role}: {item.content}".',
        )
    if [line.lower() for line in got] == expected:
        return failed(
            f"Line 1 is {shorten(got[0])}; expected {expected[0]!r}.",
            "Write the role as the item has it, in small letters: item.role.",
        )
    if ["".join(line.split()) for line in got] == ["".join(line.split()) for line in expected]:
        return failed(
            f"Line 1 is {shorten(got[0])}; expected {expected[0]!r}.",
            "Only the spaces differ: no space before the colon, and one after it.",
        )
    if [line.partition(": ")[2] for line in got] == texts:
        return failed(
            f"Line 1 is {shorten(got[0])}; expected {expected[0]!r}.",
            "The word before the colon is the item's `role`.",
        )
    if got and "thread_id=" in got[0] and "content=" in got[0]:
        return failed(
            f"Line 1 is {shorten(got[0])}.",
            "That is the whole item, as Python shows it. Take two fields: "
            'f"{item.role}: {item.content}".',
        )
    return None


def _explain_first_difference(got: list[str], expected: list[str]) -> Finding:
    pairs = enumerate(zip(got, expected, strict=False))
    first = next((n for n, (line, other) in pairs if line != other), min(len(got), len(expected)))
    got_line = shorten(got[first]) if first < len(got) else "nothing"
    expected_line = repr(expected[first]) if first < len(expected) else "nothing"
    return failed(
        f"Line {first + 1}: expected {expected_line}, got {got_line}.",
        "Write one line for each item: its role, a colon, a space, its content.",
    )


def _explain_error(error: dict[str, Any]) -> Finding:
    return explain_page_error(error) or failed(
        f"transcript raised {error['type']}: {error['message'][:200]}", source_line(error)
    )
