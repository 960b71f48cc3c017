"""Part 03.4: what a turn leaves behind, however many pieces it came in; the verdict."""

from typing import Any, cast

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.dialogue import explain_exception, shorten

__all__ = ["judge"]


def _left(inputs: dict[str, Any]) -> list[list[str]]:
    rows: list[list[str]] = [["user", inputs["message"]]]
    for kind, *more in inputs["script"]:
        row = ("assistant", "".join(more[0])) if kind == "text" else ("tool", more[1][1])
        rows.append(list(row))
    return rows


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """One row an item, in the order of the conversation."""
    called = f"what_is_saved(server, {inputs['message']!r}, context)"
    if "raised" in seen:
        return [_raised(called, seen["raised"])]
    got, wanted = seen["value"], _left(inputs)
    if got == wanted and seen["threads"] == 1:
        return [passed(2, "That is what the store holds after the turn.")]
    return [_saved_wrong(called, got, wanted, seen["threads"], inputs)]


def _raised(called: str, why: dict[str, Any]) -> Finding:
    if why["type"] == "NotFoundError":
        return failed(
            f"{called}: the thread was asked for before there was one.",
            "A turn runs only while somebody asks for its events: `async for event in turn`.",
        )
    return explain_exception(called, why)


def _saved_wrong(
    called: str, got: Any, wanted: list[list[str]], threads: int, inputs: dict[str, Any]
) -> Finding:
    if not threads:
        return failed(
            f"{called}: no turn took place, so nothing is in the store.",
            "A turn runs only while somebody asks for its events: `async for event in turn`.",
        )
    if threads > 1:
        return failed(f"{called}: the message was sent {threads} times.", "Send it once.")
    if not isinstance(got, list):
        return failed(
            f"{called} gave back {shorten(str(got))}.", "Return a list of (role, content)."
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
    if [row[::-1] for row in rows] == wanted:
        return failed(
            f"{called}: each row is the wrong way round.", "The role first: (role, content)."
        )
    if rows == wanted[::-1]:
        return failed(
            f"{called} begins with the newest item.", 'Oldest first: that is order="asc".'
        )
    pieces = [piece for kind, *more in inputs["script"] if kind == "text" for piece in more[0]]
    if any(row[1] in pieces for row in rows):
        return failed(
            f"{called} has {len(rows)} rows; the store has {len(wanted)} items.",
            "Those are events: pieces on their way. Ask the store for items: `server.thread(...)`.",
        )
    return _rows_wrong(called, rows, wanted)


def _rows_wrong(called: str, rows: list[Any], wanted: list[list[str]]) -> Finding:
    if [row[1] for row in rows] == [row[1] for row in wanted]:
        roles = ", ".join(sorted({str(row[0]) for row in rows}))
        return failed(
            f"{called}: the contents are right; the roles are {roles}.",
            "An item's `role` is user, assistant or tool; its `type` is something else.",
        )
    if rows == wanted[: len(rows)]:
        return failed(
            f"{called} has the first {len(rows)} of {len(wanted)} items: the turn was not over.",
            "Look after the turn, not before: read all of its events first.",
        )
    missing = [row[0] for row in wanted if row not in rows]
    if any(row[1] not in [one[1] for one in wanted] for row in rows):
        return failed(
            f"{called}: no item says {shorten(str(_stranger(rows, wanted)))}.",
            "What comes before a tool and what comes after it are two items. Ask the store.",
        )
    if missing and len(rows) < len(wanted):
        return failed(
            f"{called}: the item of the {missing[0]} is missing.",
            "Every item of the thread counts, whoever made it.",
        )
    return failed(
        f"{called}: expected {shorten(str([tuple(row) for row in wanted]))}, "
        f"got {shorten(str([tuple(row) for row in rows]))}.",
        "One row for each item in `server.thread(...).items.data`.",
    )


def _stranger(rows: list[Any], wanted: list[list[str]]) -> Any:
    return next(row[1] for row in rows if row[1] not in [one[1] for one in wanted])
