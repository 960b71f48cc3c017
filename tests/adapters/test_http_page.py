"""The page at `/` in a real browser: the notebooks' pane, over HTTP."""

import asyncio
import contextlib
import json
import re
import sys
import threading
from pathlib import Path

import httpx
import pytest
from page_visits import box, say, shot, status, users
from playwright.sync_api import expect
from serving import KEYS, client_of, events_of, served

from chatlab.adapters.http import Limits, create_app

sys.path.append(str(Path(__file__).parents[1] / "browser"))
from lab import Watch
from room_servers import Hall, Room

pytestmark = pytest.mark.browser

TOKENS = 90
REPLY = ".chatlab-assistant"
LOST = "Failed to load resource"


class Tap:
    """A model that says as many words as it is let."""

    said = 0

    async def stream(self, _prompt):
        for number in range(TOKENS):
            while number >= self.said:  # noqa: ASYNC110 - another thread says how many
                await asyncio.sleep(0.005)
            yield f"word{number} "


@pytest.fixture(scope="module")
def room():
    return Hall()


@pytest.fixture
def tap(room):
    room.model = Tap()
    return room.model


@pytest.fixture(scope="module")
def url(room):
    limits = Limits(keep_alive_seconds=1.0)
    app = create_app(room, KEYS.authenticate, sign_in=KEYS.issue, chatkit=False, limits=limits)
    with served(app) as found:
        yield found


@pytest.fixture
def visit(browser, url):
    """A page of somebody who has come in, with the keyboard alone; it must behave."""
    contexts, watch = [], Watch()

    def come(name):
        context = browser.new_context(viewport={"width": 1100, "height": 760})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        watch.on(page)
        page.goto(url)
        page.get_by_role("button", name=f"Continue as {name}").press("Enter")
        expect(box(page)).to_be_focused()
        return page

    yield come
    for context in contexts:
        context.close()
    assert [error for error in watch.errors if LOST not in error] == []
    assert watch.strays == []


def test_a_reply_outlives_a_lost_connection_and_a_reload_and_is_whole(visit, url, tap):
    page = visit("Alice")
    cursors = []
    page.on("request", lambda asked: "cursor=" in asked.url and cursors.append(asked.url))
    reply = page.locator(REPLY)
    say(page, "Tell me")
    tap.said = 10
    expect(reply).to_contain_text("word9")
    cursors.clear()
    for visits in (1, 2):
        url.cut()
        tap.said += 10
        expect(reply).to_contain_text(f"word{tap.said - 1}")
        assert len(cursors) == visits
    expect(reply).to_have_attribute("aria-busy", "true")
    page.reload()
    expect(reply).to_contain_text("word29")
    shot(page, "streaming")
    tap.said = TOKENS
    expect(reply).to_have_attribute("aria-busy", "false")
    assert reply.text_content().split() == [f"word{number}" for number in range(TOKENS)]
    expect(page.locator(".chatlab-stats")).to_contain_text("tokens a second")

    other = visit("Bob")
    other.goto(page.url)
    other.reload()
    expect(other.get_by_role("alert")).to_have_text(f"There is no thread '{page.url[-36:]}'.")
    expect(other).to_have_url(f"{page.url.partition('#')[0]}")


