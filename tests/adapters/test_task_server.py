"""A TaskManager with a model behind real sockets, that answers, calls tools, and fails."""

import asyncio
import logging

import pytest
from agents import OpenAIResponsesModel
from openai import AsyncOpenAI
from openai_server import openai_server

from chatlab import Action, InvalidInput, RequestContext, TaskBook
from chatlab.adapters.agents import BoundedModel, ModelUnavailable, model_from_env, named_model
from chatlab.adapters.agents.task_server import AgentTaskManager
from chatlab.testing import collect

pytestmark = pytest.mark.anyio

KEY = "sk-very-secret-0123456789"
ALICE = RequestContext(user_id="alice", permissions=frozenset({"tasks:delete"}))
BOB = RequestContext(user_id="bob")


@pytest.fixture
def endpoint(monkeypatch):
    with openai_server() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        yield server


def responses_model(name):
    return BoundedModel(OpenAIResponsesModel(name, AsyncOpenAI()))


def chat_model(name):
    return named_model(name).model


both_apis = pytest.mark.parametrize("make_model", [chat_model, responses_model])


def text_of(events):
    return "".join(event.content for event in events if event.type == "assistant_message")


@both_apis
async def test_a_message_is_answered_in_pieces(endpoint, make_model):
    server = AgentTaskManager(TaskBook(), make_model("good"))
    events = await collect(server.send("hello there", ALICE))
    pieces = [event.content for event in events if event.type == "assistant_message"]
    assert pieces == ["You ", "said: ", "hello ", "there "]
    ((path, body, authorization),) = endpoint.asked
    assert path in {"/v1/chat/completions", "/v1/responses"}
    assert (body["model"], body["stream"]) == ("good", True)
    assert authorization == f"Bearer {KEY}"


@both_apis
async def test_a_tool_works_for_whoever_asks_and_the_model_never_reads_whose_task_it_is(
    endpoint, make_model
):
    book = TaskBook(first_id=42)
    server = AgentTaskManager(book, make_model("good"))
    events = await collect(server.send("Create buy milk", ALICE))
    states = [(event.tool, event.status) for event in events if event.type == "tool_status"]
    assert states == [("create_task", "running"), ("create_task", "completed")]
    (task,) = await book.list("alice")
    assert (task.id, task.title, task.priority) == (42, "buy milk", "high")
    assert "42" in text_of(events)
    assert "alice" not in str([body for _, body, _ in endpoint.asked])
    assert len(endpoint.asked) == 2


@both_apis
async def test_a_task_is_deleted_by_a_click_and_not_by_the_model(endpoint, make_model):
    book = TaskBook()
    task = await book.create("alice", "buy milk")
    server = AgentTaskManager(book, make_model("good"))
    events = await collect(server.send(f"Delete {task.id}", ALICE))
    (card,) = [event for event in events if event.type == "widget"]
    yes, no = card.root.children[0].children
    assert await book.list("alice") == [task]

    kept = await collect(server.act(no.action, ALICE, card.thread_id, None))
    assert "Nothing was deleted." in text_of(kept)
    assert await book.list("alice") == [task]

    done = await collect(server.act(yes.action, ALICE, card.thread_id, card.item_id))
    assert '"buy milk" is deleted.' in text_of(done)
    assert await book.list("alice") == []


async def test_whoever_may_not_delete_is_shown_no_card_and_a_forged_click_does_nothing(endpoint):
    book = TaskBook()
    task = await book.create("bob", "buy milk")
    server = AgentTaskManager(book, chat_model("good"))
    events = await collect(server.send(f"Delete {task.id}", BOB))
    assert [event.status for event in events if event.type == "tool_status"][-1] == "failed"
    assert [event for event in events if event.type == "widget"] == []

    forged = Action(type="delete_task", payload={"id": task.id})
    events = await collect(server.act(forged, BOB, events[0].thread_id))
    assert events[-1].code == "permission_denied"
    stranger = await collect(server.send("hello", ALICE))
    events = await collect(server.act(forged, ALICE, stranger[0].thread_id))
    assert [event.status for event in events if event.type == "tool_status"][-1] == "failed"
    assert await book.list("bob") == [task]


def only_error(events):
    (error,) = [event for event in events if event.type == "error"]
    assert events[-1] is error
    return error


@pytest.fixture
def everything_printed(caplog, capfd):
    """Returns what was logged or printed until then."""
    caplog.set_level(logging.INFO)
    return lambda: caplog.text + "".join(capfd.readouterr())


