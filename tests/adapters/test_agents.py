"""An agent's run as chatlab's events: everything once, nothing lost, and stopped when it must."""

import asyncio
import gc
import math
import subprocess
import sys
from contextlib import aclosing
from datetime import UTC, datetime

import pytest
from agents import (
    Agent,
    GuardrailFunctionOutput,
    MaxTurnsExceeded,
    Model,
    OpenAIChatCompletionsModel,
    OpenAIResponsesModel,
    Runner,
    function_tool,
    input_guardrail,
)

from chatlab import (
    AgentError,
    AssistantMessage,
    AssistantMessageItem,
    ChatKitServer,
    PermissionDenied,
    RequestContext,
    Text,
    ToolItem,
    ToolStatus,
    UserMessageItem,
    WidgetItem,
)
from chatlab.adapters.agents import (
    MAX_AHEAD,
    BoundedModel,
    Call,
    ScriptedAgentModel,
    ToolFailure,
    TooManyTurns,
    model_from_env,
    stream_agent_response,
    to_agent_input,
)
from chatlab.adapters.agents.model_response_writer import ModelResponseWriter
from chatlab.adapters.agents.script import prompt_of
from chatlab.items import TaskItem
from chatlab.taskbook import TaskBook
from chatlab.testing import CountingIds, FixedClock, collect

pytestmark = pytest.mark.anyio

ALICE = RequestContext(user_id="alice")
AT = {"thread_id": "thr_1", "timestamp": datetime(2026, 1, 5, tzinfo=UTC)}


@function_tool
async def create_task(title: str) -> str:
    return f"Task 42 created: {title}"


@function_tool
async def break_down() -> str:
    raise ValueError("secret")


@function_tool(failure_error_function=None)
async def break_off() -> str:
    raise ValueError("secret")


@function_tool(failure_error_function=None)
async def forbidden() -> str:
    raise PermissionDenied("tasks:delete", "alice")


@function_tool
async def refuse() -> str:
    return ToolFailure("There is no such task.")


@function_tool
async def wait_for_ever() -> str:
    await asyncio.Event().wait()
    return "never"


@function_tool(needs_approval=True)
async def delicate() -> str:
    return "done"


TOOLS = [create_task, break_down, break_off, forbidden, refuse, wait_for_ever, delicate]


def agent_that(*replies, clock=None, tokens_per_second=math.inf, **more):
    model = ScriptedAgentModel(
        list(replies), tokens_per_second, clock=clock or FixedClock(), new_id=CountingIds()
    )
    return Agent("Taskmanager", model=model, tools=TOOLS, **more)


def run(agent, message="Hello", **more):
    return stream_agent_response(Runner.run_streamed(agent, message, **more))


def short(events):
    """Texts joined, tools as `name status output`."""
    out = []
    for event in events:
        if isinstance(event, AssistantMessage):
            if out and out[-1].startswith("say "):
                out[-1] += event.content
            else:
                out.append("say " + event.content)
        else:
            out.append(f"{event.tool} {event.status} {event.output or ''}".strip())
    return out


async def ended(stream):
    """What came until the stream raised, and what it raised."""
    events = []
    try:
        async for event in stream:
            events.append(event)
    except AgentError as error:
        return short(events), error
    pytest.fail(f"The run came to its end: {short(events)}")


async def idle(times=300):
    for _ in range(times):
        await asyncio.sleep(0)


