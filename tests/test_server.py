"""The whole life of a turn, over every store that needs no server of its own."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from chatlab import (
    Action,
    AssistantMessage,
    Button,
    Card,
    ChatKitServer,
    ErrorEvent,
    InvalidInput,
    ItemDone,
    MemoryStore,
    NotFoundError,
    PermissionDenied,
    RequestContext,
    SQLStore,
    Store,
    StoreError,
    Task,
    ToolStatus,
    TurnInProgress,
    Widget,
)
from chatlab.items import ThreadItem
from chatlab.testing import CountingIds, FixedClock, collect
from chatlab.turns.requests import MAX_MESSAGE, MAX_RETRIED

pytestmark = pytest.mark.anyio

ALICE = RequestContext(user_id="alice")
BOB = RequestContext(user_id="bob")


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store[ThreadItem]]:
    if request.param == "memory":
        yield MemoryStore(turn_wait=0.05)
        return
    async with SQLStore(f"sqlite+aiosqlite:///{tmp_path / 'chat.sqlite'}", turn_wait=0.05) as store:
        yield store


class Words(ChatKitServer):
    """Answers with the words it was told, one event a word."""

    closed = 0

    async def respond(self, thread, input, context):
        try:
            for word in (input.content if input else "Welcome!").split():
                yield AssistantMessage(content=word + " ")
        finally:
            self.closed += 1


def fixed(server_class, store=None, **more):
    return server_class(store, clock=FixedClock(), new_id=CountingIds(), **more)


def shape(events):
    """Each event as one short line, so that a whole stream can be compared."""
    lines = []
    for event in events:
        match event:
            case ItemDone(item=item):
                lines.append(f"done {item.role}: {item.content} ({item.status})")
            case AssistantMessage(content=content):
                lines.append(f"+ {content}")
            case ToolStatus(tool=tool, status=status):
                lines.append(f"{tool} {status}")
            case Task(title=title, status=status, progress=progress):
                lines.append(f"{title} {status} {progress}")
            case ErrorEvent(code=code):
                lines.append(f"error {code}")
            case _:
                lines.append(event.type)
    return lines


async def saved(server, thread_id, context=ALICE):
    """What the thread holds, as (role, content, status)."""
    thread = await server.thread(thread_id, context, limit=1000)
    return [(item.role, item.content, item.status) for item in thread.items.data]


async def test_a_first_message_makes_a_thread_and_streams_the_answer(store):
    server = fixed(Words, store)
    turn = server.send("one two", ALICE)
    assert turn.state == "ready"
    events = await collect(turn)
    assert shape(events) == [
        "thread_created",
        "done user: one two (completed)",
        "+ one ",
        "+ two ",
        "done assistant: one two  (completed)",
        "thread_updated",
    ]
    assert turn.state == "completed"
    assert [event.seq for event in events] == [1, 2, 3, 4, 5, 6]
    assert {event.thread_id for event in events} == {turn.thread_id}
    assert [event.item_id for event in events] == ["", "msg_1", "msg_2", "msg_2", "msg_2", ""]
    assert await saved(server, turn.thread_id) == [
        ("user", "one two", "completed"),
        ("assistant", "one two ", "completed"),
    ]


async def test_a_second_message_goes_on_in_the_same_thread_without_creating_it(store):
    server = fixed(Words, store)
    first = server.send("a", ALICE)
    await collect(first)
    second = await collect(server.send("b", ALICE, first.thread_id))
    assert shape(second) == [
        "done user: b (completed)",
        "+ b ",
        "done assistant: b  (completed)",
        "thread_updated",
    ]


async def test_opening_a_chat_calls_respond_without_input_and_saves_no_user_message(store):
    server = fixed(Words, store)
    events = await collect(server.send(None, ALICE))
    assert shape(events) == [
        "thread_created",
        "+ Welcome! ",
        "done assistant: Welcome!  (completed)",
        "thread_updated",
    ]


async def test_history_is_what_was_said_before_oldest_first_and_limited(store):
    seen = []

    class Remembering(Words):
        async def respond(self, thread, input, context):
            seen.append([item.content for item in thread.history])
            yield AssistantMessage(content=input.content.upper())

    server = fixed(Remembering, store, history_limit=3)
    thread_id = None
    for message in ("a", "b", "c"):
        turn = server.send(message, ALICE, thread_id)
        await collect(turn)
        thread_id = turn.thread_id
    assert seen == [[], ["a", "A"], ["A", "b", "B"]]
    assert (await store.load_thread(thread_id, ALICE)).history == ()


async def test_every_item_is_in_the_store_before_its_item_done_is_seen(store):
    class Busy(Words):
        async def respond(self, thread, input, context):
            yield AssistantMessage(content="Working")
            yield ToolStatus(tool="find", status="running", call_id="c1", arguments={"q": 1})
            yield ToolStatus(tool="find", status="completed", call_id="c1", output=[1, 2])
            yield Widget(root=Card(children=(Button(label="Go", action=Action(type="go")),)))
            yield Task(title="Export", progress=0.5)
            yield Task(title="Export", status="completed", progress=1.0)
            yield AssistantMessage(content="Ready")

    server = fixed(Busy, store)
    seen = []
    turn = server.send("hi", ALICE)
    async for event in turn:
        if isinstance(event, ItemDone):
            item = await store.load_item(turn.thread_id, event.item.id, ALICE)
            assert item == event.item
            seen.append(item.type)
    assert seen == [
        "user_message",
        "assistant_message",
        "tool",
        "widget",
        "task",
        "assistant_message",
    ]
    tool = (await server.thread(turn.thread_id, ALICE)).items.data[2]
    assert (tool.arguments, tool.output, tool.outcome) == ({"q": 1}, [1, 2], "completed")


async def test_pieces_with_something_between_them_make_two_messages(store):
    class Two(Words):
        async def respond(self, thread, input, context):
            yield AssistantMessage(content="be")
            yield AssistantMessage(content="fore")
            yield ToolStatus(tool="t", status="running")
            yield ToolStatus(tool="t", status="failed", detail="broke")
            yield AssistantMessage(content="after")

    server = fixed(Two, store)
    turn = server.send("x", ALICE)
    assert shape(await collect(turn))[2:] == [
        "+ be",
        "+ fore",
        "done assistant: before (completed)",
        "t running",
        "t failed",
        "done tool: broke (completed)",
        "+ after",
        "done assistant: after (completed)",
        "thread_updated",
    ]


async def test_a_tool_that_never_ends_is_kept_as_incomplete(store):
    class Stuck(Words):
        async def respond(self, thread, input, context):
            yield ToolStatus(tool="t", status="running", detail="Looking...")
            yield AssistantMessage(content="Bye")

    server = fixed(Stuck, store)
    turn = server.send("x", ALICE)
    await collect(turn)
    assert await saved(server, turn.thread_id) == [
        ("user", "x", "completed"),
        ("assistant", "Bye", "completed"),
        ("tool", "Looking...", "incomplete"),
    ]


async def test_the_same_event_object_may_be_yielded_again_and_to_others(store):
    hello = AssistantMessage(content="hello ")

    class Same(Words):
        async def respond(self, thread, input, context):
            yield hello
            yield hello

    server = fixed(Same, store)
    of_alice = await collect(server.send("x", ALICE))
    of_bob = await collect(server.send("x", BOB))
    assert (
        [event.seq for event in of_alice] == [event.seq for event in of_bob] == [1, 2, 3, 4, 5, 6]
    )
    assert len({event.thread_id for event in of_alice}) == 1
    assert not {e.thread_id for e in of_alice} & {e.thread_id for e in of_bob}


async def test_breaking_out_ten_times_loses_nothing_and_never_blocks(store):
    server = fixed(Words, store)
    store.turn_wait = 20.0
    first = server.send("start", ALICE)
    await collect(first)
    for _ in range(10):
        async for event in server.send("one two three", ALICE, first.thread_id):
            if isinstance(event, AssistantMessage):
                break
    last = await collect(server.send("done", ALICE, first.thread_id))
    assert shape(last)[-2:] == ["done assistant: done  (completed)", "thread_updated"]
    items = await saved(server, first.thread_id)
    assert (
        items[2:-2]
        == [
            ("user", "one two three", "completed"),
            ("assistant", "one ", "incomplete"),
        ]
        * 10
    )


async def test_a_half_read_turn_in_a_variable_holds_the_thread_until_it_is_closed(store):
    server = fixed(Words, store)
    half = server.send("one two", ALICE)
    await anext(half)
    early = server.send("again", ALICE, half.thread_id)
    with pytest.raises(TurnInProgress, match=half.thread_id):
        await collect(early)
    assert (early.state, type(early.error)) == ("failed", TurnInProgress)
    await half.aclose()
    assert half.state == "stopped"
    again = await collect(server.send("again", ALICE, half.thread_id))
    assert again[-1].type == "thread_updated"


async def test_aclose_closes_respond_and_keeps_what_was_said(store):
    server = fixed(Words, store)
    async with server.send("one two three", ALICE) as turn:
        async for event in turn:
            if shape([event]) == ["+ two "]:
                break
    assert (turn.state, server.closed) == ("stopped", 1)
    assert await saved(server, turn.thread_id) == [
        ("user", "one two three", "completed"),
        ("assistant", "one two ", "incomplete"),
    ]


class Endless(ChatKitServer):
    """Says one word, then thinks until it is stopped."""

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.thinking = anyio.Event()
        self.log = []

    async def respond(self, thread, input, context):
        yield AssistantMessage(content="Well")
        try:
            self.thinking.set()
            await anyio.sleep_forever()
        finally:
            self.log.append("released")


async def test_another_task_can_stop_a_turn_that_waits_for_its_next_event(store):
    server = fixed(Endless, store)
    turn = server.send("x", ALICE)
    events = []

    async def read():
        events.extend(await collect(turn))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(read)
        await server.thinking.wait()
        await turn.aclose()
        assert server.log == ["released"]
        assert await saved(server, turn.thread_id) == [
            ("user", "x", "completed"),
            ("assistant", "Well", "incomplete"),
        ]
    assert turn.state == "stopped"
    assert shape(events) == ["thread_created", "done user: x (completed)", "+ Well"]


class Thoughtful(MemoryStore):
    """Takes its time to add an item."""

    def __init__(self):
        super().__init__()
        self.at_work, self.may_go_on = anyio.Event(), anyio.Event()

    async def add_thread_item(self, *args):
        self.at_work.set()
        await self.may_go_on.wait()
        await super().add_thread_item(*args)


async def test_a_stop_while_the_store_is_at_work_ends_the_turn_when_the_store_is_done():
    store = Thoughtful()
    server = fixed(Words, store)
    turn = server.send("x", ALICE)
    reading = asyncio.create_task(collect(turn))
    await store.at_work.wait()
    stopping = asyncio.create_task(turn.aclose())
    await asyncio.sleep(0)
    store.may_go_on.set()
    with anyio.fail_after(10):
        assert await reading == []
        await stopping
    assert turn.state == "stopped"
    assert await saved(server, turn.thread_id) == [("user", "x", "completed")]


class Deaf(Endless):
    """Catches the interruption and talks on."""

    async def respond(self, thread, input, context):
        try:
            async for event in super().respond(thread, input, context):
                yield event
        except asyncio.CancelledError:
            yield AssistantMessage(content=", as I said")


async def test_a_stop_that_respond_swallows_is_a_stop_all_the_same(store):
    server = fixed(Deaf, store)
    turn = server.send("x", ALICE)
    reading = asyncio.create_task(collect(turn))
    await server.thinking.wait()

    await turn.aclose()

    assert shape(await reading) == ["thread_created", "done user: x (completed)", "+ Well"]
    assert (await saved(server, turn.thread_id))[-1] == ("assistant", "Well", "incomplete")
    assert (turn.state, turn.error, reading.cancelling()) == ("stopped", None, 0)


async def test_a_cancelled_scope_stops_the_turn_and_keeps_what_was_said(store):
    server = fixed(Endless, store)
    turn = server.send("x", ALICE)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(collect, turn)
        await server.thinking.wait()
        tasks.cancel_scope.cancel()
    assert server.log == ["released"]
    assert (await saved(server, turn.thread_id))[-1] == ("assistant", "Well", "incomplete")
    assert turn.state == "stopped"


async def test_a_cancelled_asyncio_task_stops_the_turn_and_stays_cancelled(store):
    server = fixed(Endless, store)
    turn = server.send("x", ALICE)
    task = asyncio.create_task(collect(turn))
    await server.thinking.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert server.log == ["released"]
    assert (await saved(server, turn.thread_id))[-1] == ("assistant", "Well", "incomplete")


async def test_a_second_cancellation_cannot_interrupt_the_saving():
    saving = asyncio.Event()
    go_on = asyncio.Event()

    class SlowStore(MemoryStore):
        async def save_item(self, thread_id, item, context):
            saving.set()
            await go_on.wait()
            await super().save_item(thread_id, item, context)

    server = fixed(Endless, SlowStore())
    turn = server.send("x", ALICE)
    task = asyncio.create_task(collect(turn))
    await server.thinking.wait()
    task.cancel()
    await saving.wait()
    task.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await saved(server, turn.thread_id))[-1] == ("assistant", "Well", "incomplete")


async def test_stopping_leaves_no_task_behind(store):
    server = fixed(Endless, store)
    before = asyncio.all_tasks()
    turn = server.send("x", ALICE)
    for _ in range(3):
        await anext(turn)
    await turn.aclose()
    assert asyncio.all_tasks() == before


async def test_closing_a_turn_that_never_began_does_nothing(store):
    server = fixed(Words, store)
    turn = server.send("x", ALICE)
    await turn.aclose()
    await turn.aclose()
    assert turn.state == "stopped"
    assert await collect(turn) == []
    assert (await server.threads(ALICE)).data == ()


class Failing(ChatKitServer):
    """Says two words, then breaks."""

    async def respond(self, thread, input, context):
        yield AssistantMessage(content="So ")
        yield AssistantMessage(content="far")
        raise ZeroDivisionError("secret detail")


async def test_an_exception_keeps_what_was_said_and_ends_in_a_safe_error(store, caplog):
    server = fixed(Failing, store)
    turn = server.send("x", ALICE)
    events = await collect(turn)
    assert shape(events)[2:] == [
        "+ So ",
        "+ far",
        "done assistant: So far (incomplete)",
        "error server_error",
    ]
    assert "secret" not in events[-1].message
    assert events[-1].allow_retry
    assert (turn.state, str(turn.error)) == ("failed", "secret detail")
    assert "ZeroDivisionError: secret detail" in caplog.text
    assert await saved(server, turn.thread_id) == [
        ("user", "x", "completed"),
        ("assistant", "So far", "incomplete"),
    ]


async def test_what_chatlab_raises_may_be_read_by_the_user(store):
    class Strict(Words):
        async def respond(self, thread, input, context):
            context.require("tasks:delete")
            yield AssistantMessage(content="Deleted")

    server = fixed(Strict, store)
    turn = server.send("x", ALICE)
    events = await collect(turn)
    assert events[-1].code == "permission_denied"
    assert "tasks:delete" in events[-1].message
    assert isinstance(turn.error, PermissionDenied)


async def test_a_conversation_that_failed_before_a_word_was_said_leaves_no_empty_thread(store):
    class Broken(Words):
        async def respond(self, thread, input, context):
            raise ZeroDivisionError
            yield

    server = fixed(Broken, store)
    assert shape(await collect(server.send(None, ALICE))) == [
        "thread_created",
        "error server_error",
    ]
    assert (await server.threads(ALICE)).data == ()


async def test_an_empty_thread_id_is_unknown_and_does_not_make_a_thread(store):
    server = fixed(Words, store)
    assert shape(await collect(server.send("hi", ALICE, ""))) == ["error not_found"]
    assert (await server.threads(ALICE)).data == ()


@pytest.mark.parametrize("thread_id", ["of alice", "of nobody"])
async def test_somebody_elses_thread_and_an_unknown_one_look_the_same(store, thread_id):
    server = fixed(Words, store)
    turn = server.send("secret", ALICE)
    await collect(turn)
    asked = turn.thread_id if thread_id == "of alice" else "thr_unknown"
    events = await collect(server.send("hi", BOB, asked))
    assert [event.model_dump() for event in events] == [
        ErrorEvent(
            thread_id=asked, seq=1, code="not_found", message=f"There is no thread {asked!r}."
        ).model_dump()
    ]
    for attempt in (
        server.thread(asked, BOB),
        server.delete(asked, BOB),
        server.fork(asked, "msg_1", BOB),
    ):
        with pytest.raises(NotFoundError):
            await attempt
    assert shape(await collect(server.retry(asked, "msg_1", BOB))) == ["error not_found"]
    assert shape(await collect(server.act(Action(type="go"), BOB, asked))) == ["error not_found"]
    assert len(await saved(server, turn.thread_id)) == 2


async def test_a_busy_thread_of_alice_does_not_make_bob_wait(store):
    server = fixed(Words, store)
    turn = server.send("one two", ALICE)
    await anext(turn)
    assert shape(await collect(server.send("hi", BOB, turn.thread_id))) == ["error not_found"]
    await turn.aclose()


async def test_two_sends_at_once_run_one_after_the_other(tmp_path):
    for store in (MemoryStore(turn_wait=5), SQLStore(f"sqlite+aiosqlite:///{tmp_path / 'x'}")):
        server = fixed(Words, store)
        first = server.send("start", ALICE)
        await collect(first)
        async with anyio.create_task_group() as tasks:
            for message in ("a a a", "b b b"):
                tasks.start_soon(collect, server.send(message, ALICE, first.thread_id))
        items = await saved(server, first.thread_id)
        assert len(items) == 6
        for asked, answered in zip(items[2::2], items[3::2], strict=True):
            assert (asked[0], answered[0]) == ("user", "assistant")
            assert answered[1].split() == asked[1].split()
        if isinstance(store, SQLStore):
            await store.aclose()


async def test_two_threads_of_one_user_do_not_wait_for_each_other(store):
    server = fixed(Words, store)
    one, two = server.send("a b", ALICE), server.send("c d", ALICE)
    await anext(one)
    assert (await collect(two))[-1].type == "thread_updated"
    await one.aclose()


class Counting(ChatKitServer):
    """Counts how often it was asked; the first `failures` times it breaks midway."""

    def __init__(self, *args, failures=0, **more):
        super().__init__(*args, **more)
        self.asked = 0
        self.failures = failures

    async def respond(self, thread, input, context):
        self.asked += 1
        yield AssistantMessage(content=f"answer {self.asked}")
        if self.asked <= self.failures:
            raise ZeroDivisionError


async def test_the_same_key_again_replays_the_finished_turn(store):
    server = fixed(Counting, store)
    first = server.send("x", ALICE, idempotency_key="k")
    await collect(first)
    second = server.send("x", ALICE, idempotency_key="k")
    assert shape(await collect(second)) == [
        "done user: x (completed)",
        "done assistant: answer 1 (completed)",
        "thread_updated",
    ]
    assert (server.asked, second.thread_id) == (1, first.thread_id)
    assert len(await saved(server, first.thread_id)) == 2


async def test_the_same_key_while_the_turn_runs_is_in_progress(store):
    server = fixed(Counting, store)
    first = server.send("x", ALICE, idempotency_key="k")
    await anext(first)
    with pytest.raises(TurnInProgress):
        await collect(server.send("x", ALICE, idempotency_key="k"))
    await first.aclose()


async def test_the_same_key_after_an_incomplete_try_answers_anew(store):
    server = fixed(Counting, store, failures=1)
    first = server.send("x", ALICE, idempotency_key="k")
    assert (await collect(first))[-1].type == "error"
    second = await collect(server.send("x", ALICE, idempotency_key="k"))
    assert shape(second) == [
        "done user: x (completed)",
        "+ answer 2",
        "done assistant: answer 2 (completed)",
        "thread_updated",
    ]
    assert await saved(server, first.thread_id) == [
        ("user", "x", "completed"),
        ("assistant", "answer 2", "completed"),
    ]
    assert shape(await collect(server.send("x", ALICE, idempotency_key="k"))) == [
        "done user: x (completed)",
        "done assistant: answer 2 (completed)",
        "thread_updated",
    ]


async def test_a_key_belongs_to_one_user_and_one_message(store):
    server = fixed(Counting, store)
    await collect(server.send("x", ALICE, idempotency_key="k"))
    assert (await collect(server.send("y", BOB, idempotency_key="k")))[-1].type == "thread_updated"
    wrong = await collect(server.send("other", ALICE, idempotency_key="k"))
    assert (wrong[-1].code, server.asked) == ("invalid_input", 2)


async def test_two_sends_at_once_with_one_key_are_answered_once(store):
    server = fixed(Counting, store)
    store.turn_wait = 5
    turns = [server.send("x", ALICE, idempotency_key="k") for _ in range(2)]
    async with anyio.create_task_group() as tasks:
        for turn in turns:
            tasks.start_soon(collect, turn)
    assert server.asked == 1
    assert turns[0].thread_id == turns[1].thread_id
    assert len(await saved(server, turns[0].thread_id)) == 2


async def test_retry_replaces_the_answer_only_once_the_new_one_is_complete(store):
    server = fixed(Counting, store, failures=2)
    first = server.send("x", ALICE)
    await collect(first)
    asked = (await server.thread(first.thread_id, ALICE)).items.data[0]
    failed = await collect(server.retry(first.thread_id, asked.id, ALICE))
    assert failed[-1].type == "error"
    assert [item[1] for item in await saved(server, first.thread_id)] == [
        "x",
        "answer 1",
        "answer 2",
    ]
    await collect(server.retry(first.thread_id, asked.id, ALICE))
    assert [item[1] for item in await saved(server, first.thread_id)] == ["x", "answer 3"]


async def test_retry_replaces_so_much_and_no_more(store):
    server = fixed(Words, store)
    first = server.send("x", ALICE)
    await collect(first)
    asked, answer = (await server.thread(first.thread_id, ALICE)).items.data
    for number in range(MAX_RETRIED):
        copy = answer.model_copy(update={"id": f"copy_{number}"})
        await store.add_thread_item(first.thread_id, copy, ALICE)
    refused = await collect(server.retry(first.thread_id, asked.id, ALICE))
    assert refused[-1].code == "invalid_input"
    assert len(await saved(server, first.thread_id)) == MAX_RETRIED + 2
    await store.delete_thread_item(first.thread_id, "copy_7", ALICE)
    await collect(server.retry(first.thread_id, asked.id, ALICE))
    assert len(await saved(server, first.thread_id)) == 2


async def test_retry_wants_a_message_of_the_user(store):
    server = fixed(Words, store)
    first = server.send("x", ALICE)
    await collect(first)
    answer = (await server.thread(first.thread_id, ALICE)).items.data[1]
    events = await collect(server.retry(first.thread_id, answer.id, ALICE))
    assert events[-1].code == "invalid_input"


class Clickable(ChatKitServer):
    """Shows a button and says what was clicked."""

    async def respond(self, thread, input, context):
        go = Action(type="go", payload={"id": 7})
        yield Widget(root=Card(title="Task", children=(Button(label="Go", action=go),)))

    async def action(self, thread, action, sender, context):
        yield AssistantMessage(
            content=f"{action.type} {action.payload['id']} from {sender and sender.id}"
        )


async def test_a_click_reaches_action_with_the_widget_it_came_from(store):
    server = fixed(Clickable, store)
    first = server.send("x", ALICE)
    widget = (await collect(first))[3].item
    assert widget.content == "Task\nGo"
    action = Action(type="go", payload={"id": 7})
    events = await collect(server.act(action, ALICE, first.thread_id, widget.id))
    assert shape(events) == [
        f"+ go 7 from {widget.id}",
        f"done assistant: go 7 from {widget.id} (completed)",
        "thread_updated",
    ]


async def test_a_click_on_what_is_no_widget_is_refused(store):
    server = fixed(Clickable, store)
    first = server.send("x", ALICE)
    await collect(first)
    asked = (await server.thread(first.thread_id, ALICE)).items.data[0]
    events = await collect(server.act(Action(type="go"), ALICE, first.thread_id, asked.id))
    assert events[-1].code == "invalid_input"


async def test_fork_copies_what_came_before_and_leaves_the_old_thread_alone(store):
    server = fixed(Words, store)
    first = server.send("a", ALICE)
    await collect(first)
    await collect(server.send("b", ALICE, first.thread_id))
    before = await saved(server, first.thread_id)
    asked = (await server.thread(first.thread_id, ALICE)).items.data[2]
    new = await server.fork(first.thread_id, asked.id, ALICE)
    assert await saved(server, new.id) == before[:2]
    assert await saved(server, first.thread_id) == before
    copied = (await server.thread(new.id, ALICE)).items.data
    assert {item.thread_id for item in copied} == {new.id}


class Breaking(MemoryStore):
    """Fails at the method that is named."""

    broken = ""

    def __getattribute__(self, name):
        if name == object.__getattribute__(self, "broken"):
            raise StoreError("a disk", "has no room left", "Free some space.")
        return super().__getattribute__(name)


async def test_a_fork_that_fails_leaves_no_half_thread():
    server = fixed(Words, Breaking())
    first = server.send("a", ALICE)
    await collect(first)
    answer = (await server.thread(first.thread_id, ALICE)).items.data[1]
    server.store.broken = "add_thread_item"
    with pytest.raises(StoreError):
        await server.fork(first.thread_id, answer.id, ALICE)
    assert [thread.id for thread in (await server.threads(ALICE)).data] == [first.thread_id]


@pytest.mark.parametrize("broken", ["load_thread_items", "save_item", "save_thread"])
async def test_where_the_store_fails_the_stream_ends_in_an_error_and_claims_nothing(broken):
    server = fixed(Words, Breaking())
    first = server.send("a", ALICE)
    await collect(first)
    server.store.broken = broken
    turn = server.send("b", ALICE, first.thread_id)
    *before, last = shape(await collect(turn))
    assert last == "error store_error"
    assert not {"done assistant: b  (completed)", "thread_updated"} & set(before)
    assert (turn.state, type(turn.error)) == ("failed", StoreError)
    server.store.broken = ""
    after = await collect(server.send("c", ALICE, first.thread_id))
    assert shape(after)[-1] == "thread_updated"


async def test_fork_leaves_nothing_running_in_the_background(store):
    server = fixed(Words, store)
    first = server.send("a", ALICE)
    await collect(first)
    asked = (await server.thread(first.thread_id, ALICE)).items.data[0]
    before = asyncio.all_tasks()
    await server.fork(first.thread_id, asked.id, ALICE)
    for _ in range(2):
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == before


async def test_delete_takes_the_thread_and_everything_in_it(store):
    server = fixed(Words, store)
    first = server.send("a", ALICE)
    await collect(first)
    await server.delete(first.thread_id, ALICE)
    assert (await server.threads(ALICE)).data == ()
    with pytest.raises(NotFoundError):
        await server.thread(first.thread_id, ALICE)


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("x" * (MAX_MESSAGE + 1), "100,001 characters"),
        ("x" * 1_000_000, "1,000,000 characters"),
        ("a\ud800b", "position 1"),
        ("a\0b", "NUL"),
        (42, "of type int"),
    ],
)
async def test_a_message_that_cannot_be_kept_is_refused_and_changes_nothing(store, message, says):
    server = fixed(Words, store)
    events = await collect(server.send(message, ALICE))
    assert (events[0].code, len(events)) == ("invalid_input", 1)
    assert says in events[0].message
    assert (await server.threads(ALICE)).data == ()


async def test_half_a_character_in_an_answer_becomes_a_question_mark(store):
    class Half(Words):
        async def respond(self, thread, input, context):
            yield AssistantMessage(content="a\ud83d")
            yield AssistantMessage(content="b\0é")

    server = fixed(Half, store)
    turn = server.send("x", ALICE)
    await collect(turn)
    assert (await saved(server, turn.thread_id))[-1] == ("assistant", "a?b\0é", "completed")


async def coroutine(self, thread, input, context):
    return [AssistantMessage(content="x")]


def plain_list(self, thread, input, context):
    return [AssistantMessage(content="x")]


def plain_generator(self, thread, input, context):
    yield AssistantMessage(content="x")


async def yields_text(self, thread, input, context):
    yield "x"


async def yields_none(self, thread, input, context):
    yield None


async def yields_the_servers_event(self, thread, input, context):
    yield ErrorEvent(code="x", message="y")


@pytest.mark.parametrize(
    ("respond", "says"),
    [
        (coroutine, "got a coroutine. Did you forget `yield`?"),
        (plain_list, "got a list. Write it as `async def`"),
        (plain_generator, "got a generator. Write `async def` instead of `def`."),
        (yields_text, "got a str. Wrap it: yield AssistantMessage(content=...)."),
        (yields_none, "got a NoneType. Yield AssistantMessage, ToolStatus, Widget or Task."),
        (yields_the_servers_event, "to end in an error, raise it"),
    ],
)
async def test_a_respond_that_is_no_stream_of_events_is_told_how_to_become_one(respond, says):
    server = fixed(type("Mistaken", (ChatKitServer,), {"respond": respond}))
    events = await collect(server.send("x", ALICE))
    assert events[-1].code == "respond_error"
    assert says in events[-1].message


async def test_a_tool_output_that_is_not_json_is_refused_and_the_rest_is_kept(store):
    class Odd(Words):
        async def respond(self, thread, input, context):
            yield AssistantMessage(content="Look:")
            yield ToolStatus(tool="t", status="completed", output=object())

    server = fixed(Odd, store)
    turn = server.send("x", ALICE)
    events = await collect(turn)
    assert events[-1].code == "respond_error"
    assert await saved(server, turn.thread_id) == [
        ("user", "x", "completed"),
        ("assistant", "Look:", "incomplete"),
    ]


async def test_action_without_one_says_so(store):
    server = fixed(Words, store)
    first = server.send("x", ALICE)
    await collect(first)
    turn = server.act(Action(type="go"), ALICE, first.thread_id)
    await collect(turn)
    assert "Words has no action()" in str(turn.error)


async def test_an_action_that_yields_no_event_is_called_by_its_name():
    class Talker(Words):
        async def action(self, thread, action, sender, context):
            yield "Done."

    server = fixed(Talker)
    first = server.send("x", ALICE)
    await collect(first)
    (error,) = await collect(server.act(Action(type="go"), ALICE, first.thread_id))
    assert error.message.startswith("action() must yield events; got a str.")


async def test_something_cancelled_inside_respond_is_a_failure_and_not_a_stop(store):
    class Inner(Words):
        async def respond(self, thread, input, context):
            yield AssistantMessage(content="x")
            task = asyncio.ensure_future(asyncio.sleep(60))
            task.cancel()
            await task

    server = fixed(Inner, store)
    turn = server.send("x", ALICE)
    assert (await collect(turn))[-1].type == "error"
    assert turn.state == "failed"


async def test_a_restart_in_the_middle_leaves_a_thread_that_goes_on(tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path / 'chat.sqlite'}"
    before = fixed(Words, SQLStore(url))
    turn = before.send("one two", ALICE)
    for _ in range(3):
        await anext(turn)
    await turn.aclose()
    await before.store.aclose()
    async with SQLStore(url) as store:
        after = Words(store)
        assert (await collect(after.send("on", ALICE, turn.thread_id)))[-1].type == "thread_updated"
        assert [item[1] for item in await saved(after, turn.thread_id)] == [
            "one two",
            "one ",
            "on",
            "on ",
        ]


def test_a_history_limit_that_cannot_be_is_refused():
    with pytest.raises(InvalidInput, match="-1"):
        Words(history_limit=-1)


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_an_idempotency_key_that_cannot_be_is_refused(key):
    with pytest.raises(InvalidInput, match=str(len(key))):
        Words().send("x", ALICE, idempotency_key=key)
