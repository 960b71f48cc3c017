"""Questions, customers side by side, and backpressure: by keyboard alone, and by mouse."""

import re

from lab import Lab, Opened
from playwright.sync_api import Locator, expect

ASK = """from pathlib import Path
from chatlab.widgets import choose, match, order
from chatlab.widgets.quiz.storage import AnswerStore
kept = AnswerStore(Path(".chatlab/NAME.json"))"""
CHOOSE = """choose("What is sent?", {
    "all of it": "Tempting, because it is whole.",
    "`nothing`": "Tempting, because it is quiet.",
    "each *piece*": "As soon as it is there.",
}, right="each *piece*", key="one", answers=kept)"""
ORDER = """order("Make tea", {
    "boil the water": "It takes longest.",
    "fill the cup": "Cold tea is no tea.",
    "drink": "An empty cup is no use.",
}, key="two", answers=kept)"""
MATCH = """match("Who says what?", {"cat": ("miaow", "It purrs."), "dog": ("woof", "It wags.")},
    key="three", answers=kept)"""
TENANTS = """from room_servers import *
from chatlab.widgets import Tenants
tenants = Tenants(Echo(), [ALICE, RequestContext(user_id="bob")])
tenants"""
FLOW = """from chatlab.widgets import Backpressure
await Backpressure(produce=30, read=3, room=6).show()"""


def cells(name: str) -> list[str]:
    return [f"{ASK.replace('NAME', name)}\n{CHOOSE}", ORDER, MATCH]


def quiz(opened: Opened, number: int) -> Locator:
    return opened.page.locator(".qz").nth(number)


def steps(opened: Opened) -> list[str]:
    return quiz(opened, 1).locator("li .qz-text").all_text_contents()


def said(opened: Opened, number: int) -> Locator:
    return quiz(opened, number).get_by_role("status")


def answer_by_keyboard(opened: Opened) -> None:
    keys = opened.page.keyboard
    quiz(opened, 0).get_by_role("radio").first.focus()
    keys.press("Space")
    keys.press("Enter")
    expect(said(opened, 0)).to_contain_text("Not this one")
    expect(said(opened, 0)).to_contain_text("Tempting, because it is whole.")
    expect(quiz(opened, 0).get_by_text("As soon as it is there.")).to_be_hidden()
    keys.press("ArrowUp")
    keys.press("Tab")
    keys.press("Space")
    expect(quiz(opened, 0)).to_have_attribute("data-done", "true")
    expect(opened.page.locator(":focus")).to_have_text("Start again")

    while steps(opened)[0] != "boil the water":
        quiz(opened, 1).get_by_role("button", name="Up: boil the water").focus()
        keys.press("ArrowUp")
    expect(said(opened, 1)).to_contain_text("boil the water is now 1 of 3.")
    if steps(opened)[2] != "drink":
        quiz(opened, 1).get_by_role("button", name="Check").press("Enter")
        expect(said(opened, 1)).to_contain_text("drink: An empty cup is no use.")
        quiz(opened, 1).get_by_role("button", name="Down: drink").press("Enter")
    quiz(opened, 1).get_by_role("button", name="Check").press("Enter")
    expect(quiz(opened, 1)).to_have_attribute("data-done", "true")

    for name, letter in (("cat", "m"), ("dog", "w")):
        quiz(opened, 2).get_by_role("combobox", name=name).focus()
        keys.press(letter)
    quiz(opened, 2).get_by_role("button", name="Check").press("Enter")
    expect(said(opened, 2)).to_contain_text("Right: all of them.")


def all_done(opened: Opened) -> None:
    for number in range(3):
        expect(quiz(opened, number)).to_have_attribute("data-done", "true")


