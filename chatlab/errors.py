"""Everything chatlab raises on purpose, as one tree; every lesson meets a part of it.

    ChatlabError
    ├── NotFoundError         no such thread, item or task for this user
    ├── PermissionDenied      we know who is asking; they may not do this
    ├── InvalidInput          a message, limit, key or cursor that cannot be used
    ├── TurnInProgress        this thread is busy with another turn
    ├── RespondError          respond() or action() is not written as a stream of events
    ├── ModelError            the language model broke off in the middle of a reply
    ├── AgentError            an agent's run ended before its answer was complete
    ├── StoreError            the database cannot be used as it is
    ├── SessionError
    │   ├── SessionNotFound   no session has this key
    │   └── SessionExpired    it was left alone for too long
    └── MissingDependency     an optional package is not installed

Each error carries its evidence as attributes and builds its own sentence from them.
"""

__all__ = [
    "AgentError",
    "ChatlabError",
    "InvalidInput",
    "MissingDependency",
    "ModelError",
    "NotFoundError",
    "PermissionDenied",
    "RespondError",
    "SessionError",
    "SessionExpired",
    "SessionNotFound",
    "StoreError",
    "TurnInProgress",
]


class ChatlabError(Exception):
    """The root: catch this to catch everything chatlab raises on purpose.

    Attributes:
        code: A short, stable name, sent to clients in an `ErrorEvent`.
    """

    code = "error"

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes as sentence and evidence, whatever `__init__` asks for."""
        return _restored, (type(self), self.args, self.__dict__)


def _restored(
    kind: type[ChatlabError], args: tuple[object, ...], evidence: dict[str, object]
) -> ChatlabError:
    error = kind.__new__(kind, *args)
    vars(error).update(evidence)
    return error


class NotFoundError(ChatlabError):
    """There is no such thing for this user; whether it exists for another is not said."""

    code = "not_found"

    def __init__(self, kind: str, id: str | int) -> None:
        self.kind = kind
        self.id = id
        super().__init__(f"There is no {kind} {id!r:.80}.")


class PermissionDenied(ChatlabError):
    """The user is known, and lacks the permission."""

    code = "permission_denied"

    def __init__(self, permission: str, user_id: str) -> None:
        self.permission = permission
        self.user_id = user_id
        super().__init__(f"{user_id} may not do this: it needs the permission {permission!r}.")


class InvalidInput(ChatlabError, ValueError):
    """What was handed in cannot be used; nothing was changed."""

    code = "invalid_input"

    def __init__(self, what: str, problem: str, fix: str) -> None:
        self.what = what
        self.problem = problem
        self.fix = fix
        super().__init__(f"{what} {problem}. {fix}")


class TurnInProgress(ChatlabError):
    """Another turn holds this thread; turns of one thread run one after the other."""

    code = "turn_in_progress"

    def __init__(self, thread_id: str) -> None:
        self.thread_id = thread_id
        super().__init__(
            f"Thread {thread_id!r} is still in the middle of a turn. Read that turn to its end or"
            " close it (`await turn.aclose()`, or `async with server.send(...) as turn:`),"
            " then send again."
        )


class RespondError(ChatlabError, TypeError):
    """`respond()` or `action()` did not behave as a stream of events."""

    code = "respond_error"

    def __init__(self, method: str, got: str, fix: str) -> None:
        self.method = method
        self.got = got
        self.fix = fix
        article = "an" if got[0] in "AEIOUaeiou" else "a"
        super().__init__(f"{method}() must yield events; got {article} {got}. {fix}")


class ModelError(ChatlabError):
    """The language model broke off in the middle of a reply."""

    code = "model_error"

    def __init__(self, tokens: int) -> None:
        self.tokens = tokens
        super().__init__(
            f"The model broke off after {tokens} tokens. What it has said so far is good; ask again"
            " for the rest."
        )


class AgentError(ChatlabError):
    """An agent's run ended before its answer was complete; the cause is chained to it."""

    code = "agent_error"

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"The agent could not finish: {problem}.")


class StoreError(ChatlabError):
    """The database cannot be used as it is; what it holds was left alone."""

    code = "store_error"

    def __init__(self, url: str, problem: str, fix: str) -> None:
        self.url = url
        self.problem = problem
        self.fix = fix
        super().__init__(f"The store at {url} {problem}. {fix}")


class SessionError(ChatlabError):
    """The session cannot be resumed: log in again."""

    code = "session_error"


class SessionNotFound(SessionError):
    """No session has this key."""

    code = "session_not_found"

    def __init__(self) -> None:
        super().__init__("No session has this key. Log in again.")


class SessionExpired(SessionError):
    """The session was left alone for longer than its time-out."""

    code = "session_expired"

    def __init__(self, session_id: str) -> None:
        self.session_id = session_id
        super().__init__("This session has expired. Log in again.")


class MissingDependency(ChatlabError, ImportError):
    """An optional package is needed here and is not installed."""

    code = "missing_dependency"

    def __init__(self, package: str, extra: str) -> None:
        self.package = package
        self.extra = extra
        super().__init__(
            f"This needs the package {package}. Install it with: pip install 'chatlab-kit[{extra}]'"
        )
