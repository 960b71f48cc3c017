"""Judges part 06.3: the items that came back, and what was given to `summarise`."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.explain import explain_exception, shorten

__all__ = ["judge"]


def judge(inputs: list[dict[str, Any]], observation: list[dict[str, Any]]) -> list[Finding]:
    """The newest items stay after one summary, and each other item is summarised once."""
    for case, result in zip(inputs, observation, strict=True):
        if wrong := _result_wrong(case, result):
            return [wrong]
    return [passed(3, "What falls out is in the summary, and the newest items are as they were.")]


def _result_wrong(case: dict[str, Any], result: dict[str, Any]) -> Finding | None:
    count, keep, earlier = case["count"], case["keep"], case["earlier"]
    prefix = "" if earlier is None else "an earlier summary and "
    called = f"remember({prefix}{count} items, keep={keep})"
    if "raised" in result:
        return _explain_error(called, result["raised"])
    if not isinstance(result["value"], list):
        return failed(
            f"{called} returned {shorten(str(result['value']))}.", "Return a list of items."
        )
    dropped_ids = [f"msg_{index}" for index in range(max(0, count - keep))]
    expected_rows = [["item", f"msg_{index}"] for index in range(len(dropped_ids), count)]
    calls_wrong = _summarise_calls_wrong(called, earlier, dropped_ids, result["calls"])
    if not dropped_ids:
        summary_rows = [] if earlier is None else [["summary", earlier]]
        return calls_wrong or _unchanged_rows_wrong(
            called, summary_rows + expected_rows, result["rows"]
        )
    return (
        _all_kept_wrong(called, case, result)
        or _summaries_wrong(called, case, result["rows"])
        or _recent_items_wrong(called, case, expected_rows, result["rows"])
        or calls_wrong
    )


def _explain_error(called: str, error: dict[str, Any]) -> Finding:
    if error["type"] == "TypeError" and "await" in error["message"]:
        return failed(f"{called} raised {error['message']}", "Write `async def remember`.")
    if error["type"] == "ValidationError" and "string" in error["message"]:
        return failed(
            f"{called}: the summary was made from something that is not text.",
            "`summarise` is a coroutine: text = await summarise(...), then make_summary(text).",
        )
    return explain_exception(called, error)


def _summarise_calls_wrong(
    called: str, earlier: str | None, dropped_ids: list[str], calls: list[Any]
) -> Finding | None:
    if not dropped_ids and calls:
        return failed(
            f"{called}: nothing falls out, but `summarise` was called all the same.",
            "Each call costs a model's time. If nothing falls out, return the items as they are.",
        )
    if not dropped_ids:
        return None
    if len(calls) != 1:
        return failed(
            f"{called}: `summarise` was called {len(calls)} times.",
            "Once is enough: hand over everything that falls out, in one list.",
        )
    [[previous_text, items]] = calls
    if "summary" in items:
        return failed(
            f"{called}: the earlier summary was handed over as one of the items.",
            "Its text is `previous_text`. The items are what has just fallen out.",
        )
    if earlier is not None and previous_text != earlier:
        return failed(
            f"{called}: `previous_text` was {shorten(str(previous_text))}; the earlier summary is "
            "lost.",
            f"Hand over its content, here {shorten(earlier)}, so that the new one includes it.",
        )
    if previous_text != (earlier or ""):
        return failed(
            f"{called}: `previous_text` was {previous_text!r}; there is no earlier summary.",
            'Then it is the empty string, "".',
        )
    if items != dropped_ids:
        return failed(
            f"{called}: {len(items)} items were summarised; {len(dropped_ids)} fall out.",
            "Hand over exactly those that do not stay, oldest first.",
        )
    return None


def _unchanged_rows_wrong(called: str, expected_rows: list[Any], rows: list[Any]) -> Finding | None:
    if rows == expected_rows:
        return None
    if [row for row in expected_rows if row[0] == "summary"] and not any(
        row[0] == "summary" for row in rows
    ):
        return failed(
            f"{called}: nothing falls out, but the earlier summary is gone.",
            "It stands for what fell out before. Return everything as it was.",
        )
    return failed(
        f"{called}: nothing falls out, and {len(rows)} of {len(expected_rows)} items came back.",
        "If nothing falls out, return everything as it was.",
    )


def _all_kept_wrong(called: str, case: dict[str, Any], result: dict[str, Any]) -> Finding | None:
    """What `items[:-keep]` does when nothing is to stay: it finds nothing that falls out."""
    if case["keep"] == 0 and not result["calls"] and len(result["rows"]) >= case["count"]:
        return failed(
            f"{called}: everything stayed, and nothing was summarised.",
            "items[:-0] is empty, since -0 is 0. Count from the front: len(items) - keep.",
        )
    return None


def _summaries_wrong(called: str, case: dict[str, Any], rows: list[Any]) -> Finding | None:
    if any(row[0] == "text" for row in rows):
        return failed(
            f"{called}: there is a plain string among the items.", "Wrap it: make_summary(text)."
        )
    summaries = [text for kind, text in rows if kind == "summary"]
    if not summaries:
        return failed(
            f"{called}: no summary came back, so what fell out is forgotten.",
            "Put make_summary(text) before the items that stay.",
        )
    if len(summaries) > 1:
        return failed(
            f"{called}: {len(summaries)} summaries came back. Tomorrow there will be one more.",
            "The new summary replaces the earlier one, whose text it was given.",
        )
    if summaries[0] != case["text"]:
        return failed(
            f"{called}: the summary says {shorten(summaries[0])}; `summarise` returned "
            f"{shorten(case['text'])}.",
            "The new text is the whole summary: it was made from the earlier one.",
        )
    if rows[0][0] != "summary":
        return failed(
            f"{called}: the summary does not come first.",
            "It stands for what was said before, so it comes before the items that stay.",
        )
    return None


def _recent_items_wrong(
    called: str, case: dict[str, Any], expected_rows: list[Any], rows: list[Any]
) -> Finding | None:
    got = rows[1:]
    if got == expected_rows:
        return None
    if case["keep"] == 0:
        return failed(
            f"{called}: {len(got)} items stayed; expected none.",
            "items[-0:] is the whole list, since -0 is 0. Count from the front: len(items) - keep.",
        )
    if got == expected_rows[::-1]:
        return failed(f"{called}: the newest item comes first.", "Oldest first, as before.")
    if len(got) == len(expected_rows) - 1 and case["earlier"] is not None:
        return failed(
            f"{called}: {len(got)} items stayed: the summary was counted as one of them.",
            "`keep` counts only what was said. The summary is extra.",
        )
    if got == [["item", f"msg_{index}"] for index in range(case["keep"])]:
        return failed(
            f"{called}: the oldest items stayed.", "The newest are at the end of the list."
        )
    return failed(
        f"{called}: {len(got)} items stayed; expected the newest {len(expected_rows)}.",
        "Take the summary away first; then the last `keep` items stay.",
    )
