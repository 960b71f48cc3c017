"""Judge part 03.3: each task is created once, in the right book, for the user who asked."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.explain import explain_no_server, shorten, turn_wrong
from chatlab.lessons.support.server_turns import reply_text

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """3 points if the tasks are right, and each answer names its task's title and id."""
    if "unmade" in observation:
        return [explain_no_server("TaskServer", observation["unmade"])]
    first_user, second_user = inputs["names"]
    first_title, second_title, third_title = inputs["titles"]
    first_id = inputs["first_id"]
    expectations = [
        (f"send('Create a task: {first_title}')", (0, first_user, first_title, first_id)),
        (f"send('add a task: {second_title}')", (0, second_user, second_title, first_id + 1)),
        (f"send({inputs['chatter']!r})", None),
        (f"send('Create a task: {third_title}')", (1, first_user, third_title, first_id + 1000)),
    ]
    for (called, expected), turn in zip(expectations, observation["turns"], strict=True):
        if wrong := _error_or_silence_wrong(called, expected, turn):
            return [wrong]
    for (called, expected), turn in zip(expectations, observation["turns"], strict=True):
        if expected and (wrong := _task_wrong(called, expected, turn, observation["books"])):
            return [wrong]
    if sum(map(len, observation["books"])) > len(expectations) - 1:
        return [
            failed(
                f"After {len(expectations) - 1} tasks were asked for, there are "
                f"{sum(map(len, observation['books']))}.",
                "Create a task once, and only when `parse` understood the message.",
            )
        ]
    return [passed(3, "Tasks are created for whoever is asking, and everything else gets help.")]


def _error_or_silence_wrong(called: str, expected: Any, turn: dict[str, Any]) -> Finding | None:
    """What is wrong when the turn raised or said nothing; `expected` is None for small talk."""
    error = turn["raised"]
    if error is not None and expected is None and "'NoneType'" in error["message"]:
        return failed(
            f"{called} raised {error['type']}: {error['message']}",
            "`parse` returns None when it does not understand; check for that first.",
        )
    if wrong := turn_wrong(called, turn):
        return wrong
    if not reply_text(turn).strip():
        return failed(
            f"{called}: there was no answer.",
            "Silence looks like a broken chat. Yield a message here, too.",
        )
    return None


def _task_wrong(
    called: str, expected: tuple[int, str, str, int], turn: dict[str, Any], books: list[Any]
) -> Finding | None:
    """What is wrong with the task; `expected` is its book's index, its owner, title and id."""
    book_index, owner, title, task_id = expected
    got = reply_text(turn)
    matches = [task for book in books for task in book if task["title"] == title]
    if [(task["user_id"], task["id"]) for task in matches] != [(owner, task_id)]:
        return _explain_misfiled_task(called, owner, book_index, matches, books)
    if title not in got or str(task_id) not in got:
        return failed(
            f"{called}: expected an answer with {title!r} and the id {task_id}; got "
            f"{shorten(got)}.",
            "`await self.book.create(...)` gives you the task: it has a title and an id.",
        )
    return None


def _explain_misfiled_task(
    called: str, owner: str, book_index: int, matches: list[Any], books: list[Any]
) -> Finding:
    if not matches and not books[book_index]:
        return failed(
            f"{called}: the TaskBook that your server was given is empty.",
            "Create the task in `self.book`, for `context.user_id`; make no book of your own.",
        )
    if any(task["title"] == owner for task in books[book_index]):
        return failed(
            f"{called}: now there is a task called {owner!r}.",
            "The user comes first: self.book.create(context.user_id, title).",
        )
    own_titles = [task["title"] for task in books[book_index] if task["user_id"] == owner]
    if not matches and own_titles:
        return failed(
            f"{called}: {owner} has a task, but it is called {own_titles[-1]!r}.",
            "What `parse` returns has just the title in it: use its `title`.",
        )
    if not matches:
        return failed(
            f"{called}: {owner} has no such task afterwards.",
            "It has to belong to whoever is asking: create it for `context.user_id`.",
        )
    if len(matches) > 1:
        return failed(f"{called}: the task is there {len(matches)} times.", "Create it once.")
    if matches[0]["user_id"] == owner:
        return failed(
            f"{called}: the task went into another server's TaskBook.",
            "Two servers ran here: keep the book on `self`, not on the class or in a global.",
        )
    return failed(
        f"{called}: the task belongs to {matches[0]['user_id']}, not to {owner}.",
        "It has to belong to whoever is asking: create it for `context.user_id`.",
    )
