"""Every door has the same limits: chatlab's own endpoints and the official protocol's."""

import asyncio
import json

import httpx
import pytest
from official_client import message
from servers import Talker
from serving import KEYS

from chatlab import AssistantMessage, MemoryStore, RequestContext
from chatlab.adapters.http import Limits, create_app
from chatlab.adapters.http.turn_registry import TurnRegistry
from chatlab.clock import new_id
from chatlab.items import ToolItem
from chatlab.sessions import MemorySessionStore, Sessions

pytestmark = pytest.mark.anyio

JSON = {"Content-Type": "application/json"}
ODD_IDS = ["a\nb", "\x1fchatkit:alice", "x" * 101, "a b", "", "a/b"]


class Counting(MemoryStore):
    """Counts what is written."""

    written = 0

    async def save_thread(self, thread, context):
        self.written += 1
        await super().save_thread(thread, context)

    async def save_item(self, thread_id, item, context):
        self.written += 1
        await super().save_item(thread_id, item, context)

    async def claim_key(self, key, request, context):
        self.written += 1
        return await super().claim_key(key, request, context)


class Clicked(Talker):
    """Answers a click as long, or as late, as the click says."""

    def __init__(self, store):
        super().__init__(store)
        self.waits = asyncio.Event()

    async def action(self, thread, action, sender, context):
        if action.type == "say and wait":
            yield AssistantMessage(content="So far")
        if "wait" in action.type:
            self.waits.set()
            await self.go.wait()
        while action.type == "flood":
            yield AssistantMessage(content="word " * 100)
        yield AssistantMessage(content="done")


class Door:
    """An app, and Alice at it."""

    def __init__(self, **limits):
        self.store = Counting()
        self.server = Clicked(self.store)
        self.app = create_app(self.server, KEYS.authenticate, limits=Limits(**limits))

    def client(self, user="alice"):
        headers = {"Authorization": f"Bearer {KEYS.issue(user)}"}
        transport = httpx.ASGITransport(self.app)
        return httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers)

    async def asked(self, type, metadata=None, /, **params):
        body = {"type": type, "params": params, "metadata": metadata or {}}
        async with self.client() as client:
            return await client.post("/chatkit", content=json.dumps(body))

    async def thread(self):
        """The ids of a conversation, and of a widget in it."""
        answer = await self.asked("threads.create", input=message("1"))
        frames = [json.loads(line[6:]) for line in answer.text.splitlines() if line]
        done = [one["item"] for one in frames if one["type"] == "thread.item.done"]
        return frames[0]["thread"]["id"], done[-1]["id"]


async def test_one_request_names_so_many_ids_and_costs_two_writes_for_each():
    door = Door(ids=3)
    thread_id, item_id = await door.thread()
    door.store.written = 0
    many = {"thread_id": thread_id, "kind": "positive"}

    refused = await door.asked("items.feedback", item_ids=[new_id("msg") for _ in "1234"], **many)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")
    assert door.store.written == 0

    assert (await door.asked("items.feedback", item_ids=[item_id] * 900, **many)).status_code == 200
    assert door.store.written == 2


async def test_a_click_that_is_answered_at_once_is_an_answer_like_any_other():
    door = Door(turns=1)
    thread_id, item_id = await door.thread()
    click = {"thread_id": thread_id, "item_id": item_id, "action": {"type": "go", "payload": {}}}
    async with door.client() as client:
        waiting = (await client.post("/api/turns", json={"message": "1 0 wait"})).json()
        refused = [
            await door.asked("threads.sync_custom_action", **click),
            await door.asked("threads.custom_action", **click),
            await door.asked("threads.create", input=message("1")),
            await client.post("/api/turns", json={"message": "1"}),
        ]
        assert [answer.status_code for answer in refused] == [429] * 4
        assert (await door.asked("threads.list")).status_code == 200
        await client.post(f"/api/turns/{waiting['turn_id']}/stop")
        assert (await door.asked("threads.sync_custom_action", **click)).status_code == 200
        assert (await client.post("/api/turns", json={"message": "1"})).status_code == 202