def test_stop_clicks_retries_and_an_earlier_conversation_in_light_dark_and_narrow(visit, room, tap):
    page = visit("Alice")
    say(page, "Tell me")
    tap.said = 10
    expect(page.locator(REPLY)).to_contain_text("word9")
    box(page).press("Escape")
    status(page, "Stopped.")
    expect(page.locator(REPLY)).to_contain_text("stopped")
    say(page, "widget")
    status(page, "Answer complete.")
    page.get_by_role("button", name="Complete", exact=True).press("Enter")
    expect(page.locator(REPLY).last).to_have_text("complete: id=42")
    room.broken = True
    say(page, "break")
    status(page, "It failed. See the error.")
    expect(page.get_by_role("alert")).to_contain_text("Something went wrong")
    room.broken = False
    page.get_by_role("button", name="Try again").press("Enter")
    expect(page.locator(REPLY).last).to_have_text("Before the break. And after it.")
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="Events").press("Enter")
    shot(page, "light")
    page.emulate_media(color_scheme="dark")
    shot(page, "dark")
    expect(page.locator(".chatlab-event").first).to_be_visible()
    page.set_viewport_size({"width": 700, "height": 760})
    expect(page.locator(REPLY).last).to_be_in_viewport(ratio=0.9)
    page.get_by_role("button", name="Events", exact=True).press("Enter")
    shot(page, "narrow")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    menu = page.get_by_role("button", name="Conversations")
    menu.press("Enter")
    page.get_by_role("link", name="New conversation").press("Enter")
    expect(page.locator("article")).to_have_count(0)
    box(page).fill("x" * 1_000_000)
    box(page).press("Enter")
    expect(page.get_by_role("alert")).to_have_text(
        "A request may have 1,000,000 bytes and take 30 seconds to arrive."
    )
    assert len(box(page).input_value()) == 1_000_000
    box(page).fill("")
    menu.press("Enter")
    page.get_by_role("navigation").get_by_role("listitem").first.get_by_role("link").press("Enter")
    expect(page.locator(REPLY).last).to_have_text("Before the break. And after it.")
    page.get_by_role("button", name="Log out").press("Enter")
    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()


DIRECTION = "node => getComputedStyle(node).direction"
POSTS = "**/api/turns"
LEVELS = ("info", "warning", "danger")


def hold(page, pattern):
    """Requests that get no answer until the test gives one."""
    held = []

    def keep(route):
        if '"message":null' in (route.request.post_data or ""):  # the greeting
            route.continue_()
        else:
            held.append(route)

    page.route(pattern, keep)
    return held


def say_and_hold(page, text, held):
    with page.expect_request(POSTS):
        say(page, text)
    status(page, "Answering…")
    return held[-1]


def test_what_was_refused_comes_back_beside_what_was_typed_since(visit):
    page = visit("Alice")
    post = say_and_hold(page, "first", hold(page, POSTS))
    box(page).fill("half-typed")
    wrong = {"error": "invalid_input", "message": "That is too long."}
    post.fulfill(status=422, body=json.dumps(wrong))
    expect(page.get_by_role("alert")).to_have_text("That is too long.")
    expect(box(page)).to_have_value("half-typed\nfirst")
    expect(users(page)).to_have_count(0)


def test_a_message_of_which_nobody_knows_whether_it_arrived_is_sent_again_under_its_key(visit):
    page = visit("Alice")
    keys = []
    page.on("request", lambda sent: sent.method == "POST" and keys.append(sent.post_data_json))
    page.route(POSTS, lambda route: (route.fetch(), route.abort()))
    say(page, "code")
    status(page, "Connection lost, trying again…")
    expect(page.get_by_role("alert")).to_have_text("The server does not answer.")
    expect(box(page)).to_have_value("code")
    page.unroute(POSTS)
    page.reload()
    expect(box(page)).to_have_value("code")
    box(page).press("Enter")
    expect(page.locator(REPLY)).to_have_count(1)
    status(page, "Answer complete.")
    assert len({body["idempotency_key"] for body in keys if body and body["message"]}) == 1
    page.reload()
    expect(users(page)).to_have_text(["code"])


def test_a_message_is_not_lost_when_the_session_ends(visit):
    page = visit("Alice")
    over = {"error": "session_expired", "message": "This session has expired. Log in again."}
    page.route(POSTS, lambda route: route.fulfill(status=401, body=json.dumps(over)))
    say(page, "Keep this")
    expect(page.get_by_role("alert")).to_have_text(over["message"])
    page.unroute(POSTS)
    page.get_by_role("button", name="Continue as Alice").press("Enter")
    expect(box(page)).to_have_value("Keep this")


