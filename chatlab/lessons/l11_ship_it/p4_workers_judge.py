"""Part 11.4, judged: the conversation that workers share, and the connections they leave open."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.course.postgres import DATABASE_URL_ENV
from chatlab.lessons.l11_ship_it.app_clients_judge import explain_app_error

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """Workers must share their conversations, close their connections and let errors out."""
    return [
        _workers_wrong(inputs, observation)
        or passed(2, "Any number of workers share one memory, and no connection stays open.")
    ]


def _workers_wrong(inputs: dict[str, Any], observation: dict[str, Any]) -> Finding | None:
    if "no server" in observation:
        return failed(
            "PostgreSQL is installed here, but it does not start: "
            f"{observation['no server'][:120]}",
            f"Set {DATABASE_URL_ENV} to the URL of a database of yours; or to none, and this part"
            " is skipped.",
        )
    if "no" in observation:
        return _explain_unusable_worker(observation["no"], observation["kind"])
    if "raised" in observation:
        return _explain_error(observation["raised"])
    first_message, second_message, _ = inputs["messages"]
    reply = "".join(inputs["pieces"])
    expected = [first_message, reply, second_message, reply]
    if not observation["at_work"]:
        return failed(
            "Nobody has opened the database at `url`.",
            "SQLStore(url) keeps conversations there. Give it to make_app.",
        )
    if observation["said"] != expected:
        return failed(
            f"Two workers, one thread: expected {len(expected)} items, "
            f"got {len(observation['said'])}. The second turn ended with "
            f"{observation['last']['type']}.",
            "Both workers use the database at `url`, each with a store of its own: SQLStore(url).",
        )
    if observation["open"]:
        return _explain_open_connections("two workers had ended", observation["open"])
    if observation["tomorrow"] != expected:
        return failed(
            "A worker that started later did not find the conversation.",
            "What is kept has to be in the database at `url`.",
        )
    if observation["open after a crash"]:
        return _explain_open_connections("a crash", observation["open after a crash"])
    if not observation["broke"]:
        return failed(
            "An error in the worker's block disappeared.",
            "Let errors through: whoever runs the worker has to know.",
        )
    return None


def _explain_open_connections(event: str, count: int) -> Finding:
    return failed(
        f"After {event}, {count} connection{'s' * (count > 1)} to the database stayed open. "
        "PostgreSQL has 100 of them.",
        "`async with SQLStore(url) as store:` closes them, even when an error ends the block. The "
        "yield goes inside.",
    )


def _explain_unusable_worker(role: str, type_name: str) -> Finding:
    if role == "app":
        return failed(
            f"`async with worker(...) as app` gave a {type_name}.",
            "Yield what make_app returns: yield make_app(store)",
        )
    return failed(
        f"worker(url, make_app) returned a {type_name}, which `async with` cannot use.",
        "Write @asynccontextmanager above `async def worker`, and yield the app once.",
    )


def _explain_error(error: dict[str, Any]) -> Finding:
    if "didn't yield" in error["message"]:
        return failed("worker() has no `yield`.", "yield make_app(store), inside the `async with`.")
    return explain_app_error("worker() raised", error)
