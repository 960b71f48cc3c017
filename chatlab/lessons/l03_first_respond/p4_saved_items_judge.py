"""Judge part 03.4: `what_is_saved` returns the role and content of each stored item."""

from typing import Any, cast

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.explain import explain_exception, shorten

__all__ = ["judge"]


def _expected_rows(inputs: dict[str, Any]) -> list[list[str]]:
    """The role and content of each item that the turn stores: pieces joined, tools completed."""
    rows: list[list[str]] = [["user", inputs["message"]]]
    for kind, *arguments in inputs["script"]:
        row = ("assistant", "".join(arguments[0])) if kind == "text" else ("tool", arguments[1][1])
        rows.append(list(row))
    return rows


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """2 points if the rows are those of the items, oldest first, after a single turn."""
    called = f"what_is_saved(server, {inputs['message']!r}, context)"
    if "raised" in observation:
        return [_explain_error(called, observation["raised"])]
    got, expected = observation["value"], _expected_rows(inputs)
    if got == expected and observation["threads"] == 1:
        return [passed(2, "That is what the store holds after the turn.")]
    return [_explain_result(called, got, expected, observation["threads"], inputs)]


def _explain_error(called: str, error: dict[str, Any]) -> Finding:
    if error["type"] == "NotFoundError":
        return failed(
            f"{called}: the thread was asked for before there was one.",
            "A turn runs only while somebody asks for its events: `async for event in turn`.",
        )
    return explain_exception(called, error)


def _explain_result(
    called: str, got: Any, expected: list[list[str]], thread_count: int, inputs: dict[str, Any]
) -> Finding:
    """What to try when no turn took place, or `got` is no list of the right rows."""
    if not thread_count:
        return failed(
            f"{called}: no turn took place, so nothing is in the store.",
            "A turn runs only while somebody asks for its events: `async for event in turn`.",
        )
    if thread_count > 1:
        return failed(f"{called}: the message was sent {thread_count} times.", "Send it once.")
    if not isinstance(got, list):
        return failed(
            f"{called} returned {shorten(str(got))}.", "Return a list of (role, content)."
        )
    rows = cast("list[Any]", got)
    if not rows:
        return failed(
            f"{called} is empty.",
            "Look after the turn, not before: read it to its end, then ask the store.",
        )
    if not all(isinstance(row, list) and len(cast("list[Any]", row)) == 2 for row in rows):
        return failed(
            f"{called}: a row is {shorten(str(rows[0]))}.", "Each row is (item.role, item.content)."
        )
    if [row[::-1] for row in rows] == expected:
        return failed(
            f"{called}: each row is the wrong way round.", "The role first: (role, content)."
        )
    if rows == expected[::-1]:
        return failed(
            f"{called} begins with the newest item.", 'Oldest first: that is order="asc".'
        )
    pieces = [
        piece for kind, *arguments in inputs["script"] if kind == "text" for piece in arguments[0]
    ]
    if any(row[1] in pieces for row in rows):
        return failed(
            f"{called} has {len(rows)} rows; the store has {len(expected)} items.",
            "Those are events: pieces on their way. Ask the store for items: `server.thread(...)`.",
        )
    return _explain_rows(called, rows, expected)


def _explain_rows(called: str, rows: list[Any], expected: list[list[str]]) -> Finding:
    """What to try when the rows are pairs, but others than the expected ones."""
    if [row[1] for row in rows] == [row[1] for row in expected]:
        roles = ", ".join(sorted({str(row[0]) for row in rows}))
        return failed(
            f"{called}: the contents are right; the roles are {roles}.",
            "An item's `role` is user, assistant or tool; its `type` is something else.",
        )
    if rows == expected[: len(rows)]:
        return failed(
            f"{called} has the first {len(rows)} of {len(expected)} items: the turn was not over.",
            "Look after the turn, not before: read all of its events first.",
        )
    missing_roles = [row[0] for row in expected if row not in rows]
    contents = [row[1] for row in expected]
    if unknown := [row[1] for row in rows if row[1] not in contents]:
        return failed(
            f"{called}: no item says {shorten(str(unknown[0]))}.",
            "What comes before a tool and what comes after it are two items. Ask the store.",
        )
    if missing_roles and len(rows) < len(expected):
        return failed(
            f"{called}: the item of the {missing_roles[0]} is missing.",
            "Every item of the thread counts, whoever made it.",
        )
    return failed(
        f"{called}: expected {shorten(str([tuple(row) for row in expected]))}, "
        f"got {shorten(str([tuple(row) for row in rows]))}.",
        "One row for each item in `server.thread(...).items.data`.",
    )