def test_address_list_and_pane_agree_when_one_leaves_while_the_first_message_is_on_its_way(visit):
    page = visit("Alice")
    say(page, "code")
    status(page, "Answer complete.")
    first = page.url
    page.get_by_role("link", name="New conversation").press("Enter")
    expect(users(page)).to_have_count(0)
    held = hold(page, POSTS)
    post = say_and_hold(page, "tools", held)
    page.go_back()
    expect(users(page)).to_have_text(["code"])
    count = page.get_by_role("navigation").get_by_role("listitem").count()
    post.continue_()
    expect(page.get_by_role("navigation").get_by_role("listitem")).to_have_count(count + 1)
    assert page.url == first
    expect(users(page)).to_have_text(["code"])
    current = page.locator("nav [aria-current=page]")
    expect(current).to_have_count(1)
    page.get_by_role("navigation").get_by_role("listitem").first.get_by_role("link").press("Enter")
    expect(users(page)).to_have_text(["tools"])
    expect(page.locator(REPLY)).to_have_text("Done.")

    page.get_by_role("link", name="New conversation").press("Enter")
    expect(users(page)).to_have_count(0)
    post = say_and_hold(page, "never sent", held)
    page.goto(first)
    expect(users(page)).to_have_text(["code"])
    wrong = {"error": "invalid_input", "message": "That is too long."}
    post.fulfill(status=422, body=json.dumps(wrong))
    expect(page.get_by_role("alert")).to_contain_text("not sent: That is too long.")
    page.get_by_role("link", name="New conversation").press("Enter")
    expect(box(page)).to_have_value("never sent")


def test_two_messages_before_the_conversation_is_there_are_answered_in_order(visit):
    page = visit("Alice")
    say(page, "code")
    status(page, "Answer complete.")
    hold(page, "**/page/threads/thr_*")
    page.reload()
    expect(box(page)).to_be_focused()
    say(page, "tools")
    say(page, "widget")
    expect(box(page)).to_have_value("")
    page.unroute("**/page/threads/thr_*")  # what was held goes on
    expect(users(page)).to_have_text(["code", "tools", "widget"])
    status(page, "Answer complete.")


def test_notices_stay_beside_their_turn_and_progress_goes_with_it(visit):
    page = visit("Alice")
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        page.reload()  # nobody is greeted here: what that left is deleted
    notices = page.locator(".chatlab-notice")
    say(page, "note one")
    status(page, "Answer complete.")
    expect(notices).to_have_text(["info one", "warning one", "danger one"])
    say(page, "note two")
    expect(page.locator(".chatlab-stats")).to_have_count(2)
    status(page, "Answer complete.")
    expected = [f"{level} {word}" for word in ("one", "two") for level in LEVELS]
    expect(notices).to_have_text(expected)
    expect(page.locator(REPLY).filter(visible=True)).to_have_count(0)
    shot(page, "notices")
    borders = notices.evaluate_all("nodes => nodes.map(node => getComputedStyle(node).borderLeft)")
    assert len(set(borders)) == 3


def test_the_list_shows_what_a_conversation_is_called_as_soon_as_it_is(visit, tap):
    page = visit("Alice")
    nav = page.get_by_role("navigation")
    say(page, "call Plans for May")
    tap.said = 1
    expect(page.locator(REPLY)).to_contain_text("word0")
    expect(nav.locator("[aria-current=page]")).to_have_count(1)
    nav.locator("[aria-current=page]").focus()
    tap.said = TOKENS
    expect(nav.locator("[aria-current=page]")).to_have_text("Plans for May")
    expect(nav.locator("[aria-current=page]")).to_be_focused()


def test_where_a_button_goes_what_is_typed_next_goes_into_the_input(visit, room):
    page = visit("Alice")
    say(page, "ask")
    status(page, "Answer complete.")
    page.get_by_role("button", name="Yes").press("Enter")
    expect(page.locator(".chatlab-widget")).to_have_text("You said Yes.")
    expect(box(page)).to_be_focused()
    status(page, "Answer complete.")
    room.broken = True
    say(page, "change")
    status(page, "It failed. See the error.")
    room.broken = False
    page.get_by_role("button", name="Try again").press("Enter")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(".chatlab-widget")).to_have_text("changed")
    page.keyboard.type("typed since")
    expect(box(page)).to_have_value("typed since")


def test_a_page_that_is_loaded_while_one_tries_again_shows_one_answer_in_the_end(visit, room, tap):
    page = visit("Alice")
    room.broken, tap.said = True, TOKENS
    say(page, "call it")
    status(page, "It failed. See the error.")
    room.broken, tap.said = False, 5
    page.get_by_role("button", name="Try again").press("Enter")
    expect(page.locator(REPLY).last).to_have_text(re.compile("word4 $"))
    page.reload()
    expect(page.locator(REPLY).last).to_have_text(re.compile("word4 $"))
    tap.said = TOKENS
    status(page, "Answer complete.")
    expect(page.locator(REPLY)).to_have_count(1)


