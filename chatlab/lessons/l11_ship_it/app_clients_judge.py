"""For the judges of lesson 11: no app, an app that raises, and requests without a good key."""

from collections.abc import Callable
from typing import Any

from chatlab.course.findings import Finding, failed
from chatlab.lessons.support.explain import source_line

__all__ = ["explain_app_error", "explain_no_app", "unauthenticated_wrong"]

_ADVICE = {
    "no running event loop": "Write `async def`: a plain `def` runs in a thread, without a loop.",
    "object Turn can't be used in 'await'": "Do not await the turn: hand it to write(turn, log).",
    "'async_generator' object is not iterable": "Frames go out in a StreamingResponse(...).",
    "NotFoundError.__init__()": 'It needs to know what, and which one: NotFoundError("turn", id).',
    "trn_00000": "For a turn that never existed, raise NotFoundError: look with "
    "turns.get(turn_id).",
    "is not a callable object": "Depends(badge) takes the function itself, not a call to it.",
    "'NonStreamingResult' object is not": "Only if isinstance(result, StreamingResult), stream it.",
    "has no attribute 'close'": "`async with SQLStore(url) as store:` closes it.",
    "context manager protocol": "Write `async with`.",
    "is not an async iterator": "`return` ends a function; `yield` hands out the app and goes on.",
    "'str' object has no attribute 'turn'": "make_app needs a store: make_app(SQLStore(url)).",
    "no attribute 'process'": "The one with a process() method is as_chatkit(server).",
}


def explain_no_app(name: str, error: dict[str, Any]) -> Finding:
    """What to try when no app could be made; `error` is the `unmade` of `run_with_clients`."""
    if error["type"] == "NoApp":
        return failed(f"{name} returned a {error['message']}.", "End it with `return app`.")
    return explain_app_error(f"{name} raised", error)


def explain_app_error(introduction: str, error: dict[str, Any]) -> Finding:
    """An exception that the app raised, and what to try; `introduction` stands before its type."""
    message = error["message"]
    matching = [advice for fragment, advice in _ADVICE.items() if fragment in message]
    next_step = " ".join([*matching[:1], source_line(error)]).strip()
    return failed(f"{introduction} {error['type']}: {message[:140]}", next_step)


def unauthenticated_wrong(
    called: str,
    replies: dict[str, Any],
    crash_wrong: Callable[[dict[str, Any]], Finding | None],
) -> Finding | None:
    """A request without a good key must get a 401.

    `replies` has one for `"nobody"` and one for `"mallory"`; `crash_wrong` judges the app's
    exception, if a reply has one.
    """
    for client_name, key_description in (
        ("nobody", "without a session key"),
        ("mallory", "with a forged key"),
    ):
        reply = replies[client_name]
        if wrong := crash_wrong(reply):
            return wrong
        if reply["status"] in {404, 405}:
            route = called.partition(" ")[2]
            return failed(f"{called}: {reply['status']}.", f'@app.post("{route}", ...)')
        if reply["status"] != 401:
            return failed(
                f"{called} {key_description}: got {reply['status']}, expected 401.",
                "Ask for the badge in every route: context: RequestContext = Depends(badge)",
            )
    return None