@pytest.mark.parametrize(
    ("limits", "type", "status", "said"),
    [
        ({"turn_bytes": 9000}, "flood", 422, "longer than 9,000 bytes and was stopped"),
        ({"turn_seconds": 0.5}, "wait", 503, "took longer than 0.5 seconds and was stopped"),
    ],
)
async def test_a_click_takes_no_longer_and_sends_no_more_than_a_turn(limits, type, status, said):
    door = Door(**limits)
    thread_id, item_id = await door.thread()
    click = {"thread_id": thread_id, "item_id": item_id, "action": {"type": type, "payload": {}}}

    answer = await door.asked("threads.sync_custom_action", **click)
    assert (answer.status_code, said in answer.json()["message"]) == (status, True)

    streamed = await door.asked("threads.custom_action", **click)
    *_, last = [line for line in streamed.text.splitlines() if line]
    assert '"type": "error"' in last
    assert said.replace(" and was stopped", "") in last
    assert not door.app.state.chatlab.answers._in_use


@pytest.mark.parametrize("id", ODD_IDS)
async def test_an_odd_id_is_refused_in_both_protocols_and_leaves_nothing_behind(id):
    door = Door()
    thread_id, item_id = await door.thread()
    door.store.written = 0
    key = {"idempotency_key": "once"}
    thread, said = {"thread_id": thread_id}, message("2")
    click = {"action": {"type": "go", "payload": {}}}
    async with door.client() as client:
        answers = [
            await door.asked("threads.get_by_id", thread_id=id),
            await door.asked("threads.add_user_message", key, thread_id=id, input=said),
            await door.asked("threads.create", key, input=message("2", attachments=[id])),
            await door.asked("threads.retry_after_item", **thread, item_id=id),
            await door.asked("threads.custom_action", **thread, item_id=id, **click),
            await door.asked("threads.sync_custom_action", **thread, item_id=id, **click),
            await door.asked("items.feedback", **thread, item_ids=[item_id, id], kind="positive"),
            await door.asked("items.list", **thread, after=id),
            await door.asked("threads.list", after=id),
            await client.post("/api/turns", json={"message": "2", "thread_id": id, **key}),
            await client.post(f"/api/threads/{thread_id}/actions", json=click | {"item_id": id}),
            await client.get(f"/api/threads/{thread_id}", params={"after": id}),
            await client.get("/api/threads", params={"after": id}),
        ]
    assert [answer.status_code for answer in answers] == [422] * len(answers)
    assert door.store.written == 0


@pytest.mark.parametrize("text", ["a\0b", "x" * 100_001])
async def test_a_message_that_cannot_be_kept_claims_no_key(text):
    door = Door()
    key = {"idempotency_key": "once"}
    async with door.client() as client:
        own = await client.post("/api/turns", json={"message": text, **key})
    official = await door.asked("threads.create", key, input=message(text))

    assert (own.status_code, official.status_code) == (422, 422)
    assert door.store.written == 0


async def test_a_message_to_a_thread_that_never_was_claims_no_key():
    door = Door()
    never, key = new_id("thr"), {"idempotency_key": "once"}
    async with door.client() as client:
        own = await client.post("/api/turns", json={"message": "1", "thread_id": never, **key})
    said = {"thread_id": never, "input": message("1")}
    official = await door.asked("threads.add_user_message", key, **said)

    assert own.status_code == 404
    assert "There is no thread" in official.text
    assert door.store.written == 0