def test_a_card_that_was_answered_in_another_tab_changes_here_too(visit):
    page = visit("Alice")
    say(page, "ask")
    status(page, "Answer complete.")
    other = visit("Alice")
    other.goto(page.url)
    other.get_by_role("button", name="Yes").press("Enter")
    status(other, "Answer complete.")
    expect(page.locator(".chatlab-widget")).to_have_text("You said Yes.")
    other.reload()
    expect(other.locator(".chatlab-widget")).to_have_text("You said Yes.")


def test_a_card_that_changed_before_it_was_loaded_is_there_once(visit, room, url):
    page = visit("Alice")
    say(page, "ask")
    status(page, "Answer complete.")
    with client_of(url) as alice:
        for _ in range(30):
            body = {"message": "code", "thread_id": page.url.partition("#")[2]}
            turn = alice.post("/api/turns", json=body).raise_for_status().json()
            events_of(alice, turn["turn_id"])
    page.reload()
    expect(page.locator(REPLY)).to_have_count(25)
    room.broken = False
    say(page, "change")
    status(page, "Answer complete.")
    page.get_by_role("log").press("Home")
    expect(page.locator(REPLY)).to_have_count(30)
    expect(page.locator(".chatlab-widget")).to_have_text(["changed"])


def test_a_form_in_a_form_is_sent_alone_and_whatever_is_long_or_right_to_left_fits(visit):
    page = visit("Alice")
    say(page, f"form {'שלום ' * 60}.")
    status(page, "Answer complete.")
    page.get_by_role("button", name="In", exact=True).press("Enter")
    expect(page.locator(REPLY)).to_have_text("inner: b=")
    status(page, "Answer complete.")
    choice = page.get_by_role("combobox")
    expect(choice).to_be_in_viewport(ratio=1)
    assert choice.evaluate(DIRECTION) == "rtl"
    expect(page.locator(REPLY)).to_have_count(1)


def test_an_error_is_not_tried_again_after_something_newer(visit, room):
    page = visit("Alice")
    room.broken = True
    say(page, "break")
    status(page, "It failed. See the error.")
    say(page, "code")
    status(page, "Answer complete.")
    page.get_by_role("button", name="Try again").press("Enter")
    status(page, "A newer message follows. Send this one again.")
    expect(page.get_by_role("alert")).to_have_count(1)


def test_a_list_that_does_not_come_ends_no_session(visit):
    page = visit("Alice")
    say(page, "code")
    status(page, "Answer complete.")
    busy = {"error": "busy", "message": "The server is busy."}
    page.route("**/page/threads?*", lambda route: route.fulfill(status=500, body=json.dumps(busy)))
    held = hold(page, "**/page/threads/thr_*")
    with page.expect_response("**/page/threads?*"):
        page.reload()
    while not held:
        page.wait_for_timeout(20)
    held.pop().continue_()
    expect(page.get_by_role("alert")).to_have_text(busy["message"])
    expect(users(page)).to_have_text(["code"])
    box(page).fill("kept")


@contextlib.contextmanager
def silence(url):
    """The server neither says anything nor closes anything."""
    over = threading.Event()
    url.loop.call_soon_threadsafe(over.wait)
    try:
        yield
    finally:
        over.set()


def test_a_connection_that_goes_silent_is_said_to_be_lost_and_is_made_anew(visit, url, tap):
    page = visit("Alice")
    say(page, "Tell me")
    tap.said = 10
    expect(page.locator(REPLY)).to_contain_text("word9")
    with silence(url):
        status(page, "Connection lost, trying again…")
        shot(page, "lost")
        page.emulate_media(color_scheme="dark")
        shot(page, "lost_dark")
    status(page, "Answering…")
    tap.said = TOKENS
    status(page, "Answer complete.")
    assert page.locator(REPLY).text_content().split() == [f"word{n}" for n in range(TOKENS)]


