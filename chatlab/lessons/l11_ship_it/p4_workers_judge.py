"""Part 11.4: workers on one PostgreSQL database, and what is left when they go; the verdict."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.course.postgres import DATABASE_URL_ENV
from chatlab.lessons.l11_ship_it.clients import broken_app

__all__ = ["judge"]


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """Both workers have the same conversations, in the database; nothing stays open."""
    return [
        _wrong(inputs, seen) or passed(2, "Any number of workers, one memory; nothing is left.")
    ]


def _wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    if "no server" in seen:
        return failed(
            f"PostgreSQL is installed here, and does not start: {seen['no server'][:120]}",
            f"Set {DATABASE_URL_ENV} to the URL of a database of yours; or to none, and this part"
            " is skipped.",
        )
    if "no" in seen:
        return _no_worker(seen["no"], seen["kind"])
    if "raised" in seen:
        return _raised(seen["raised"])
    first, second, _ = inputs["messages"]
    whole = "".join(inputs["pieces"])
    wanted = [first, whole, second, whole]
    if not seen["at_work"]:
        return failed(
            "Nobody has opened the database at `url`.",
            "SQLStore(url) keeps conversations there. Hand it to make_app.",
        )
    if seen["said"] != wanted:
        return failed(
            f"Two workers, one thread: expected {len(wanted)} items, got {len(seen['said'])}. The "
            f"second turn ended with {seen['last']['type']}.",
            "Both workers use the database at `url`, each with a store of its own: SQLStore(url).",
        )
    if seen["open"]:
        return _left_open("two workers had ended", seen["open"])
    if seen["tomorrow"] != wanted:
        return failed(
            "A worker that began later did not find the conversation.",
            "What is kept has to be in the database at `url`.",
        )
    if seen["open after a crash"]:
        return _left_open("a crash", seen["open after a crash"])
    if not seen["broke"]:
        return failed(
            "An error in the worker's block disappeared.",
            "Let errors go through: whoever runs the worker has to know.",
        )
    return None


def _left_open(what: str, count: int) -> Finding:
    return failed(
        f"After {what}, {count} connection{'s' * (count > 1)} to the database stayed open. "
        "PostgreSQL has 100 of them.",
        "`async with SQLStore(url) as store:` closes them, also when an error ends the block. The "
        "yield goes inside.",
    )


def _no_worker(what: str, kind: str) -> Finding:
    if what == "app":
        return failed(
            f"`async with worker(...) as app` gave a {kind}.",
            "Yield what make_app gives: yield make_app(store)",
        )
    return failed(
        f"worker(url, make_app) gave back a {kind}, which `async with` cannot use.",
        "Write @asynccontextmanager above `async def worker`, and yield the app once.",
    )


def _raised(error: dict[str, Any]) -> Finding:
    if "didn't yield" in error["message"]:
        return failed("worker() has no `yield`.", "yield make_app(store), inside the `async with`.")
    return broken_app("worker() raised", error)