@both_apis
@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("bad-key", "127.0.0.1 refuses the key (401): set OPENAI_API_KEY"),
        ("forbidden", "127.0.0.1 does not let this key use the model (403)"),
        ("unknown", "127.0.0.1 knows no such model (404)"),
        ("busy", "127.0.0.1 has had too many requests (429): wait a minute"),
        ("poor", "127.0.0.1 says that the account has no money left (429)"),
        ("faulty", "127.0.0.1 has a fault of its own (500)"),
        ("overloaded", "127.0.0.1 has a fault of its own (503)"),
        ("cut", "broke off in the middle of the answer: ask again"),
        ("confessing", "broke off in the middle of the answer: ask again"),
    ],
)
async def test_each_failure_is_one_sentence_and_the_key_is_nowhere(
    endpoint, make_model, model, said, everything_printed
):
    server = AgentTaskManager(TaskBook(), make_model(model))
    turn = server.send("one two three four", ALICE)
    error = only_error(await collect(turn))
    assert error.code == "model_unavailable"
    assert said in error.message
    assert "\n" not in error.message
    assert isinstance(turn.error, ModelUnavailable)
    assert KEY not in everything_printed() + str(error)


@both_apis
async def test_what_was_said_before_a_break_is_kept_as_unfinished(endpoint, make_model):
    server = AgentTaskManager(TaskBook(), make_model("cut"))
    events = await collect(server.send("one two three four", ALICE))
    items = (await server.thread(events[0].thread_id, ALICE)).items.data
    assert [(item.role, item.status) for item in items] == [
        ("user", "completed"),
        ("assistant", "incomplete"),
    ]
    assert items[-1].content.startswith("You said:")


async def test_an_answer_without_its_end_is_no_answer(endpoint):
    server = AgentTaskManager(TaskBook(), responses_model("ending"))
    assert only_error(await collect(server.send("one two", ALICE))).code == "agent_error"


@both_apis
async def test_stopping_hangs_up_on_a_slow_model(endpoint, make_model):
    server = AgentTaskManager(TaskBook(), make_model("slow"))
    turn = server.send("word " * 2_000, ALICE)
    async for event in turn:
        if event.type == "assistant_message":
            break
    await asyncio.to_thread(endpoint.waiting.wait, 120)
    await turn.aclose()
    endpoint.go_on.set()
    assert await asyncio.to_thread(endpoint.left.wait, 120)
    assert turn.state == "stopped"


async def test_a_server_that_is_not_there_is_named(monkeypatch):
    with openai_server() as gone:
        pass
    monkeypatch.setenv("OPENAI_BASE_URL", gone.url)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setattr("openai._base_client.BaseClient._calculate_retry_timeout", lambda *_: 0.001)
    server = AgentTaskManager(TaskBook(), chat_model("good"))
    error = only_error(await collect(server.send("hello", ALICE)))
    assert "127.0.0.1 cannot be reached: check that it runs" in error.message


async def test_opening_a_conversation_says_what_is_sent_and_asks_the_model_nothing(endpoint):
    model = named_model("good")
    server = AgentTaskManager(TaskBook(), model.model, model.disclosure(50))
    greeting = text_of(await collect(server.send(None, ALICE)))
    assert greeting == (
        "good at 127.0.0.1, on this machine answers. Each message is sent there, with up to 50"
        " earlier entries of its conversation and the tasks they name."
    )
    assert endpoint.asked == []


def test_a_model_elsewhere_may_cost_something(monkeypatch):
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    said = named_model("gpt-x").disclosure(50)
    assert said.startswith("gpt-x at api.openai.com answers.")
    assert "Whoever runs it may charge for that." in said
    assert KEY not in repr(named_model("gpt-x"))


@pytest.mark.parametrize(
    ("environment", "name", "said"),
    [
        ({}, "gpt-x", "has neither a key nor an address. Set OPENAI_API_KEY"),
        ({"OPENAI_BASE_URL": "127.0.0.1:1"}, "m", "OPENAI_BASE_URL is no address."),
        ({"OPENAI_BASE_URL": "http://[x"}, "m", "OPENAI_BASE_URL is no address."),
        ({"OPENAI_API_KEY": f"“{KEY}”"}, "m", "OPENAI_API_KEY is no key."),
        ({"OPENAI_API_KEY": f"{KEY}\nx"}, "m", "OPENAI_API_KEY is no key."),
        ({"OPENAI_API_KEY": KEY}, "litellm/some/model", "pip install 'openai-agents[litellm]'"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_sent(
    monkeypatch, environment, name, said
):
    for variable in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(InvalidInput) as caught:
        named_model(name)
    assert said in str(caught.value)
    assert KEY not in str(caught.value)


async def test_without_a_key_and_an_address_the_scripts_model_speaks(monkeypatch):
    for variable in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    server = AgentTaskManager(TaskBook(), model_from_env())
    assert "buy milk" in text_of(await collect(server.send("Create a task: buy milk", ALICE)))
