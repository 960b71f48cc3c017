"""Judge part 01.1: a REST API that creates, lists and reads tasks, and refuses bad requests."""

from collections.abc import Mapping
from typing import Any, cast

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l01_requests_and_conversations.p1_rest import body_field
from chatlab.lessons.support.explain import shorten, source_line

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """A point each for creating, for reading, and for refusing."""
    if "unmade" in observation:
        return [_explain_app_error(observation["unmade"])]
    if wrong := (
        _created_wrong(observation["create"])
        or _created_wrong(observation["create with priority"])
        or _same_id_wrong(observation)
    ):
        return [wrong]
    if wrong := _sharing_wrong(inputs, observation) or _read_wrong(inputs, observation):
        return [passed(1, "Tasks are created."), wrong]
    return [
        passed(1, "Tasks are created."),
        passed(1, "They can be read, and each app has tasks of its own."),
        _refusals_wrong(observation) or passed(1, "Unknown ids and blank titles are refused."),
    ]


def _explain_app_error(error: dict[str, Any]) -> Finding:
    """What to try when `create_app()` raised or returned no app."""
    if error["type"] == "NoApp" and error["message"] == "NoneType":
        return failed("create_app() returned None.", "End it with `return app`.")
    if error["type"] == "NoApp" and error["message"] == "coroutine":
        return failed("create_app() returned a coroutine.", "Write `def create_app()`, no `async`.")
    if error["type"] == "NoApp":
        return failed(
            f"create_app() returned a {error['message']}.", "Return the FastAPI app itself."
        )
    return failed(
        f"create_app() raised {error['type']}: {shorten(error['message'])}", source_line(error)
    )


def _exception_wrong(response: dict[str, Any]) -> Finding | None:
    if "raised" not in response:
        return None
    error = response["raised"]
    message = str(error["message"]).strip()
    first_line = message.splitlines()[0] if message else ""
    return failed(
        f"{response['called']} raised {error['type']}: {first_line[:160]}", source_line(error)
    )


def _created_wrong(response: dict[str, Any]) -> Finding | None:
    if wrong := _exception_wrong(response):
        return wrong
    called, status = response["called"], response["status"]
    if status in {404, 405}:
        return failed(
            f"{called} was answered with {status}: there is no such route.",
            'Write @app.post("/api/tasks", status_code=201), and look at every slash.',
        )
    if status == 422:
        return _explain_422(called, response["body"])
    if status == 200:
        return failed(
            f"{called}: expected 201, got 200.",
            "201 says that something new exists: put it into @app.post(..., status_code=201).",
        )
    if status in {307, 308}:
        return failed(
            f"{called}: expected 201, got {status}, which says: ask at another address.",
            'Is there a slash at the end of your route? Write "/api/tasks", without it.',
        )
    if status != 201:
        return failed(f"{called}: expected 201, got {status}.", "Created is 201.")
    if body_field(response, "status") != "created" or body_field(response, "id") is None:
        return failed(
            f"{called}: expected {{'id': ..., 'status': 'created'}}, "
            f"got {shorten(str(response['body']))}.",
            "The client needs the id to ask again: return both fields.",
        )
    return None


def _explain_422(called: str, body: Any) -> Finding:
    """What to try when a valid task was refused; `body` is FastAPI's list of complaints."""
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


def _same_id_wrong(observation: dict[str, Any]) -> Finding | None:
    first_id, second_id = (
        body_field(observation[name], "id") for name in ("create", "create with priority")
    )
    if first_id != second_id:
        return None
    return failed(f"Two tasks have the same id, {first_id!r}.", "Every task gets an id of its own.")


def _task_list(response: dict[str, Any]) -> list[Any] | None:
    tasks = body_field(response, "tasks")
    return cast("list[Any]", tasks) if isinstance(tasks, list) else None


def _sharing_wrong(inputs: dict[str, Any], observation: dict[str, Any]) -> Finding | None:
    """What is wrong when one app lists the tasks of another."""
    last_list = str(observation["list, at last"].get("body"))
    if not (
        _task_list(observation["other, before"])
        or _task_list(observation["list, at first"])
        or inputs["titles"][2] in last_list
    ):
        return None
    return failed(
        "A new app knows the tasks of another app: they share one list.",
        "Whatever keeps the tasks must be made inside create_app(), afresh for each app.",
    )


