"""Judge part 02.3: `continue_tomorrow` returns what survived, after each of two restarts."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l02_threads_and_items.p3_read_back import OTHER_TEXT
from chatlab.lessons.l02_threads_and_items.pages_judge import explain_page_error, short_page_wrong
from chatlab.lessons.support.explain import shorten, show_value, source_line

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """2 points if each call returned the items that all processes until then had stored."""
    expected: list[str] = []
    for texts, day in zip(inputs["texts"], observation["days"], strict=True):
        earlier, expected = expected, expected + texts
        if "raised" in day:
            return [_explain_error(inputs["user"], day)]
        wrong = _conversation_changed(len(expected), day) or _type_wrong(day["value"])
        if wrong is None:
            got = [item.get("content") for item in day["value"]]
            wrong = (
                _memory_wrong(got, earlier, texts)
                or _choice_wrong(got, expected, day)
                or _items_wrong(got, expected, day)
                or _left_open(day["left_open"])
            )
        if wrong:
            return [wrong]
    return [passed(2, f"Two restarts, and all {len(expected)} items are there, in order.")]


def _conversation_changed(expected_count: int, day: dict[str, Any]) -> Finding | None:
    if day["stored"] != expected_count:
        return failed(
            f"Afterwards the database has {day['stored']} items instead of {expected_count}.",
            "What survived is stored already. Only read it: add, save and delete nothing.",
        )
    if day["changed"]:
        return failed(
            "Afterwards the thread in the database is not what it was.",
            "There is nothing to repair or to make again: what survived is stored. Only read it.",
        )
    return None


def _memory_wrong(got: list[Any], earlier: list[str], texts: list[str]) -> Finding | None:
    """What is wrong on the second day, when the process remembers the first one.

    `earlier` is what was stored the day before, `texts` what was added since.
    """
    if not earlier:
        return None
    if got == earlier:
        return failed(
            f"The second day, it returned the {len(got)} items of the first. You keep them in a "
            "variable, and another process has added more.",
            "A variable knows nothing of what others store, and dies with its process. Ask the "
            "database each time.",
        )
    if got == earlier + earlier + texts:
        return failed(
            f"The second day, it returned the first day's {len(earlier)} items twice: the list "
            "outlives the call.",
            "Make the list inside the function, and not in its head or outside of it.",
        )
    if got in (texts + earlier, (texts + earlier)[::-1]):
        return failed(
            "The second day's items come first. They were written by a computer whose clock is a "
            "week behind, and you sorted by timestamp.",
            "Clocks differ. A store numbers the items as they arrive: keep its order.",
        )
    return None


def _choice_wrong(got: list[Any], expected: list[str], day: dict[str, Any]) -> Finding | None:
    """What is wrong when other items were chosen than those of the thread."""
    if got == [OTHER_TEXT]:
        return failed(
            "It returned the items of another conversation, the user's newest.",
            "One person has many threads. Which one goes on is said by `thread_id`.",
        )
    if day["requests"] and got == expected[:-1]:
        return failed(
            "The last reply is missing. Its process ended in the middle of it, so its status "
            "is 'incomplete'.",
            "Half a sentence was said and stored, too: return it with the others.",
        )
    if len(got) < len(expected) and got == list(dict.fromkeys(expected)):
        return failed(
            f"It returned {len(got)} of {len(expected)} items: of two with the same text, one is "
            "missing.",
            "People say the same thing twice. Two items are two, whatever they say: each has an "
            "id of its own.",
        )
    return None


def _left_open(store_count: int) -> Finding | None:
    if not store_count:
        return None
    return failed(
        "Every item is there, but the store is still open, and its connection with it.",
        "Do all your reading inside `async with SQLStore(url) as store:`. It closes the store at "
        "its end.",
    )


def _type_wrong(value: Any) -> Finding | None:
    if value is None:
        return failed(
            "continue_tomorrow returned None.",
            "After the last page, hand the list to your caller: return items",
        )
    if isinstance(value, str):
        return failed(
            "It returned one long text.",
            "02.2 asked for text. Here the items themselves are wanted, in a list.",
        )
    if isinstance(value, dict) and "has_more" in value:
        return failed(
            "It returned a page.",
            "The items of a page are in its `data`. Return one list with the items of all pages.",
        )
    if isinstance(value, dict):
        return failed(
            f"It returned {show_value(value)}.",
            "load_thread gives you only the thread's metadata, its cover. What was said is in "
            "its items: load_thread_items.",
        )
    if isinstance(value, list) and value and all(isinstance(entry, list) for entry in value):
        return failed(
            f"It returned a list of {len(value)} lists, one for each page.",
            "Put the items of all pages into one list: items += page.data.",
        )
    if isinstance(value, list) and value and all(isinstance(entry, str) for entry in value):
        return failed(
            f"It returned a list of texts, such as {shorten(value[0])}.",
            "Return the items themselves: whoever goes on needs their roles and ids, too.",
        )
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        return failed(f"It returned {show_value(value)}.", "Return a list of items.")
    return None


def _items_wrong(
    got: list[Any], expected: list[str], observation: dict[str, Any]
) -> Finding | None:
    """What is wrong with the contents of the items that were returned."""
    requests = observation["requests"]
    if got == expected:
        return None
    if not got and not requests and observation["threads_loaded"]:
        return failed(
            "It returned an empty list: in a store, a thread's `history` is empty.",
            "load_thread gives you the metadata. What was said is in its items: "
            "store.load_thread_items.",
        )
    if not got and not requests:
        return failed(
            "It returned an empty list, and the database was not asked for anything.",
            "Yesterday's items are at `url`: async with SQLStore(url) as store: ...",
        )
    if not got:
        return failed(
            f"It returned an empty list. You read {', '.join(observation['strangers']) or 'it'}.",
            "A thread that you make now is empty. Yesterday's has the id `thread_id`.",
        )
    if got == expected[: len(got)]:
        return short_page_wrong(len(got), len(expected), requests)
    if requests and requests[0][2] == "desc" and got == expected[::-1][: len(got)]:
        return failed(
            "The newest item comes first.", 'Ask with order="asc": oldest first, as people read.'
        )
    if got == expected[-len(got) :]:
        return failed(
            f"It returned the last {len(got)} of {len(expected)} items: the last page alone.",
            "`=` replaces the page before; `+=` adds to it. Make the list before the loop.",
        )
    if len(got) > len(expected):
        return failed(
            f"It returned {len(got)} items; the conversation has {len(expected)}.",
            "The same page was read again: give `after` the last page's `after`, each time.",
        )
    return failed(
        f"It returned {len(got)} items in another order; expected {len(expected)}, from "
        f"{expected[0]!r} on.",
        "Read every page with order='asc', and keep them in that order.",
    )


def _explain_error(user: str, observation: dict[str, Any]) -> Finding:
    error = observation["raised"]
    message = error["message"]
    if error["type"] == "NotFoundError" and "thread" in message:
        return _explain_not_found(user, observation)
    if wrong := explain_page_error(error):
        return wrong
    if "context manager protocol" in message:
        return failed(
            "Opening and closing a database takes time, so a store has to be awaited.",
            "Write `async with SQLStore(url) as store:`.",
        )
    if error["type"] == "StoreError":
        return failed(
            f"SQLStore could not open that: {message.split('. ')[0][:150]}.",
            "The address is the parameter `url`, just as it comes: SQLStore(url).",
        )
    return failed(f"It raised {error['type']}: {message[:200]}", source_line(error))


def _explain_not_found(user: str, observation: dict[str, Any]) -> Finding:
    """Where the thread was looked for in vain."""
    if not observation["requests"] and not observation["threads_loaded"]:
        return failed(
            "The thread was not found: a new store in memory is empty.",
            "The conversation is in the database: SQLStore(url).",
        )
    if strangers := observation["strangers"]:
        return failed(
            f"The thread was not found for {', '.join(strangers)}: it belongs to {user}.",
            "It is the same person as yesterday: pass on the `context` and `thread_id` that you "
            "were given.",
        )
    return failed(
        "The thread was not found: you opened another database, and it is empty.",
        "Yesterday's is at `url`: SQLStore(url).",
    )