@pytest.mark.parametrize("name", ["x" * 201, "a\nb", "\x1fb"])
async def test_titles_and_names_from_outside_are_short_and_can_be_seen(name):
    door = Door()
    thread_id, item_id = await door.thread()
    click = {"thread_id": thread_id, "item_id": item_id, "action": {"type": name, "payload": {}}}
    tool = {"inference_options": {"tool_choice": {"id": name}}}
    model = {"inference_options": {"model": name}}
    async with door.client() as client:
        own = {"action": {"type": name}}
        answers = [
            await door.asked("threads.update", thread_id=thread_id, title=name),
            await door.asked("threads.custom_action", **click),
            await door.asked("threads.create", input=message("1", **tool)),
            await door.asked("threads.create", input=message("1", **model)),
            await client.post(f"/api/threads/{thread_id}/actions", json=own),
        ]
    assert [answer.status_code for answer in answers] == [422] * len(answers)


TAG = {"type": "input_tag", "id": "a", "text": "", "data": {"x": "y" * 60_000}}


@pytest.mark.parametrize(
    ("input", "problem"),
    [
        ({"content": [{"type": "input_text", "text": "1"}] * 101}, "has 101 parts"),
        ({"content": [TAG | {"interactive": False, "group": None}] * 2}, "tags are too long"),
        ({"quoted_text": "x" * 100_001}, "quoted text has 100,001 characters"),
    ],
)
async def test_a_message_has_few_parts_and_nothing_in_it_is_long(input, problem):
    door = Door()
    answer = await door.asked("threads.create", input=message("1") | input)

    assert (answer.status_code, problem in answer.json()["message"]) == (422, True)
    assert door.store.written == 0


async def test_a_page_of_very_much_text_ends_early_and_nothing_is_left_out():
    door, said, listed, after = Door(), "x" * 100_000, [], None
    thread_id, _ = await door.thread()
    store, context = door.store, RequestContext(user_id="alice")
    first = (await store.load_thread_items(thread_id, None, 1, "asc", context)).data[0]
    for number in range(60):
        item = first.model_copy(update={"id": f"msg_{number}", "content": said})
        await store.add_thread_item(thread_id, item, context)
    async with door.client() as client:
        for _ in "123":
            cursor = f"&after={after}" if after else ""
            page = await client.get(f"/api/threads/{thread_id}?limit=1000{cursor}")
            assert len(page.content) < 3_000_000
            items = page.json()["items"]
            after, listed = items["after"], [*listed, *items["data"]]

    assert [item["id"] for item in listed[-60:]] == [f"msg_{number}" for number in range(60)]
    assert not items["has_more"]


async def test_stop_reaches_a_click_that_is_answered_at_once_and_bob_does_not():
    door = Door()
    thread_id, item_id = await door.thread()
    go = {"thread_id": thread_id, "item_id": item_id, "action": {"type": "say and wait"}}
    clicked = asyncio.create_task(door.asked("threads.sync_custom_action", **go))
    await door.server.waits.wait()
    async with door.client("bob") as bob, door.client() as alice:
        refused = await bob.post(f"/api/threads/{thread_id}/stop")
        assert not clicked.done()
        stopped = await alice.post(f"/api/threads/{thread_id}/stop")
        again = await alice.post(f"/api/threads/{thread_id}/stop")
        kept = await alice.get(f"/api/threads/{thread_id}")

    assert refused.status_code == 404
    assert [one.json() for one in (stopped, again)] == [{"stopped": 1}, {"stopped": 0}]
    assert (await clicked).status_code == 409
    last = kept.json()["items"]["data"][-1]
    assert (last["content"], last["status"]) == ("So far", "incomplete")


async def test_what_a_tool_has_found_counts_as_much_as_what_is_said():
    door, after, listed = Door(), None, 0
    thread_id, _ = await door.thread()
    context = RequestContext(user_id="alice")
    for number in range(60):
        tool = {"id": f"tc_{number}", "thread_id": thread_id, "content": "", "tool": "find"}
        item = ToolItem(
            **tool, call_id="c", timestamp=door.server.clock.now(), output="x" * 100_000
        )
        await door.store.add_thread_item(thread_id, item, context)
    async with door.client() as client:
        for _ in "1234":
            cursor = f"&after={after}" if after else ""
            page = await client.get(f"/api/threads/{thread_id}?limit=1000{cursor}")
            assert len(page.content) < 3_000_000
            items = page.json()["items"]
            after, listed = items["after"], listed + len(items["data"])

    assert listed >= 60
    assert not items["has_more"]


