"""Judge part 02.3: `continue_tomorrow` returns a list of all items, oldest first."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.explain import source_line

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """2 points if the contents of the items are exactly the texts, in order."""
    expected: list[str] = inputs["texts"]
    if "raised" in observation:
        return [_explain_error(observation["raised"])]
    value = observation["value"]
    if isinstance(value, list) and value and all(isinstance(entry, list) for entry in value):
        return [
            failed(
                f"It gave back a list of {len(value)} lists, one a page.",
                "Put the items of each page into one list: found.extend(page.data), or +=.",
            )
        ]
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        return [
            failed(f"It gave back {str(value)[:60]!r}.", "Return the items themselves, in a list.")
        ]
    got = [item.get("content") for item in value]
    if got == expected:
        return [passed(2, f"All {len(expected)} items are there tomorrow.")]
    if got == expected[: len(got)] and got:
        return [
            failed(
                f"{len(got)} of {len(expected)} items: one page.",
                "Follow `after`, as in 02.2: ask again as long as has_more is true.",
            )
        ]
    if got == expected[::-1]:
        return [failed("The newest item stands first.", 'Ask with order="asc": oldest first.')]
    return [
        failed(
            f"{len(got)} items; expected {len(expected)}, from {expected[0]!r} on.",
            "Read every page with order='asc', and keep them in that order.",
        )
    ]


def _explain_error(error: dict[str, Any]) -> Finding:
    if error["type"] == "NotFoundError":
        return failed(
            "The thread was not found: a new store in memory is empty.",
            "The conversation is in the database: SQLStore(url).",
        )
    if "context manager protocol" in error["message"]:
        return failed(
            "Opening and closing a database takes time, so a store has to be awaited.",
            "Write `async with SQLStore(url) as store:`.",
        )
    return failed(f"It raised {error['type']}: {error['message']}", source_line(error))
