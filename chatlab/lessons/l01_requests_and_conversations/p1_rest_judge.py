"""Part 01.1, judged: what a client of the REST API would miss."""

from collections.abc import Mapping
from typing import Any, cast

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l01_requests_and_conversations.p1_rest import field
from chatlab.lessons.support.dialogue import shorten

__all__ = ["judge"]


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """A point each for creating, for reading, and for refusing."""
    if "unmade" in seen:
        return [_unmade(seen["unmade"])]
    created = _created_wrong(seen["create"]) or _created_wrong(seen["create with priority"])
    if created or (created := _ids_wrong(seen)):
        return [created]
    if wrong := _shared(inputs, seen) or _read_wrong(inputs, seen):
        return [passed(1, "Tasks are created."), wrong]
    refused = _refused_wrong(seen)
    return [
        passed(1, "Tasks are created."),
        passed(1, "They can be read, and every app has its own."),
        refused or passed(1, "What is unknown or blank is refused."),
    ]


def _unmade(why: dict[str, Any]) -> Finding:
    if why["type"] == "NoApp" and why["message"] == "NoneType":
        return failed("create_app() gave back None.", "End it with `return app`.")
    if why["type"] == "NoApp" and why["message"] == "coroutine":
        return failed(
            "create_app() gave back a coroutine.", "Write `def create_app()`, no `async`."
        )
    if why["type"] == "NoApp":
        return failed(
            f"create_app() gave back a {why['message']}.", "Return the FastAPI app itself."
        )
    return failed(f"create_app() raised {why['type']}: {shorten(why['message'])}", _line(why))


def _line(why: dict[str, Any]) -> str:
    return f"Your line {why['number']}: {why['line']}" if why.get("line") else ""


def _broken(seen: dict[str, Any]) -> Finding | None:
    if "raised" not in seen:
        return None
    why = seen["raised"]
    message = str(why["message"]).strip()
    first = message.splitlines()[0] if message else ""
    return failed(f"{seen['called']} raised {why['type']}: {first[:160]}", _line(why))


def _created_wrong(seen: dict[str, Any]) -> Finding | None:
    if broken := _broken(seen):
        return broken
    called, status = seen["called"], seen["status"]
    if status in {404, 405}:
        return failed(
            f"{called} was answered with {status}: there is no such route.",
            'Write @app.post("/api/tasks", status_code=201), and look at every slash.',
        )
    if status == 422:
        return _unread(called, seen["body"])
    if status == 200:
        return failed(
            f"{called}: expected 201, got 200.",
            "201 says that something new exists: put status_code=201 into the decorator.",
        )
    if status in {307, 308}:
        return failed(
            f"{called}: expected 201, got {status}, which says: ask at another address.",
            'Is there a slash at the end of your route? Write "/api/tasks", without it.',
        )
    if status != 201:
        return failed(f"{called}: expected 201, got {status}.", "Created is 201.")
    if field(seen, "status") != "created" or field(seen, "id") is None:
        return failed(
            f"{called}: expected {{'id': ..., 'status': 'created'}}, "
            f"got {shorten(str(seen['body']))}.",
            "The client needs the id to ask again: return both fields.",
        )
    return None


def _unread(called: str, body: Any) -> Finding:
    if "'query'" in str(body):
        return failed(
            f"{called} was refused: FastAPI looked for the title in the URL.",
            "A plain argument comes from the URL. For the body, use a pydantic model.",
        )
    if "priority" in str(body):
        return failed(
            f"{called} was refused because of its priority.",
            'The priority is optional: give it the default "normal" in your model.',
        )
    return failed(
        f"{called}: expected 201, got 422: {shorten(str(body))}.",
        "The body is a JSON object with a title and perhaps a priority.",
    )


def _ids_wrong(seen: dict[str, Any]) -> Finding | None:
    first, second = (field(seen[name], "id") for name in ("create", "create with priority"))
    if first != second:
        return None
    return failed(f"Two tasks have the same id, {first!r}.", "Every task gets an id of its own.")


def _tasks(seen: dict[str, Any]) -> list[Any] | None:
    tasks = field(seen, "tasks")
    return cast("list[Any]", tasks) if isinstance(tasks, list) else None