@pytest.mark.parametrize("audio", ["\u202e", "é", "a", "", "====", "AAAA"])
async def test_audio_that_is_none_is_refused(audio):
    answer = await Door().asked("input.transcribe", audio_base64=audio, mime_type="audio/wav")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


async def test_a_body_that_comes_a_byte_at_a_time_has_no_more_time_than_another():
    answered = []

    async def receive():
        await asyncio.sleep(0)
        return {"type": "http.request", "body": b" ", "more_body": True}

    async def send(message):
        answered.append(message)

    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/api/turns", "query_string": b""}
    await Door(body_seconds=0.5).app(scope | {"headers": headers}, receive, send)

    assert answered[0]["status"] == 408


LISTS = "[" + ",".join(["[]"] * 5_000) + "]"
TEXT = '[{,\\"' * 10_000


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/sessions", '{"user_id": %s}'),
        ("/api/turns", '{"message": %s}'),
        ("/api/threads/thr_1/actions", '{"action": {"type": "go", "payload": {"a": %s}}}'),
        ("/chatkit", '{"type": "threads.list", "params": {}, "metadata": {"a": %s}}'),
    ],
)
@pytest.mark.parametrize("values", [LISTS, '"\\""' + LISTS, f'{{"a": [{LISTS}, "'])
async def test_a_request_with_very_many_values_is_refused_before_anybody_parses_it(
    path, body, values, monkeypatch
):
    def parsed(*_args, **_kwargs):
        raise AssertionError("it was parsed")

    monkeypatch.setattr("chatlab.adapters.http.chatkit_routes.parse_request", parsed)
    monkeypatch.setattr("starlette.requests.Request.json", parsed)
    async with Door(values=5_000).client() as client:
        refused = await client.post(path, content=body % values)

    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert "5,000 values" in refused.json()["message"]


async def test_what_stands_in_a_text_is_no_value_and_a_text_ends_in_no_other_encoding():
    door = Door(values=10)
    async with door.client() as client:
        body = json.dumps({"message": TEXT})
        kept = await client.post("/api/turns", content=body, headers=JSON)
        refused = await client.post("/api/turns", content=body.encode("utf-16"), headers=JSON)
        thread = await client.get(f"/api/threads/{kept.json()['thread_id']}")

    assert thread.json()["items"]["data"][0]["content"] == TEXT
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")


async def test_of_many_mistakes_in_a_request_a_few_are_named():
    some, many = ({f"k{number}": 1 for number in range(count)} for count in (15, 1000))
    async with Door().client() as client:
        answers = [
            await client.post("/api/turns", json={"message": "1"} | some),
            await client.post("/api/turns", json={"message": "1"} | many),
            await client.post("/api/threads/t/actions", json={"action": {"type": "go"} | many}),
        ]

    assert [answer.status_code for answer in answers] == [422] * 3
    said = [answer.json()["message"] for answer in answers]
    assert [text.count("body.") for text in said] == [10, 0, 1]
    assert all("too many fields" in text for text in said[1:])


async def test_a_conversation_is_deleted_whole_in_both_protocols():
    door = Door()
    said = message("1", quoted_text="a secret")
    for _ in "12":
        await door.asked("threads.create", input=said)
    async with door.client() as client:
        first, second = (one["id"] for one in (await client.get("/api/threads")).json()["data"])
        await client.delete(f"/api/threads/{first}")
        await door.asked("threads.delete", thread_id=second)

    assert not any(threads._order for threads in door.store._users.values())


async def test_metadata_is_short():
    answer = await Door().asked("threads.create", {"x": "y" * 16_000}, input=message("1"))

    assert (answer.status_code, "metadata" in answer.json()["message"]) == (422, True)