def others():
    """Every task but the test's own and that of the test runner."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    return {one for one in tasks if "TestRunner" not in one.get_coro().__qualname__}


class AgentServer(ChatKitServer):
    def __init__(self, agent, max_turns=10):
        super().__init__(clock=FixedClock(), new_id=CountingIds())
        self.agent = agent
        self.max_turns = max_turns

    async def respond(self, thread, input, context):
        items = to_agent_input([*thread.history, input])
        result = Runner.run_streamed(self.agent, items, max_turns=self.max_turns)
        async with aclosing(stream_agent_response(result)) as events:
            async for event in events:
                yield event


# What a run looks like


async def test_text_arrives_piece_by_piece_and_once():
    events = await collect(run(agent_that("Good morning, Alice.")))

    assert [event.content for event in events] == ["Good", " mornin", "g", ",", " Alice", "."]


async def test_a_call_runs_and_is_completed_with_its_id_arguments_and_output():
    agent = agent_that(("One moment.", Call("create_task", {"title": "Tea"})), "Done.")

    assert await collect(run(agent)) == [
        AssistantMessage(content="One"),
        AssistantMessage(content=" moment"),
        AssistantMessage(content="."),
        ToolStatus(
            tool="create_task",
            status="running",
            detail="Create task ...",
            call_id="call_1",
            arguments={"title": "Tea"},
        ),
        ToolStatus(
            tool="create_task",
            status="completed",
            detail="Create task ✓",
            call_id="call_1",
            output="Task 42 created: Tea",
        ),
        AssistantMessage(content="Done"),
        AssistantMessage(content="."),
    ]


async def test_two_calls_at_once_are_told_apart():
    calls = (Call("create_task", {"title": "Tea"}), Call("create_task", {"title": "Jam"}))

    events = await collect(run(agent_that(calls, "Done.")))

    assert [(one.call_id, one.output) for one in events if isinstance(one, ToolStatus)] == [
        ("call_1", None),
        ("call_2", None),
        ("call_1", "Task 42 created: Tea"),
        ("call_2", "Task 42 created: Jam"),
    ]


async def test_two_messages_of_one_answer_are_two_paragraphs():
    assert short(await collect(run(agent_that(("First.", "Second."))))) == ["say First.\n\nSecond."]


async def test_a_handoff_is_shown_as_a_tool_and_the_other_agent_goes_on():
    billing = agent_that("Your bill is paid.")
    billing.name = "Billing"
    agent = agent_that(Call("transfer_to_billing"), handoffs=[billing])

    events = await collect(run(agent))

    assert short(events) == [
        "transfer_to_billing running",
        "transfer_to_billing completed {'assistant': 'Billing'}",
        "say Your bill is paid.",
    ]
    assert events[1].detail == "Handed over to Billing ✓"


async def test_a_tool_that_has_the_last_word_is_heard():
    agent = agent_that(
        Call("create_task", {"title": "Tea"}), tool_use_behavior="stop_on_first_tool"
    )

    assert short(await collect(run(agent)))[-1] == "say Task 42 created: Tea"


async def test_a_model_that_does_not_stream_is_heard_too():
    class AtOnce(ScriptedAgentModel):
        async def stream_response(self, *args, **more):
            async for event in super().stream_response(*args, **more):
                if not event.type.endswith((".delta", ".added", ".part.done", "_text.done")):
                    yield event

    agent = Agent("Plain", model=AtOnce(("First.", "Second."), math.inf))

    assert short(await collect(run(agent))) == ["say First.\n\nSecond."]


async def test_arguments_that_are_no_json_object_are_shown_as_they_came():
    events = await collect(run(agent_that((Call("create_task", "{oops"),), "Sorry.")))

    assert [event.arguments for event in events[:2]] == [{"arguments": "{oops"}, None]
    assert [event.status for event in events[:2]] == ["running", "failed"]


# What goes wrong


async def test_a_tool_that_raises_is_failed_and_the_model_goes_on():
    assert short(await collect(run(agent_that(Call("break_down"), "Sorry.")))) == [
        "break_down running",
        "break_down failed An error occurred while running the tool. Please try again.",
        "say Sorry.",
    ]


async def test_a_tool_may_say_itself_that_it_failed():
    assert short(await collect(run(agent_that(Call("refuse"), "Sorry.")))) == [
        "refuse running",
        "refuse failed There is no such task.",
        "say Sorry.",
    ]


@pytest.mark.parametrize(
    ("reply", "more", "seen", "says"),
    [
        (
            ("One moment.", Call("break_off")),
            {},
            ["say One moment.", "break_off running", "break_off failed"],
            "The agent could not finish: the tool break_off failed.",
        ),
        (
            "One two three four",
            {"fail_after": 2},
            ["say One two"],
            "The agent could not finish: its model broke off after 2 tokens.",
        ),
        (
            Call("no_such_tool"),
            {},
            ["no_such_tool running", "no_such_tool failed"],
            "The agent could not finish: its model asked for what is not there.",
        ),
        (
            Call("delicate"),
            {},
            ["delicate running", "delicate failed"],
            "The agent could not finish: delicate needs an approval, and nobody here can give it.",
        ),
    ],
)
@pytest.mark.parametrize("slow", [False, True])
async def test_a_run_that_breaks_off_shows_all_that_happened_and_says_why(
    reply, more, seen, says, slow
):
    agent = agent_that(reply)
    agent.model.fail_after = more.get("fail_after")
    stream = run(agent)

    async def at_leisure():
        async for event in stream:
            if slow:
                await idle()
            yield event

    events, error = await ended(at_leisure())

    assert (events, str(error)) == (seen, says)
    await idle(3)
    assert others() == set()


async def test_the_cause_is_kept_for_the_log_and_not_for_the_user():
    _, error = await ended(run(agent_that(Call("break_off"))))

    assert "secret" not in str(error)
    assert "secret" in str(error.__cause__)


async def test_what_a_tool_may_not_do_is_said_in_chatlabs_own_words():
    with pytest.raises(PermissionDenied, match="tasks:delete"):
        await collect(run(agent_that(Call("forbidden"))))


async def test_a_guardrail_that_refuses_ends_the_run():
    @input_guardrail
    async def never(context, agent, input):
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered=True)

    _, error = await ended(run(agent_that("Hello.", input_guardrails=[never])))

    assert str(error) == "The agent could not finish: a guardrail refused it."


async def test_a_model_that_never_stops_calling_tools_is_stopped_at_max_turns():
    agent = agent_that(Call("create_task", {"title": "Tea"}))

    seen, error = await ended(run(agent, max_turns=3))

    assert seen == ["create_task running", "create_task completed Task 42 created: Tea"] * 3
    assert isinstance(error, TooManyTurns)
    assert isinstance(error, MaxTurnsExceeded)
    assert (error.max_turns, len(agent.model.prompts)) == (3, 3)


async def test_the_server_shows_why_a_run_failed():
    turn = AgentServer(agent_that(Call("break_off"))).send("Hello", ALICE)

    *_, last = await collect(turn)

    assert (last.code, last.allow_retry) == ("agent_error", True)
    assert last.message == "The agent could not finish: the tool break_off failed."


# Two turns on one thread


async def test_two_turns_on_one_thread_keep_their_items_apart_and_the_second_knows_the_first():
    agent = agent_that(Call("create_task", {"title": "Tea"}), "Done.", "It is 42.")
    server = AgentServer(agent)

    turn = server.send("Create a task", ALICE)
    await collect(turn)
    await collect(server.send("Which number?", ALICE, turn.thread_id))

    thread = await server.thread(turn.thread_id, ALICE)
    said = [(item.role, item.content) for item in thread.items.data]
    assert said == [
        ("user", "Create a task"),
        ("tool", "Create task ✓"),
        ("assistant", "Done."),
        ("user", "Which number?"),
        ("assistant", "It is 42."),
    ]
    assert list(agent.model.prompts[-1].input) == to_agent_input(thread.items.data[:-1])


async def test_a_second_turn_after_a_stop_is_answered():
    agent = agent_that(Call("wait_for_ever"), "Here I am.")
    server = AgentServer(agent)
    turn = server.send("Wait", ALICE)
    async for event in turn:
        if event.type == "tool_status":
            break
    await turn.aclose()

    events = await collect(server.send("Are you there?", ALICE, turn.thread_id))

    assert short(event for event in events if event.type == "assistant_message") == [
        "say Here I am."
    ]
    assert agent.model.prompts[-1].outputs == []
    outputs = [item["output"] for item in agent.model.prompts[-1].input if "output" in item]
    assert outputs == ["Interrupted: nobody knows whether this was done."]


# Stopping


async def until(stream, kind):
    async for event in stream:
        if isinstance(event, kind):
            return


STOPS = pytest.mark.parametrize(
    ("reply", "kind"),
    [("word " * 1000, AssistantMessage), (Call("wait_for_ever"), ToolStatus)],
    ids=["in the middle of a text", "in the middle of a tool"],
)


@STOPS
async def test_closing_the_stream_ends_the_run_before_it_returns(reply, kind):
    agent = agent_that(reply)
    stream = run(agent)
    await until(stream, kind)
    await idle()

    await stream.aclose()

    assert agent.model.open_connections == 0
    await idle(3)
    assert others() == set()


@STOPS
async def test_cancelling_the_reader_ends_the_run_before_it_is_cancelled(reply, kind):
    agent = agent_that(reply)
    reading = asyncio.Event()

    async def read():
        stream = run(agent)
        async with aclosing(stream):
            await until(stream, kind)
            reading.set()
            if kind is AssistantMessage:
                await asyncio.Event().wait()
            await anext(stream)

    task = asyncio.create_task(read())
    await reading.wait()
    await idle()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert agent.model.open_connections == 0
    await idle(3)
    assert others() == set()


@STOPS
async def test_leaving_the_loop_ends_the_run_soon(reply, kind):
    agent = agent_that(reply)
    await until(run(agent), kind)

    await idle(30)

    assert agent.model.open_connections == 0
    assert others() == set()


@STOPS
async def test_stopping_a_turn_ends_the_run_and_keeps_what_was_said_as_incomplete(reply, kind):
    agent = agent_that(reply)
    server = AgentServer(agent)
    turn = server.send("Hello", ALICE)
    await until(turn, kind)

    await turn.aclose()

    assert agent.model.open_connections == 0
    await idle(3)
    assert others() == set()
    thread = await server.thread(turn.thread_id, ALICE)
    assert [item.status for item in thread.items.data] == ["completed", "incomplete"]


async def test_a_stream_that_nobody_began_to_read_lets_its_run_go():
    agent = agent_that("word " * 1000)
    stream = run(agent)
    await idle(100)
    assert agent.model.open_connections == 1

    del stream
    gc.collect()
    await idle(30)

    assert agent.model.open_connections == 0
    assert others() == set()


# How far the model runs ahead


async def tokens_made_while_one_is_read(wrap):
    clock = FixedClock()
    agent = agent_that("word " * 2000, tokens_per_second=1, clock=clock)
    agent.model = wrap(agent.model)
    result = Runner.run_streamed(agent, "Hello")
    stream = stream_agent_response(result)
    await anext(stream)
    await idle(5000)
    made = clock.monotonic()
    await stream.aclose()
    return made


class Unbounded(Model):
    """The same model, without the bound: as any model of the SDK is."""

    def __init__(self, model):
        self.model = model

    async def get_response(self, *args, **more):
        return await self.model.get_response(*args, **more)

    async def stream_response(self, *args, **more):
        prompt = prompt_of(args[0], args[1], args[3], args[5])
        async for event in self.model._stream_parts(prompt, ModelResponseWriter(CountingIds())):
            yield event


async def test_a_scripted_model_is_never_far_ahead_of_a_slow_reader():
    assert await tokens_made_while_one_is_read(lambda model: model) <= MAX_AHEAD + 2


async def test_any_model_can_be_held_back():
    made = await tokens_made_while_one_is_read(lambda model: BoundedModel(Unbounded(model)))

    assert made <= MAX_AHEAD + 2


async def test_without_the_bound_the_whole_reply_waits_in_a_queue():
    assert await tokens_made_while_one_is_read(Unbounded) == 2001


async def test_held_back_or_not_every_piece_arrives():
    for wrap in (lambda model: model, Unbounded, lambda model: BoundedModel(Unbounded(model))):
        agent = agent_that("word " * 200)
        agent.model = wrap(agent.model)
        assert short(await collect(run(agent))) == ["say " + "word " * 200]


# History


def test_history_becomes_input_each_call_followed_by_its_output():
    items = [
        UserMessageItem(id="msg_1", content="Create a task", **AT),
        ToolItem(
            id="tool_1",
            content="Create task ✓",
            tool="create_task",
            call_id="call_1",
            arguments={"title": "Käse"},
            output={"id": 42},
            outcome="completed",
            **AT,
        ),
        AssistantMessageItem(id="msg_2", content="Done.", **AT),
    ]

    assert to_agent_input(items) == [
        {"role": "user", "content": "Create a task"},
        {
            "type": "function_call",
            "call_id": "call_1",
            "name": "create_task",
            "arguments": '{"title": "Käse"}',
        },
        {"type": "function_call_output", "call_id": "call_1", "output": '{"id": 42}'},
        {"role": "assistant", "content": "Done."},
    ]


@pytest.mark.parametrize(
    ("more", "output"),
    [
        ({"output": "42", "outcome": "completed"}, "42"),
        ({"output": None, "outcome": "completed"}, "Look it up ✓"),
        ({"output": "No such task.", "outcome": "failed"}, "Failed: No such task."),
        ({"status": "incomplete"}, "Interrupted: nobody knows whether this was done."),
    ],
)
def test_the_output_says_how_the_call_ended(more, output):
    item = ToolItem(
        id="tool_1", content="Look it up ✓", tool="look it up", call_id="c", **more, **AT
    )

    call, answer = to_agent_input([item])

    assert (call["name"], answer["output"]) == ("look_it_up", output)


def test_calls_that_share_an_id_are_told_apart():
    items = [
        ToolItem(id=id, content="", tool="look", call_id="call_1", output=id, **AT)
        for id in ("tool_1", "tool_2")
    ]

    assert [one["call_id"] for one in to_agent_input(items)] == ["call_1"] * 2 + ["tool_2"] * 2


def test_what_was_shown_and_not_said_is_told_and_an_empty_message_is_left_out():
    items = [
        WidgetItem(id="wdg_1", content="Pick one", widget=Text(value="Pick one"), **AT),
        TaskItem(id="job_1", content="Export", title="Export", outcome="completed", **AT),
        AssistantMessageItem(id="msg_1", content="", status="incomplete", **AT),
    ]

    assert to_agent_input(items) == [
        {"role": "user", "content": "(Shown to the user: Pick one)"},
        {"role": "user", "content": "(Shown to the user: Export, completed)"},
    ]


# The models


async def test_the_same_script_is_the_same_events_and_ids_are_never_used_twice():
    model = ScriptedAgentModel((("Hello.", Call("create_task", {"title": "Tea"}))), math.inf)
    agent = Agent("Twice", model=model, tools=TOOLS, tool_use_behavior="stop_on_first_tool")

    first, second = [await collect(run(agent)) for _ in range(2)]

    assert short(first) == short(second)
    assert {one.call_id for one in first if isinstance(one, ToolStatus)}.isdisjoint(
        one.call_id for one in second if isinstance(one, ToolStatus)
    )


async def test_a_scripted_model_speaks_at_its_pace_on_the_clock():
    clock = FixedClock()
    agent = agent_that("one two three", tokens_per_second=2, clock=clock)

    await collect(run(agent))

    assert clock.monotonic() == 1.5


async def test_a_script_may_be_a_function_of_what_is_asked():
    agent = agent_that("")
    agent.instructions = "Be brief."
    agent.model = ScriptedAgentModel(
        lambda prompt: f"{prompt.instructions} {prompt.message} {len(prompt.tools)}", math.inf
    )

    assert short(await collect(run(agent))) == [f"say Be brief. Hello {len(TOOLS)}"]


async def test_a_run_without_streaming_says_the_same():
    result = await Runner.run(agent_that(Call("create_task", {"title": "Tea"}), "Done."), "Hello")

    assert result.final_output == "Done."


async def test_the_script_without_a_name_is_a_task_manager(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    book = TaskBook()

    @function_tool(name_override="create_task")
    async def create(title: str, priority: str) -> str:
        task = await book.create("alice", title, priority)
        return f"Task {task.id} is created."

    @function_tool
    async def get_task(task_id: int) -> str:
        task = await book.get("alice", task_id)
        return f"Task {task.id} has priority {task.priority}."

    server = AgentServer(
        Agent("TM", model=model_from_env(tokens_per_second=math.inf), tools=[create, get_task])
    )
    turn = server.send("Create a task: tea (high)", ALICE)
    await collect(turn)
    for message in ("What's its priority?", "Delete it", "Good morning"):
        await collect(server.send(message, ALICE, turn.thread_id))

    thread = await server.thread(turn.thread_id, ALICE)
    (task,) = await book.list("alice")
    assert [item.content for item in thread.items.data if item.role == "assistant"] == [
        f"Task {task.id} is created.",
        f"Task {task.id} has priority high.",
        "I would need a tool for that: delete_task.",
        'I look after tasks. Try "Create a task: water the plants".',
    ]


@pytest.mark.parametrize(
    ("environment", "kind"),
    [
        ({"OPENAI_API_KEY": "sk-test"}, OpenAIResponsesModel),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}, OpenAIChatCompletionsModel),
    ],
)
async def test_the_environment_names_a_real_model(monkeypatch, environment, kind):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    model = model_from_env()

    assert isinstance(model, BoundedModel)
    assert isinstance(model.model, kind)
    await model.close()


def test_without_the_agents_sdk_one_sentence_says_what_to_install():
    program = (
        "import sys; sys.modules['agents'] = None\n"
        "from chatlab.errors import MissingDependency\n"
        "try: import chatlab.adapters.agents\n"
        "except MissingDependency as error: print(error)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout == (
        "This needs the package openai-agents. Install it with: pip install 'chatlab-kit[agents]'\n"
    )