def test_composing_a_word_neither_sends_nor_stops(visit, tap):
    page = visit("Alice")
    box(page).fill("にほん")
    for how in ({"keyCode": 229}, {"isComposing": True}):
        box(page).dispatch_event("keydown", {"key": "Enter", "bubbles": True} | how)
    expect(box(page)).to_have_value("にほん")
    box(page).press("Enter")
    tap.said = 5
    expect(page.locator(REPLY)).to_contain_text("word4")
    box(page).dispatch_event("keydown", {"key": "Escape", "bubbles": True, "isComposing": True})
    tap.said = TOKENS
    status(page, "Answer complete.")


def test_right_to_left_links_mathematics_and_ones_own_message_in_view(visit, room, tap):
    page = visit("Alice")
    tap.said = TOKENS
    for _ in range(6):
        say(page, "code")
        status(page, "Answer complete.")
    page.get_by_role("log").evaluate("node => { node.scrollTop = 0; }")
    expect(page.get_by_role("button", name="Latest")).to_be_visible()
    say(page, "שלום https://example.org/a_b")
    status(page, "Answer complete.")
    expect(users(page).last).to_be_in_viewport()
    expect(users(page).last.get_by_role("link")).to_have_attribute("rel", "noopener noreferrer")
    assert users(page).last.evaluate(DIRECTION) == "rtl"
    assert users(page).first.evaluate(DIRECTION) == "ltr"
    box(page).fill("مرحبا")
    assert box(page).evaluate(DIRECTION) == "rtl"
    shot(page, "right_to_left")


def test_a_server_that_knows_no_names_asks_for_a_key(browser):
    app = create_app(Room(), KEYS.authenticate, chatkit=False)
    with served(app) as url:
        assert httpx.post(f"{url}/api/sessions", json={"user_id": "alice"}).status_code == 404
        page = browser.new_page()
        page.goto(url)
        expect(page.get_by_role("button", name="Continue as Alice")).to_have_count(0)
        page.get_by_label("A session key").fill("no-key-of-ours")
        page.get_by_role("button", name="Log in").press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Log in again")
        page.get_by_label("A session key").fill(KEYS.issue("carol"))
        page.get_by_role("button", name="Log in").press("Enter")
        expect(page.locator("#who")).to_contain_text("carol")
        page.close()


def test_the_page_needs_nothing_from_anywhere_else_and_runs_nothing_that_is_said(url):
    answer = httpx.get(url)
    policy = answer.headers["content-security-policy"]

    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_a_log_out_ends_the_key_and_what_is_no_key_is_not_sent(browser, room):
    ended = []
    app = create_app(
        room, KEYS.authenticate, sign_in=KEYS.issue, sign_out=ended.append, chatkit=False
    )
    with served(app) as url, contextlib.closing(browser.new_context()) as context:
        page = context.new_page()
        sent = []
        page.goto(url)
        page.get_by_role("button", name="Continue as Alice").click()
        expect(box(page)).to_be_focused()
        key = page.evaluate("sessionStorage.getItem('chatlab-session-key')")
        with page.expect_response("**/api/sessions/current") as deleted:
            page.get_by_role("button", name="Log out").click()
        assert (deleted.value.status, ended) == (204, [key])
        assert page.evaluate("sessionStorage.length") == 0
        page.on("request", lambda request: sent.append(request.url))
        field = page.get_by_label("A session key of your own")
        assert field.get_attribute("type") == "password"
        for wrong in ("short", "two words of it", "schlüssel-schlüssel"):
            field.fill(wrong)
            page.get_by_role("button", name="Log in").click()
            expect(page.get_by_role("alert")).to_contain_text("This is not a session key")
        assert sent == []


@pytest.mark.parametrize("place", ["../../api/health", "..", "x/../../evil", "a?b", "a%2e%2e/b"])
def test_an_address_sends_the_key_to_no_path_of_its_choice(visit, url, place):
    page = visit("Alice")
    sent = []
    page.on("request", lambda request: sent.append(request.url.removeprefix(url)))
    page.goto(f"{url}/#{place}")
    expect(box(page)).to_be_focused()
    page.wait_for_function("performance.getEntriesByType('resource').length > 0")
    page.reload()
    expect(box(page)).to_be_focused()

    known = ("", "/", "/page/", "/api/sessions/current", "/api/turns", "/favicon", "/#")
    known = (*known, "/api/threads/thr_")  # the greeting that is not kept
    assert [path for path in sent if not path.startswith(known[2:]) and path not in known] == []
    assert not any("page/threads/" in path for path in sent)
