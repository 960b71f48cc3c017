"""A check as a learner meets it: no red where nothing is wrong, hints at hand, and a reward."""

import json
import shutil

from lab import ROOT, Lab
from playwright.sync_api import expect

SETUP = """from chatlab import AssistantMessage, ChatKitServer
from chatlab.course import TODO, check, talk"""
CHECK = 'await check("03.1")'
STUB = """class EchoServer(ChatKitServer):
    async def respond(self, thread, input, context):
        yield TODO()"""
WRONG = STUB.replace("yield TODO()", 'yield AssistantMessage(content="Hello?")')
RIGHT = STUB.replace("yield TODO()", "yield AssistantMessage(content=input.content)")
TALK = 'await talk("03.1", lambda: EchoServer(), "Is anybody there?")'


def course_in(lab: Lab) -> None:
    """Make the lab's folder a course, so that hints are recorded there."""
    for name in ("notebooks", "exercises", "solutions"):
        (lab.folder / name).mkdir(exist_ok=True)
    for path in (ROOT / "solutions").glob("03_*"):
        shutil.copy(path, lab.folder / "solutions")


def outputs(notebook: dict, cell: int) -> str:
    return json.dumps(notebook["cells"][cell]["outputs"])


def test_run_all_goes_on_past_parts_that_are_not_done(lab: Lab) -> None:
    course_in(lab)
    cells = [SETUP, CHECK, STUB, CHECK, WRONG, CHECK, TALK, "print('went ' + 'on')"]
    with lab.open(*cells, height=1400) as opened:
        opened.run_all()
        expect(opened.page.get_by_text("went on", exact=True)).to_be_visible()
        expect(opened.page.get_by_text("The cell above has not been run yet")).to_be_visible()
        expect(opened.page.get_by_text("First let 03.1 pass")).to_be_visible()
        saved = opened.save()
        assert all('"error"' not in outputs(saved, cell) for cell in range(len(cells)))
        assert "not started" in outputs(saved, 1)
        assert "not started" in outputs(saved, 3)
        assert "not yet" in outputs(saved, 5)
        opened.shot("check_not_done_light")
        opened.theme("JupyterLab Dark")
        opened.shot("check_not_done_dark")
        opened.behaved()


def test_a_hint_is_revealed_in_place_by_keyboard_and_recorded(lab: Lab) -> None:
    course_in(lab)
    progress = lab.folder / ".chatlab" / "progress.json"
    progress.unlink(missing_ok=True)
    with lab.open(SETUP, STUB, CHECK) as opened:
        opened.run_all()
        button = opened.page.get_by_role("button", name="Give me a hint")
        button.focus()
        opened.page.keyboard.press("Enter")
        expect(opened.page.locator(".hb li")).to_have_count(1)
        expect(opened.page.locator(".hb [role=status]")).to_contain_text("Hint 1 of 3")
        expect(opened.page.locator(":focus")).to_have_text("Another hint")
        opened.page.keyboard.press("Space")
        expect(opened.page.locator(".hb li")).to_have_count(2)
        assert json.loads(progress.read_text())["hints"] == {"03.1": 2}
        opened.run_all()
        expect(opened.page.locator(".hb li")).to_have_count(2)
        opened.page.get_by_role("button", name="Another hint").click()
        expect(opened.page.get_by_role("button", name="That was the last hint")).to_be_visible()
        expect(opened.page.locator(".jp-Notebook .jp-Cell")).to_have_count(3)
        opened.shot("check_hints")
        opened.accessible()
        opened.behaved()


def test_a_pass_says_what_is_next_offers_answers_to_compare_and_a_talk(lab: Lab) -> None:
    course_in(lab)
    with lab.open(SETUP, RIGHT, CHECK, TALK, height=1200) as opened:
        opened.run_all()
        expect(opened.page.get_by_text("Next: 03.2 A welcome")).to_be_visible()
        expect(opened.page.locator(".hb")).to_have_count(0)
        expect(opened.page.locator(".chatlab-assistant")).to_contain_text("Is anybody there?")
        expect(opened.page.locator(".chatlab-stats")).to_be_hidden()
        opened.page.get_by_text("A model answer").click()
        expect(opened.page.locator("details[open] pre")).to_contain_text("content=input.content")
        opened.page.get_by_role("button", name="Events").click()
        expect(opened.page.locator(".chatlab-stats")).to_be_visible()
        opened.page.get_by_role("button", name="Events").click()
        opened.shot("check_passed_light")
        opened.theme("JupyterLab Dark")
        opened.shot("check_passed_dark")
        opened.behaved()
