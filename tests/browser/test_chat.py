"""A chat pane in a real JupyterLab: type, watch, stop, click, submit, try again."""

from lab import Lab, Opened
from playwright.sync_api import Locator, expect

ROOM = "from room_servers import *; from chatlab.widgets import ChatView, show"
CHAT = ROOM + "\nserver = Room()\nchat = ChatView(server, ALICE)\nchat"
GROWN = "([node, length]) => node.textContent.length > length"
AT_END = "node => node.scrollHeight - node.scrollTop - node.clientHeight < 30"
SAID = "entries => entries.map(entry => entry.textContent)"


def say(opened: Opened, text: str) -> Locator:
    box = opened.page.get_by_role("textbox", name="Write a message")
    box.fill(text)
    box.press("Enter")
    return box


def answer(opened: Opened) -> Locator:
    return opened.page.locator(".chatlab-assistant")


def ended(opened: Opened, how: str = "Answer complete.") -> None:
    expect(opened.page.locator(".chatlab-status").last).to_have_text(how)


def test_a_message_is_answered_as_it_comes_and_can_be_stopped_midway(lab: Lab) -> None:
    with lab.open(CHAT) as opened:
        opened.run_all()
        box = say(opened, "Tell me")
        reply = answer(opened)
        expect(reply).to_have_attribute("aria-busy", "true")
        first = len(reply.text_content() or "")
        opened.page.wait_for_function(GROWN, arg=[reply.element_handle(), first])
        opened.shot("chat_streaming")
        box.press("Escape")
        expect(reply).to_contain_text("Not finished")
        expect(reply).to_have_attribute("aria-busy", "false")
        ended(opened, "Stopped.")
        assert len(reply.text_content() or "") < 5 * 400
        opened.behaved()


def test_tools_jobs_clicks_forms_and_code_in_light_and_dark(lab: Lab) -> None:
    with lab.open(CHAT) as opened:
        opened.run_all()
        page = opened.page
        expect(page.locator(".chatlab-log")).to_be_visible()
        opened.accessible()
        opened.shot("chat_empty")
        say(opened, "tools")
        expect(page.locator(".chatlab-chip[data-status=completed]")).to_have_count(2)
        expect(page.locator(".chatlab-chip[data-status=failed]")).to_have_count(1)
        ended(opened)
        expect(page.locator(".chatlab-stats")).to_contain_text("first text after")
        say(opened, "widget")
        page.get_by_role("button", name="Complete", exact=True).click()
        expect(answer(opened).last).to_have_text("complete: id=42")
        ended(opened)
        page.get_by_label("Title").fill("Buy milk")
        page.get_by_label("Priority").select_option("high")
        page.get_by_role("button", name="Create", exact=True).click()
        expect(answer(opened).last).to_have_text("create: priority=high, title=Buy milk")
        ended(opened)
        say(opened, "code")
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.get_by_role("button", name="Copy", exact=True).click()
        ended(opened, "Copied.")
        assert page.evaluate("() => navigator.clipboard.readText()") == "print('hello')\n"
        opened.shot("chat_light")
        say(opened, "break")
        ended(opened, "It failed. See the error.")
        page.get_by_role("button", name="Events", exact=True).click()
        page.locator(".chatlab-event").first.click()
        opened.accessible()
        opened.theme("JupyterLab Dark")
        opened.accessible()
        opened.shot("chat_dark")
        opened.behaved()


def test_an_exception_is_shown_with_the_learners_line_and_can_be_tried_again(lab: Lab) -> None:
    own = (
        "class Mine(Room):\n"
        "    async def action(self, thread, action, sender, context):\n"
        "        yield AssistantMessage(content='So far. ')\n"
        "        raise KeyError('my own fault')  # the learner's line\n"
        "chat = ChatView(Mine(), ALICE)\nchat"
    )
    with lab.open(ROOM, own) as opened:
        opened.run_all()
        page = opened.page
        say(opened, "break")
        error = page.get_by_role("alert")
        expect(error).to_contain_text("ZeroDivisionError: a fault of mine")
        ended(opened, "It failed. See the error.")
        error.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("alert")).to_have_count(2)
        ended(opened, "It failed. See the error.")
        say(opened, "widget")
        page.get_by_role("button", name="Complete", exact=True).click()
        expect(page.get_by_role("alert").last).to_contain_text("raise KeyError('my own fault')")
        expect(page.get_by_role("alert").last).to_contain_text("line 4")
        opened.shot("chat_error")
        opened.behaved()