def test_questions_are_answered_by_keyboard_and_the_answers_outlive_the_kernel(lab: Lab) -> None:
    with lab.open(*cells("keys")) as opened:
        opened.run_all()
        expect(opened.page.locator(".qz")).to_have_count(3)
        unanswered = opened.save()
        answer_by_keyboard(opened)
        opened.shot("quiz_light")
        opened.run_all()
        all_done(opened)
        assert copies(opened.save()) == copies(unanswered)
        expect(opened.page.locator(".jp-Notebook .jp-Cell")).to_have_count(3)
        path = opened.path
        opened.behaved()
        opened.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.context.sessionContext.shutdown()"
        )
    with lab.visit(path) as again:
        copy = again.page.locator(".chatlab-still").first
        expect(copy.get_by_text("What is sent?")).to_be_visible()
        expect(copy.get_by_text("As soon as it is there.")).to_be_hidden()
        again.run_all()
        all_done(again)
        expect(copy).to_be_hidden()


def copies(notebook: dict) -> list[str]:
    outputs = [output for cell in notebook["cells"] for output in cell["outputs"]]
    return [output["data"]["text/html"] for output in outputs if "text/html" in output["data"]]


def test_questions_customers_and_backpressure_by_mouse_in_the_dark(lab: Lab) -> None:
    with lab.open(*cells("mouse"), FLOW, TENANTS, height=2200) as opened:
        opened.run_all()
        opened.theme("JupyterLab Dark")
        answer_by_mouse(opened)
        talk_side_by_side(opened)
        turn_the_knobs(opened)
        opened.shot("lesson_widgets_dark")
        opened.page.set_viewport_size({"width": 700, "height": 2600})
        opened.shot("lesson_widgets_narrow")
        opened.theme("JupyterLab Light")
        opened.shot("lesson_widgets_light")
        opened.behaved()


def answer_by_mouse(opened: Opened) -> None:
    quiz(opened, 0).get_by_text("nothing").click()
    quiz(opened, 0).get_by_role("button", name="Check").click()
    expect(quiz(opened, 0).get_by_text("Tempting, because it is quiet.").first).to_be_visible()
    first, last = quiz(opened, 1).locator("li").first, quiz(opened, 1).locator("li").last
    before = steps(opened)
    first.drag_to(last)
    expect(said(opened, 1)).to_contain_text(f"{before[0]} is now 3 of 3.")
    quiz(opened, 1).get_by_role("button", name=f"Up: {before[0]}").click()
    assert steps(opened) == [before[1], before[0], before[2]]
    quiz(opened, 2).get_by_role("combobox", name="cat").select_option("woof")
    quiz(opened, 2).get_by_role("button", name="Check").click()
    expect(quiz(opened, 2).get_by_text("It purrs.").first).to_be_visible()
    expect(said(opened, 2)).to_contain_text("0 of 2 are right. 1 is still open.")
    quiz(opened, 2).get_by_role("button", name="Show me").click()
    expect(quiz(opened, 2)).to_have_attribute("data-done", "true")


def talk_side_by_side(opened: Opened) -> None:
    panes = opened.page.locator(".tn-pane")
    for who in (0, 1):
        box = panes.nth(who).get_by_role("textbox", name="Write a message")
        box.fill(f"secret-{who}")
        panes.nth(who).get_by_role("button", name="Send").click()
    for own, other in ((0, 1), (1, 0)):
        expect(panes.nth(own).locator(".chatlab-assistant")).to_contain_text(f"secret-{own}")
        assert f"secret-{other}" not in (panes.nth(own).text_content() or "")
    cells = opened.page.locator(".tn td")
    states = ["own", "none", "none", "own"]
    for place, state in enumerate(states):
        expect(cells.nth(place)).to_have_attribute("data-state", state)


def turn_the_knobs(opened: Opened) -> None:
    flow = opened.page.locator(".bp")
    flow.get_by_role("button", name="Start").click()
    expect(flow.get_by_text("6 of 6 places taken")).to_be_visible()
    expect(flow.get_by_text("told to wait")).to_be_visible()
    flow.get_by_label("a list that may grow for ever").check()
    expect(flow.locator(".bp-buffer")).to_have_attribute("data-state", re.compile("full|flood"))
    flow.get_by_label("pieces are joined").check()
    expect(flow.get_by_text("1 of 6 places taken")).to_be_visible()
    flow.get_by_role("button", name="Stop").click()
    expect(flow.locator(".bp-status")).to_contain_text("Stopped after")