def _shared(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    at_last = str(seen["list, at last"].get("body"))
    if not (
        _tasks(seen["other, before"])
        or _tasks(seen["list, at first"])
        or inputs["titles"][2] in at_last
    ):
        return None
    return failed(
        "A new app knows the tasks of another one: they share one list.",
        "Whatever keeps the tasks is made inside create_app(), anew for each app.",
    )


def _read_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    for name in ("list, at first", "list"):
        if wrong := _broken(seen[name]) or _list_wrong(seen[name]):
            return wrong
    tasks = _tasks(seen["list"]) or []
    titles = [task.get("title") for task in tasks if isinstance(task, Mapping)]
    if titles != inputs["titles"][:2] and sorted(map(str, titles)) != sorted(inputs["titles"][:2]):
        return failed(
            f"After two tasks were created, GET /api/tasks lists {shorten(str(tasks))}.",
            "Keep every task, and list each with its id, title and priority.",
        )
    wanted = ("normal", inputs["priorities"][0])
    for name, title, priority in zip(
        ("read", "read with priority"), inputs["titles"], wanted, strict=False
    ):
        others = [one for one in inputs["titles"] if one != title]
        if wrong := _broken(seen[name]) or _task_wrong(seen[name], title, priority, others):
            return wrong
    return None


def _list_wrong(seen: dict[str, Any]) -> Finding | None:
    called = seen["called"]
    if seen["status"] != 200:
        return failed(
            f"{called}: expected 200, got {seen['status']}.", 'Write @app.get("/api/tasks").'
        )
    if isinstance(seen["body"], list):
        return failed(
            f"{called} gave back a bare list.",
            'Put it into an object, {"tasks": [...]}: then a field can be added later.',
        )
    if _tasks(seen) is None:
        return failed(
            f'{called}: expected {{"tasks": [...]}}, got {shorten(str(seen["body"]))}.',
            "`tasks` holds a list, even when there is none yet.",
        )
    return None


def _task_wrong(
    seen: dict[str, Any], title: str, priority: str, others: list[str]
) -> Finding | None:
    called, status = seen["called"], seen["status"]
    if status != 200:
        return failed(
            f"{called}: that task was just created, but the answer is {status}.",
            "What is in a URL is text. Is your key a number? Then annotate `task_id: int`.",
        )
    if isinstance(seen["body"], Mapping) and "priority" not in seen["body"]:
        return failed(
            f"{called} gives no priority.", "The task comes with its id, title and priority."
        )
    if field(seen, "title") in others:
        return failed(
            f"{called}: that is another task, {shorten(str(seen['body']))}.",
            "An id is no place in a list, and lists begin at 0: look for the task with this id.",
        )
    if field(seen, "title") != title:
        return failed(
            f"{called}: expected the title {title!r}, got {shorten(str(seen['body']))}.",
            "Look the task up by the id in the URL, and return it.",
        )
    if field(seen, "priority") == priority:
        return None
    got = field(seen, "priority")
    if priority == "normal":
        return failed(
            f"{called}: nobody chose a priority; expected 'normal', got {got!r}.",
            'Give the field a default in your model: priority: str = "normal".',
        )
    return failed(
        f"{called}: expected the priority {priority!r}, got {got!r}.",
        "Keep the priority that the client sent.",
    )


def _refused_wrong(seen: dict[str, Any]) -> Finding | None:
    unknown = seen["read unknown"]
    if wrong := _unknown_wrong(unknown):
        return wrong
    for name in ("no title", "empty title", "blank title"):
        if wrong := _title_wrong(name, seen[name]):
            return wrong
    return None


def _unknown_wrong(seen: dict[str, Any]) -> Finding | None:
    called = seen["called"]
    if "raised" in seen and seen["raised"]["type"] in {"KeyError", "IndexError", "StopIteration"}:
        return failed(
            f"{called}: the handler crashed with {seen['raised']['type']}; a client sees a 500.",
            "An unknown id is the client's mistake: raise HTTPException(status_code=404).",
        )
    if broken := _broken(seen):
        return broken
    if seen["status"] == 404:
        return None
    if isinstance(seen["body"], list) and 404 in seen["body"]:
        return failed(
            f"{called}: got 200 and a list with 404 in it.",
            "FastAPI takes no status from a tuple (Flask does): raise HTTPException(404).",
        )
    return failed(
        f"{called}: there is no such task, but the answer is {seen['status']} "
        f"{shorten(str(seen['body']))}.",
        "A client looks at the status first: raise HTTPException(status_code=404).",
    )


def _title_wrong(name: str, seen: dict[str, Any]) -> Finding | None:
    called = seen["called"]
    if "raised" in seen and seen["raised"]["type"] == "KeyError":
        return failed(
            f"{called}: the handler crashed with KeyError; a client sees a 500.",
            "Let a pydantic model read the body: it refuses what has no title, with 422.",
        )
    if broken := _broken(seen):
        return broken
    if seen["status"] == 422:
        return None
    if seen["status"] == 201:
        what = "spaces are no title" if name == "blank title" else "that is no title"
        return failed(
            f"{called}: a task was created, but {what}.",
            "Take the spaces off first (`strip`), then refuse what is empty, with 422.",
        )
    return failed(
        f"{called}: expected 422, got {seen['status']}.",
        "422 is FastAPI's own answer to a body that does not fit; use it here, too.",
    )