def test_when_the_second_try_succeeds_the_first_one_is_gone(lab: Lab) -> None:
    mends = (
        "class Mends(Room):\n"
        "    async def respond(self, thread, input, context):\n"
        "        async for event in super().respond(thread, input, context):\n"
        "            yield event\n"
        "            self.broken, was = False, self.broken\n"
        "            if was: raise OSError('once')\n"
        "chat = ChatView(Mends(), ALICE)\nchat"
    )
    with lab.open(ROOM, mends) as opened:
        opened.run_all()
        say(opened, "break")
        opened.page.get_by_role("button", name="Try again").click()
        expect(answer(opened)).to_have_text(["Before the break. And after it."])
        expect(opened.page.get_by_role("alert")).to_have_count(0)
        opened.behaved()


def tab_to(opened: Opened, target: Locator, *, back: bool = False) -> None:
    """Press Tab until the target has the focus, as somebody without a mouse would."""
    for _ in range(40):
        opened.page.keyboard.press("Shift+Tab" if back else "Tab")
        if target.evaluate("node => node === document.activeElement"):
            return
    expect(target).to_be_focused()


def test_the_keyboard_alone_does_all_of_it_and_never_reaches_the_notebook(lab: Lab) -> None:
    cell = CHAT.replace("ALICE)", "ALICE, await long_thread(server.store, 400))")
    with lab.open(cell) as opened:
        opened.run_all()
        opened.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        opened.page.get_by_role("textbox", name="Write a message").focus()
        type_and_stop_by_keyboard(opened)
        click_and_submit_by_keyboard(opened)
        copy_and_retry_by_keyboard(opened)
        read_by_keyboard(opened)
        inspect_by_keyboard(opened)
        opened.page.keyboard.press("Escape")
        opened.page.keyboard.press("a")
        expect(opened.page.locator(".jp-Cell")).to_have_count(1)
        fits_at_twice_the_size(opened)
        opened.behaved()


def type_and_stop_by_keyboard(opened: Opened) -> None:
    keys, box = opened.page.keyboard, opened.page.get_by_role("textbox", name="Write a message")
    keys.type("one")
    keys.press("Shift+Enter")
    keys.type("two")
    expect(box).to_have_value("one\ntwo")
    keys.press("Enter")
    expect(answer(opened).last).to_have_attribute("aria-busy", "true")
    keys.type("half-typed")
    keys.press("Escape")
    ended(opened, "Stopped.")
    expect(box).to_have_value("half-typed")
    expect(box).to_be_focused()
    keys.press("Control+a")


def click_and_submit_by_keyboard(opened: Opened) -> None:
    page, keys = opened.page, opened.page.keyboard
    keys.type("widget")
    keys.press("Enter")
    ended(opened)
    tab_to(opened, page.get_by_role("button", name="Create", exact=True), back=True)
    keys.press("Shift+Tab")
    keys.type("high")
    keys.press("Shift+Tab")
    keys.type("Milk")
    keys.press("Enter")
    expect(answer(opened).last).to_have_text("create: priority=high, title=Milk")
    ended(opened)
    tab_to(opened, page.get_by_role("button", name="Complete", exact=True), back=True)
    keys.press("Space")
    expect(answer(opened).last).to_have_text("complete: id=42")
    ended(opened)


def copy_and_retry_by_keyboard(opened: Opened) -> None:
    page, keys = opened.page, opened.page.keyboard
    box = page.get_by_role("textbox", name="Write a message")
    tab_to(opened, box)
    keys.type("code")
    keys.press("Enter")
    ended(opened)
    tab_to(opened, page.get_by_role("button", name="Copy", exact=True), back=True)
    keys.press("Enter")
    ended(opened, "Copied.")
    assert page.evaluate("() => navigator.clipboard.readText()") == "print('hello')\n"
    tab_to(opened, box)
    keys.type("break")
    keys.press("Enter")
    ended(opened, "It failed. See the error.")
    tab_to(opened, page.get_by_role("button", name="Try again"), back=True)
    keys.press("Enter")
    expect(page.get_by_role("alert")).to_have_count(2)
    ended(opened, "It failed. See the error.")
    tab_to(opened, box)
    keys.type("tools")
    keys.press("Enter")
    ended(opened)


def read_by_keyboard(opened: Opened) -> None:
    log = opened.page.get_by_role("log")
    count = log.locator("article").count()
    tab_to(opened, log, back=True)
    opened.page.keyboard.press("Home")
    expect(log.locator("article")).not_to_have_count(count)
    tab_to(opened, opened.page.get_by_role("button", name="Latest"))
    opened.page.keyboard.press("Enter")
    opened.page.wait_for_function(AT_END, arg=log.element_handle())
    expect(log).to_be_focused()


