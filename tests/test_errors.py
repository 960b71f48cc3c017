"""Every error says what happened and what next, and carries its evidence."""

import copy
import pickle
import re

import pytest

import chatlab
from chatlab import errors
from chatlab.errors import (
    AgentError,
    ChatlabError,
    InvalidInput,
    MissingDependency,
    ModelError,
    NotFoundError,
    PermissionDenied,
    RespondError,
    SessionError,
    SessionExpired,
    SessionNotFound,
    StoreError,
    TurnInProgress,
)

CASES: list[tuple[ChatlabError, str, dict[str, object], str]] = [
    (
        NotFoundError("task", 7),
        "not_found",
        {"kind": "task", "id": 7},
        "There is no task 7.",
    ),
    (
        PermissionDenied("tasks:delete", "bob"),
        "permission_denied",
        {"permission": "tasks:delete", "user_id": "bob"},
        "bob may not do this: it needs the permission 'tasks:delete'.",
    ),
    (
        InvalidInput("limit", "is -5", "Ask for 1 to 1000."),
        "invalid_input",
        {"what": "limit", "problem": "is -5", "fix": "Ask for 1 to 1000."},
        "limit is -5. Ask for 1 to 1000.",
    ),
    (
        TurnInProgress("thr_1"),
        "turn_in_progress",
        {"thread_id": "thr_1"},
        (
            "Thread 'thr_1' is still in the middle of a turn. Read that turn to its end or close it"
            " (`await turn.aclose()`, or `async with server.send(...) as turn:`), then send again."
        ),
    ),
    (
        RespondError("respond", "async_generator", "Did you forget `yield`?"),
        "respond_error",
        {"method": "respond", "got": "async_generator", "fix": "Did you forget `yield`?"},
        "respond() must yield events; got an async_generator. Did you forget `yield`?",
    ),
    (
        ModelError(3),
        "model_error",
        {"tokens": 3},
        (
            "The model broke off after 3 tokens. What it has said so far is good; ask again for"
            " the rest."
        ),
    ),
    (
        AgentError("the tool create_task failed"),
        "agent_error",
        {"problem": "the tool create_task failed"},
        "The agent could not finish: the tool create_task failed.",
    ),
    (
        StoreError("sqlite:///a.db", "is locked", "Close the other program."),
        "store_error",
        {"url": "sqlite:///a.db", "problem": "is locked", "fix": "Close the other program."},
        "The store at sqlite:///a.db is locked. Close the other program.",
    ),
    (SessionNotFound(), "session_not_found", {}, "No session has this key. Log in again."),
    (
        SessionExpired("ses_1"),
        "session_expired",
        {"session_id": "ses_1"},
        "This session has expired. Log in again.",
    ),
    (
        MissingDependency("openai-agents", "agents"),
        "missing_dependency",
        {"package": "openai-agents", "extra": "agents"},
        "This needs the package openai-agents. Install it with: pip install 'chatlab-kit[agents]'",
    ),
]

every_error = pytest.mark.parametrize(
    ("error", "code", "evidence", "sentence"), CASES, ids=[case[1] for case in CASES]
)


@every_error
def test_an_error_builds_its_sentence_and_carries_its_evidence(
    error: ChatlabError, code: str, evidence: dict[str, object], sentence: str
) -> None:
    assert str(error) == sentence
    assert vars(error) == evidence
    assert error.code == code


@every_error
def test_an_error_can_be_caught_as_chatlabs(
    error: ChatlabError, code: str, evidence: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ChatlabError, match=re.escape(sentence)):
        raise error


@every_error
@pytest.mark.parametrize(
    "travel", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy]
)
def test_an_error_travels_between_processes_with_its_evidence(
    error: ChatlabError, code: str, evidence: dict[str, object], sentence: str, travel
) -> None:
    arrived = travel(error)

    assert type(arrived) is type(error)
    assert (str(arrived), vars(arrived), arrived.code) == (sentence, evidence, code)


def test_every_error_is_one_of_these() -> None:
    kinds = {getattr(errors, name) for name in errors.__all__}

    assert {type(error) for error, *_ in CASES} == kinds - {ChatlabError, SessionError}


def test_no_two_errors_have_the_same_code() -> None:
    codes = [getattr(errors, name).code for name in errors.__all__]

    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (InvalidInput("a", "b", "c"), ValueError),
        (RespondError("a", "b", "c"), TypeError),
        (MissingDependency("a", "b"), ImportError),
        (SessionNotFound(), SessionError),
        (SessionExpired("a"), SessionError),
    ],
)
def test_an_error_is_also_what_python_calls_it(
    error: ChatlabError, builtin: type[Exception]
) -> None:
    assert isinstance(error, builtin)


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    assert errors.__doc__ is not None
    parents: list[str] = []
    tree: dict[str, str | None] = {}
    for indent, name in re.findall(r"^ {4}([│├└─ ]*)(\w+)", errors.__doc__, re.MULTILINE):
        del parents[len(indent) // 4 :]
        tree[name] = parents[-1] if parents else None
        parents.append(name)

    assert tree == {
        name: next(
            (base.__name__ for base in getattr(errors, name).__bases__ if base is not Exception),
            None,
        )
        for name in errors.__all__
    }


def test_every_error_can_be_imported_from_chatlab() -> None:
    assert set(errors.__all__) <= set(chatlab.__all__)
