"""What gets lost on the way, and what a reload takes away, is healed."""

import json

from lab import IDLE, RUN_ALL, Lab, Opened
from playwright.sync_api import expect
from test_chat import CHAT, ROOM, answer, ended, say

GONE = "The kernel was restarted, and this chat went with it. Run the cell again."
RESTART = """() => window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel
  .restart()"""
EXECUTE = """code => { window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel
  .requestExecute({ code }).done.catch(() => {}); }"""
DIE = "while not pathlib.Path('die').exists(): time.sleep(0.01)\nos._exit(1)"
RIGHT = """([count, text]) => {
  const nodes = [...document.querySelectorAll('.chatlab-assistant')];
  return nodes.length === count && nodes.at(-1).textContent.trim() === text
    && nodes.at(-1).getAttribute('aria-busy') === 'false';
}"""


def kernel_says(opened: Opened, cell: int) -> str:
    return opened.page.locator(".jp-Cell").nth(cell).locator(".jp-OutputArea-output").inner_text()


def test_with_a_third_of_all_frames_lost_the_pane_ends_up_exactly_right(lab: Lab) -> None:
    cells = (
        ROOM,
        "chat = ChatView(Room(tokens=150, pace=100), ALICE)\nlost = lossy(chat.pane, 1 / 3)\n"
        "shown = once_shown(chat.pane)\nchat",
        "await shown.wait()\n"
        "await chat.say('tools'); await chat.say('one'); await chat.say('widget')\n"
        "await chat.say('two'); len(lost) > 10",
    )
    with lab.open(*cells) as opened:
        opened.run_all()
        opened.page.wait_for_function(RIGHT, arg=[3, ("word " * 150).strip()])
        expect(opened.page.get_by_role("button", name="Complete", exact=True)).to_have_count(1)
        expect(opened.page.locator(".chatlab-chip")).to_have_count(3)
        expect(opened.page.locator(".chatlab-stats")).to_have_count(4)
        order = opened.page.locator(".chatlab-log article").evaluate_all(
            "nodes => nodes.map(node => node.className.replace('chatlab-', ''))"
        )
        turn = ["user", "assistant"]
        first = ["user", "tool", "task", "tool", "assistant"]
        assert sorted(order[:5]) == sorted(first)
        assert order[5:] == [*turn, "user", "widget", *turn]
        assert kernel_says(opened, 2) == "True"
        opened.behaved()


def test_after_a_reload_in_the_middle_of_a_reply_the_pane_is_right(lab: Lab) -> None:
    path = lab.written(ROOM, CHAT.replace("Room()", "Room(tokens=300, pace=50)"))
    with lab.visit(path) as opened:
        opened.run_all()
        say(opened, "Tell me")
        expect(answer(opened)).to_contain_text("word word word")
        opened.save()
        opened.page.reload()
        expect(answer(opened)).to_contain_text("word word word")
        opened.page.wait_for_function(RIGHT, arg=[1, ("word " * 300).strip()])
        say(opened, "tools")
        ended(opened)
        expect(answer(opened)).to_have_count(2)
        assert opened.watch.strays == []


def test_two_panes_at_the_same_time_keep_their_events_apart(lab: Lab) -> None:
    cells = (
        ROOM,
        "import asyncio\nserver = Echo()\nbob = RequestContext(user_id='bob')\n"
        "chats = [ChatView(server, ALICE), ChatView(server, bob)]\n"
        "for chat in chats: display(chat)",
        "async def twenty(chat):\n"
        "    for n in range(20): await chat.say(f'secret-{n}-of-{chat.context.user_id}')\n"
        "await asyncio.gather(*map(twenty, chats)); 'all said'",
    )
    with lab.open(*cells) as opened:
        opened.run_all()
        panes = opened.page.locator(".chatlab")
        for own, other in ((0, "bob"), (1, "alice")):
            expect(panes.nth(own).locator(".chatlab-stats")).to_have_count(20)
            expect(panes.nth(own).locator(".chatlab-assistant")).to_have_count(20)
            assert other not in (panes.nth(own).locator(".chatlab-log").text_content() or "")
        opened.behaved()


def test_what_is_typed_while_a_cell_blocks_the_kernel_is_answered_in_order(lab: Lab) -> None:
    block = "import time, pathlib\nwhile not pathlib.Path('go').exists(): time.sleep(0.01)"
    with lab.open(CHAT, block, "[len((await server.threads(ALICE)).data)]") as opened:
        opened.page.wait_for_function(IDLE, timeout=120_000)
        opened.page.evaluate(f"() => {{ ({RUN_ALL})(); }}")  # and do not wait for it
        expect(opened.page.locator(".jp-Cell").nth(1)).to_contain_text("[*]")
        say(opened, "tools")
        say(opened, "widget")
        ended(opened, "Sent.")
        ended(
            opened,
            "No answer yet. The kernel is busy, or it was restarted: then run the cell again.",
        )
        opened.shot("chat_silent")
        (lab.folder / "go").touch()
        expect(opened.page.locator(".chatlab-said")).to_have_text(["tools", "widget"])
        ended(opened)
        expect(opened.page.get_by_role("button", name="Complete", exact=True)).to_have_count(1)
        opened.behaved()


def test_a_pane_whose_kernel_was_restarted_says_so_and_keeps_what_is_typed(lab: Lab) -> None:
    with lab.open(CHAT) as opened:
        opened.run_all()
        box = say(opened, "tools")
        ended(opened)
        opened.page.evaluate(RESTART)
        ended(opened, GONE)
        box.fill("still here?")
        box.press("Enter")
        ended(opened, GONE)
        expect(box).to_have_value("still here?")
        opened.accessible()
        opened.shot("chat_gone")
        opened.theme("JupyterLab Dark")
        opened.shot("chat_gone_dark")
        opened.run_all()
        expect(opened.page.locator("article")).to_have_count(0)
        say(opened, "tools")
        ended(opened)


def test_a_message_to_a_kernel_that_died_comes_back(lab: Lab) -> None:
    with lab.visit(lab.written(CHAT, "import os, pathlib, time")) as opened:
        opened.run_all()
        say(opened, "tools")
        ended(opened)
        opened.page.evaluate(EXECUTE, DIE)
        box = say(opened, "still here?")
        ended(opened, "Sent.")
        (lab.folder / "die").touch()
        ended(opened, GONE)
        expect(box).to_have_value("still here?")


def test_one_pane_in_two_cells_is_live_in_both(lab: Lab) -> None:
    with lab.open(CHAT, "chat") as opened:
        opened.run_all()
        panes = opened.page.locator(".chatlab")
        expect(panes).to_have_count(2)
        for number, text in enumerate(("tools", "widget")):
            box = panes.nth(number).get_by_role("textbox", name="Write a message")
            box.fill("half")
            other = panes.nth(1 - number).get_by_role("textbox", name="Write a message")
            expect(other).to_have_value("half")
            box.fill(text)
            box.press("Enter")
            for pane in (panes.nth(0), panes.nth(1)):
                expect(pane.locator(".chatlab-said").last).to_have_text(text)
                expect(pane.get_by_role("status")).to_have_text("Answer complete.")
            expect(other).to_have_value("")
        panes.nth(0).get_by_role("button", name="Complete", exact=True).click()
        for pane in (panes.nth(0), panes.nth(1)):
            expect(pane.locator(".chatlab-assistant").last).to_have_text("complete: id=42")
            expect(pane.get_by_role("status")).to_have_text("Answer complete.")
        saved = opened.save()
        for cell in saved["cells"]:
            assert "complete: id=42" in json.dumps(cell["outputs"])
        opened.behaved()