def inspect_by_keyboard(opened: Opened) -> None:
    page, keys = opened.page, opened.page.keyboard
    tab_to(opened, page.get_by_role("button", name="Events", exact=True))
    keys.press("Enter")
    tab_to(opened, page.get_by_role("searchbox", name="Filter events"))
    keys.type("tool_status nothing like it")
    expect(page.locator(".chatlab-event").locator("visible=true")).to_have_count(0)
    keys.press("Control+a")
    keys.type("complete: delta")
    tab_to(opened, page.locator(".chatlab-event").locator("visible=true").first)
    keys.press("Enter")
    expect(page.locator(".chatlab-hit")).to_contain_text("complete: id=42")
    opened.shot("keyboard")


def fits_at_twice_the_size(opened: Opened) -> None:
    """A window of 1280 pixels at 200% is one of 640: nothing may be cut off sideways."""
    opened.page.set_viewport_size({"width": 640, "height": 500})
    pane = opened.page.locator(".chatlab")
    for part in (".chatlab-log", ".chatlab-input", ".chatlab-foot", ".chatlab-bar"):
        wide = "node => node.scrollWidth - node.clientWidth"
        assert pane.locator(part).evaluate(wide) <= 0
        box = pane.locator(part).bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 640
    opened.shot("chat_zoomed")


def test_the_log_follows_until_you_scroll_up(lab: Lab) -> None:
    with lab.open(CHAT) as opened:
        opened.run_all()
        page = opened.page
        for _ in range(4):
            say(opened, "code")
            ended(opened)
        log = page.get_by_role("log")
        page.wait_for_function(AT_END, arg=log.element_handle())
        say(opened, "Tell me")
        expect(answer(opened).last).to_have_attribute("aria-busy", "true")
        log.hover()
        page.mouse.wheel(0, -300)
        expect(page.get_by_role("button", name="Latest")).to_be_visible()
        top = log.evaluate("node => node.scrollTop")
        long = (answer(opened).last.element_handle(), len(answer(opened).last.text_content() or ""))
        page.wait_for_function(GROWN, arg=list(long))
        assert log.evaluate("node => node.scrollTop") == top
        page.get_by_role("button", name="Latest").click()
        page.wait_for_function(AT_END, arg=log.element_handle())
        opened.behaved()


def test_a_thread_of_10000_items_loads_older_pages_as_you_scroll_up(lab: Lab) -> None:
    cell = (
        "server = Room()\n"
        "chat = ChatView(server, ALICE, await long_thread(server.store, 10_000))\nchat"
    )
    with lab.open(ROOM, cell) as opened:
        opened.run_all()
        page = opened.page
        log = page.get_by_role("log")
        expect(log.locator("article").last).to_contain_text("Message 9999.")
        expect(log.locator("article")).to_have_count(50)
        log.hover()
        seen = 50
        while seen < 400:
            page.mouse.wheel(0, -20_000)
            seen += 50
            expect(log.locator("article")).to_have_count(seen)
        numbers = [
            int(text.split()[-1].rstrip(".")) for text in log.locator("article").evaluate_all(SAID)
        ]
        assert numbers == list(range(10_000 - seen, 10_000))
        assert log.evaluate("node => node.scrollTop") > 100
        opened.shot("chat_10000")
        say(opened, "code")
        ended(opened)
        opened.behaved()


def test_the_inspector_lists_events_filters_them_and_shows_what_they_changed(lab: Lab) -> None:
    with lab.open(CHAT, width=1500) as opened:
        opened.run_all()
        page = opened.page
        say(opened, "tools")
        ended(opened)
        page.get_by_role("button", name="Events", exact=True).click()
        rows = page.locator(".chatlab-event")
        types = page.locator(".chatlab-type").all_text_contents()
        assert types[:2] == ["thread_created", "item_done"]
        assert types[-1] == "thread_updated"
        done = page.locator(".chatlab-event", has_text="assistant: Done.")
        expect(done).to_have_count(1)
        say(opened, "and now many words")
        page.wait_for_function(
            "count => document.querySelectorAll('.chatlab-event').length > count", arg=len(types)
        )
        page.keyboard.press("Escape")
        ended(opened, "Stopped.")
        page.get_by_role("searchbox", name="Filter events").fill("tool_status save failed")
        visible = rows.locator("visible=true")
        expect(visible).to_have_count(1)
        visible.click()
        expect(page.locator(".chatlab-events pre")).to_contain_text('"detail": "No disk."')
        expect(page.locator(".chatlab-hit")).to_contain_text("No disk.")
        opened.shot("inspector_light")
        opened.theme("JupyterLab Dark")
        opened.shot("inspector_dark")
        opened.behaved()