async def test_one_users_finished_turns_do_not_push_out_anothers():
    async def over(turns, user):
        context = RequestContext(user_id=user)
        one = await turns.start(lambda: Talker().send("100", context), context, None, "said")
        await one.task
        return one

    size = (await over(TurnRegistry(Limits()), "alice")).log.size
    turns = TurnRegistry(Limits(keep_bytes=2 * size))
    hers = await over(turns, "alice")
    bobs = [await over(turns, "bob") for _ in range(4)]

    assert turns.find(hers.id, RequestContext(user_id="alice")) is hers
    assert [one.id in turns._turns for one in bobs] == [False, True, True, True]


class Broken(MemoryStore):
    async def load_threads(self, limit, after, order, context):
        raise OSError("disk on fire")


async def test_every_answer_says_that_it_is_not_to_be_guessed_and_not_to_be_kept():
    app = create_app(
        Talker(Broken()), KEYS.authenticate, hosts=["test"], limits=Limits(body_bytes=99)
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {KEYS.issue('alice')}"}
    asked = {
        200: ("GET", "/api/sessions/current"),
        202: ("POST", "/api/turns"),
        401: ("GET", "/api/sessions/current"),
        404: ("GET", "/api/threads/thr_never"),
        405: ("PUT", "/api/threads"),
        413: ("POST", "/api/turns"),
        422: ("POST", "/chatkit"),
        400: ("GET", "/api/health"),
        500: ("GET", "/api/threads"),
    }
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        for status, (method, path) in asked.items():
            more = {"headers": {} if status == 401 else headers}
            more["headers"] = more["headers"] | ({"Host": "evil"} if status == 400 else {})
            more["json"] = {"message": "1" * (100 if status == 413 else 1)}
            answer = await client.request(method, path, **more)
            said = [answer.headers[name] for name in ("x-content-type-options", "cache-control")]
            assert (answer.status_code, said) == (status, ["nosniff", "no-store"])
        turn_id = (await client.post("/api/turns", json={"message": "1"}, headers=headers)).json()
        stream = await client.get(f"/api/turns/{turn_id['turn_id']}/events", headers=headers)
        assert stream.headers["cache-control"] == "no-store"
        page = await client.get("/")
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["cache-control"] == "no-cache"


async def test_a_key_for_a_name_that_nobody_may_have_is_no_session():
    app = create_app(Talker(), lambda key: RequestContext(user_id=key + "\n"))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://test",
        headers={"Authorization": "Bearer alice"},
    ) as client:
        answer = await client.get("/api/sessions/current")

    assert (answer.status_code, answer.json()["code"]) == (401, "session_error")


async def test_nobody_logs_in_under_a_name_that_forges_a_line_of_a_log():
    app = create_app(Talker(), KEYS.authenticate, sign_in=KEYS.issue)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.post("/api/sessions", json={"user_id": "alice\nbob"})

    assert answer.status_code == 422


async def test_a_log_out_ends_the_key_where_the_server_can_end_keys():
    sessions = Sessions(MemorySessionStore())
    app = create_app(Talker(), sessions.resume, sign_out=sessions.end)
    headers = {"Authorization": f"Bearer {await sessions.create('alice')}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://test", headers=headers
    ) as client:
        answers = [
            await client.request(method, "/api/sessions/current")
            for method in ("GET", "DELETE", "GET", "DELETE")
        ]
    assert [answer.status_code for answer in answers] == [200, 204, 401, 401]
    async with Door().client() as client:
        assert (await client.delete("/api/sessions/current")).status_code == 404


@pytest.mark.parametrize(("host", "status"), [("localhost", 200), ("chat.example.org", 400)])
async def test_where_a_name_is_enough_to_log_in_only_this_machine_answers(host, status):
    transport = httpx.ASGITransport(create_app(Talker(), KEYS.authenticate, sign_in=KEYS.issue))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
        assert (await client.get("/")).status_code == status
