"""Part 06.3: what falls out becomes one summary, and nothing is summarised twice; the verdict."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.dialogue import explain_exception, shorten

__all__ = ["judge"]


def judge(inputs: list[dict[str, Any]], seen: list[dict[str, Any]]) -> list[Finding]:
    """The newest stay, one summary stands for the rest, and each item is summarised once."""
    for case, one in zip(inputs, seen, strict=True):
        if wrong := _wrong(case, one):
            return [wrong]
    return [passed(3, "What falls out is in the summary, and the newest items are as they were.")]


def _wrong(case: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    count, keep, earlier = case["count"], case["keep"], case["earlier"]
    before = "" if earlier is None else "an earlier summary and "
    called = f"remember({before}{count} items, keep={keep})"
    if "raised" in seen:
        return _raised(called, seen["raised"])
    if not isinstance(seen["value"], list):
        return failed(
            f"{called} gave back {shorten(str(seen['value']))}.", "Return a list of items."
        )
    fallen = [f"msg_{n}" for n in range(max(0, count - keep))]
    stays = [["item", f"msg_{n}"] for n in range(len(fallen), count)]
    handed = _handed_wrong(called, earlier, fallen, seen["calls"])
    if not fallen:
        older = [] if earlier is None else [["summary", earlier]]
        return handed or _same_wrong(called, older + stays, seen["kept"])
    return (
        _summaries_wrong(called, case, seen["kept"])
        or _kept_wrong(called, case, stays, seen["kept"])
        or handed
    )


def _raised(called: str, why: dict[str, Any]) -> Finding:
    if why["type"] == "TypeError" and "await" in why["message"]:
        return failed(f"{called} raised {why['message']}", "Write `async def remember`.")
    if why["type"] == "ValidationError" and "string" in why["message"]:
        return failed(
            f"{called}: the summary was made of something that is no text.",
            "`summarise` is a coroutine: text = await summarise(...), then make_summary(text).",
        )
    return explain_exception(called, why)


def _handed_wrong(
    called: str, earlier: str | None, fallen: list[str], calls: list[Any]
) -> Finding | None:
    if not fallen and calls:
        return failed(
            f"{called}: nothing falls out, and `summarise` was called all the same.",
            "Each call costs a model's time. If nothing falls out, return the items as they are.",
        )
    if not fallen:
        return None
    if len(calls) != 1:
        return failed(
            f"{called}: `summarise` was called {len(calls)} times.",
            "Once is enough: hand over all that falls out, in one list.",
        )
    [[previous, items]] = calls
    if "summary" in items:
        return failed(
            f"{called}: the earlier summary was handed over as one of the items.",
            "Its text is `previous_text`. The items are what has just fallen out.",
        )
    if earlier is not None and previous != earlier:
        return failed(
            f"{called}: `previous_text` was {shorten(str(previous))}; the earlier summary is lost.",
            f"Hand over its content, here {shorten(earlier)}, so that the new one includes it.",
        )
    if previous != (earlier or ""):
        return failed(
            f"{called}: `previous_text` was {previous!r}; there is no earlier summary.",
            'Then it is an empty text, "".',
        )
    if items != fallen:
        return failed(
            f"{called}: {len(items)} items were summarised; {len(fallen)} fall out.",
            "Hand over exactly those that do not stay, oldest first.",
        )
    return None


def _same_wrong(called: str, wanted: list[Any], kept: list[Any]) -> Finding | None:
    if kept == wanted:
        return None
    if [row for row in wanted if row[0] == "summary"] and not any(
        row[0] == "summary" for row in kept
    ):
        return failed(
            f"{called}: nothing falls out, but the earlier summary is gone.",
            "It stands for what fell out before. Give back everything as it was.",
        )
    return failed(
        f"{called}: nothing falls out, and {len(kept)} of {len(wanted)} items came back.",
        "If nothing falls out, give back everything as it was.",
    )


def _summaries_wrong(called: str, case: dict[str, Any], kept: list[Any]) -> Finding | None:
    if any(row[0] == "text" for row in kept):
        return failed(f"{called}: there is a text among the items.", "Wrap it: make_summary(text).")
    summaries = [text for kind, text in kept if kind == "summary"]
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
    if kept[0][0] != "summary":
        return failed(
            f"{called}: the summary does not stand first.",
            "It stands for what was said before, so it comes before the items that stay.",
        )
    return None


def _kept_wrong(
    called: str, case: dict[str, Any], stays: list[Any], kept: list[Any]
) -> Finding | None:
    got = kept[1:]
    if got == stays:
        return None
    if case["keep"] == 0:
        return failed(
            f"{called}: {len(got)} items stayed; expected none.",
            "items[-0:] is the whole list, since -0 is 0. Count from the front: len(items) - keep.",
        )
    if got == stays[::-1]:
        return failed(f"{called}: the newest item stands first.", "Oldest first, as before.")
    if len(got) == len(stays) - 1 and case["earlier"] is not None:
        return failed(
            f"{called}: {len(got)} items stayed: the summary was counted as one of them.",
            "`keep` is about what was said. The summary comes on top.",
        )
    if got == [["item", f"msg_{n}"] for n in range(case["keep"])]:
        return failed(
            f"{called}: the oldest items stayed.", "The newest are at the end of the list."
        )
    return failed(
        f"{called}: {len(got)} items stayed; expected the newest {len(stays)}.",
        "Take the summary away first; then the last `keep` items stay.",
    )