def _read_wrong(inputs: dict[str, Any], observation: dict[str, Any]) -> Finding | None:
    for name in ("list, at first", "list"):
        if wrong := _exception_wrong(observation[name]) or _list_wrong(observation[name]):
            return wrong
    tasks = _task_list(observation["list"]) or []
    titles = [task.get("title") for task in tasks if isinstance(task, Mapping)]
    if titles != inputs["titles"][:2] and sorted(map(str, titles)) != sorted(inputs["titles"][:2]):
        return failed(
            f"After two tasks were created, GET /api/tasks lists {shorten(str(tasks))}.",
            "Keep every task, and list each with its id, title and priority.",
        )
    expected_priorities = ("normal", inputs["priorities"][0])
    for name, title, priority in zip(
        ("read", "read with priority"), inputs["titles"], expected_priorities, strict=False
    ):
        other_titles = [other for other in inputs["titles"] if other != title]
        if wrong := _exception_wrong(observation[name]) or _task_wrong(
            observation[name], title, priority, other_titles
        ):
            return wrong
    return None


def _list_wrong(response: dict[str, Any]) -> Finding | None:
    called = response["called"]
    if response["status"] != 200:
        return failed(
            f"{called}: expected 200, got {response['status']}.", 'Write @app.get("/api/tasks").'
        )
    if isinstance(response["body"], list):
        return failed(
            f"{called} returned a bare list.",
            'Put it into an object, {"tasks": [...]}: that leaves room for more fields later.',
        )
    if _task_list(response) is None:
        return failed(
            f'{called}: expected {{"tasks": [...]}}, got {shorten(str(response["body"]))}.',
            "`tasks` holds a list, even when there is none yet.",
        )
    return None


def _task_wrong(
    response: dict[str, Any], title: str, priority: str, other_titles: list[str]
) -> Finding | None:
    called, status = response["called"], response["status"]
    if status != 200:
        return failed(
            f"{called}: that task was just created, but the answer is {status}.",
            "Everything in a URL is text. Is your key a number? Then annotate `task_id: int`.",
        )
    if isinstance(response["body"], Mapping) and "priority" not in response["body"]:
        return failed(
            f"{called} gives no priority.", "The task comes with its id, title and priority."
        )
    if body_field(response, "title") in other_titles:
        return failed(
            f"{called}: that is another task, {shorten(str(response['body']))}.",
            "An id is not a position in a list, and lists begin at 0: look for the task with "
            "this id.",
        )
    if body_field(response, "title") != title:
        return failed(
            f"{called}: expected the title {title!r}, got {shorten(str(response['body']))}.",
            "Look the task up by the id in the URL, and return it.",
        )
    if body_field(response, "priority") == priority:
        return None
    got = body_field(response, "priority")
    if priority == "normal":
        return failed(
            f"{called}: nobody chose a priority; expected 'normal', got {got!r}.",
            'Give the field a default in your model: priority: str = "normal".',
        )
    return failed(
        f"{called}: expected the priority {priority!r}, got {got!r}.",
        "Keep the priority that the client sent.",
    )


def _refusals_wrong(observation: dict[str, Any]) -> Finding | None:
    if wrong := _unknown_wrong(observation["read unknown"]):
        return wrong
    for name in ("no title", "empty title", "blank title"):
        if wrong := _title_wrong(name, observation[name]):
            return wrong
    return None


def _unknown_wrong(response: dict[str, Any]) -> Finding | None:
    called, error_type = response["called"], response.get("raised", {}).get("type")
    if error_type in {"KeyError", "IndexError", "StopIteration"}:
        return failed(
            f"{called}: the handler crashed with {error_type}; a client sees a 500.",
            "An unknown id is the client's mistake: raise HTTPException(status_code=404).",
        )
    if wrong := _exception_wrong(response):
        return wrong
    if response["status"] == 404:
        return None
    if isinstance(response["body"], list) and 404 in response["body"]:
        return failed(
            f"{called}: got 200 and a list with 404 in it.",
            "FastAPI takes no status from a tuple (Flask does): raise HTTPException(404).",
        )
    return failed(
        f"{called}: there is no such task, but the answer is {response['status']} "
        f"{shorten(str(response['body']))}.",
        "A client looks at the status first: raise HTTPException(status_code=404).",
    )


def _title_wrong(name: str, response: dict[str, Any]) -> Finding | None:
    called = response["called"]
    if "raised" in response and response["raised"]["type"] == "KeyError":
        return failed(
            f"{called}: the handler crashed with KeyError; a client sees a 500.",
            "Let a pydantic model read the body: it refuses a body without a title, with 422.",
        )
    if wrong := _exception_wrong(response):
        return wrong
    if response["status"] == 422:
        return None
    if response["status"] == 201:
        reason = "spaces are not a title" if name == "blank title" else "that is not a title"
        return failed(
            f"{called}: a task was created, but {reason}.",
            "Strip the spaces off first (`strip`), then refuse an empty title, with 422.",
        )
    return failed(
        f"{called}: expected 422, got {response['status']}.",
        "422 is FastAPI's own answer to a body that does not fit; use it here too.",
    )
