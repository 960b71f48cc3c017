"""For the judges of 02.2 and 02.3: what to try when pages were not read to their end."""

from typing import Any

from chatlab.course.findings import Finding, failed
from chatlab.lessons.l02_threads_and_items.p2_transcript import PAGE_SIZE
from chatlab.lessons.support.explain import source_line

__all__ = ["explain_page_error", "short_page_wrong"]


def short_page_wrong(got_count: int, expected_count: int, requests: list[Any]) -> Finding:
    """Only the first pages were read. `requests` has `[after, limit, order]` of each request."""
    message = f"These are the first {got_count} of {expected_count} items."
    limit = requests[0][1] if requests else None
    if len(requests) == 1 and isinstance(limit, int) and limit > PAGE_SIZE:
        return failed(
            f"You asked for {limit} items and got {got_count}: a store decides how many it "
            "gives you at a time.",
            "`limit` is the most that you get. Only has_more says whether there are more: go on "
            "for as long as it is true.",
        )
    if len(requests) == 1:
        return failed(
            f"{message} That is one page.",
            "Follow `after`: ask again as long as has_more is true.",
        )
    if expected_count - got_count <= PAGE_SIZE:
        return failed(message, "The last page counts, too: take its items, then ask for has_more.")
    return failed(
        message, "You cannot know how many pages there are: go on for as long as has_more is true."
    )


def explain_page_error(error: dict[str, Any]) -> Finding | None:
    """What to try after an error in reading pages; None if it is another error."""
    message, line = error["message"], source_line(error)
    if error["type"] == "RepeatedPageError":
        return failed(
            f"The same page was asked for again and again: {message}.",
            "Move on each time round the loop: after = page.after.",
        )
    if "unhashable" in message or "Item(id=" in message:
        return failed(
            "`after` was given a whole item or page.",
            f"It is an id: `page.after` says where the rest begins. {line}".strip(),
        )
    if "'coroutine' object has no attribute" in message:
        return failed(
            "A coroutine does nothing by itself: without `await`, nobody has read the page yet.",
            f"page = await store.load_thread_items(...) {line}".strip(),
        )
    if "'tuple' object has no attribute" in message:
        return failed(
            "A page is not its items: it has `data`, `has_more` and `after`.",
            f"The items are in `data`: for item in page.data: ... {line}".strip(),
        )
    if error["type"] == "NotFoundError" and message.startswith("There is no item"):
        wanted = message.removeprefix("There is no item").strip(" .")
        if not wanted.startswith("'"):
            return failed(
                f"`after` was {wanted}: it is not a number of items to skip.",
                "It is the id of an item: None for the first page, then page.after.",
            )
        return failed(
            f"`after` was {wanted}, and no item of this thread has that id.",
            "For the first page it is None; for each later one it is the last page's `after`.",
        )
    return None
