"""A chat pane in a real JupyterLab: type, watch, stop, click, submit, try again."""

from lab import Lab
from playwright.sync_api import expect

SERVER = """
from chatlab import *
from chatlab.items import *
from chatlab.llm import ScriptedModel
from chatlab.widgets import ChatView

class Demo(ChatKitServer):
    model = ScriptedModel("word " * 400, tokens_per_second=60)

    async def respond(self, thread, input, context):
        if input.content == "widget":
            button = Button(label="Complete", action=Action(type="complete", payload={"id": 42}))
            form = Form(
                children=(Input(name="title", label="Title", required=True),
                          Select(name="priority", label="Priority", options=("low", "high"))),
                action=Action(type="create"), submit="Create")
            yield Widget(root=Card(title="Task 42", children=(Text(value="Water the plants"),
                                                              button, form)))
        elif input.content == "break":
            yield AssistantMessage(content="Before the break. ")
            raise ZeroDivisionError("a fault of mine")
        else:
            yield ToolStatus(tool="think", status="running", detail="Thinking...")
            yield Task(title="Export", progress=0.5)
            yield ToolStatus(tool="think", status="completed", detail="Thought.")
            yield Task(title="Export", progress=1, status="completed")
            async for token in self.model.stream(input.content):
                yield AssistantMessage(content=token)

    async def action(self, thread, action, sender, context):
        yield AssistantMessage(content=f"You sent {action.type} {action.payload}")

chat = ChatView(Demo(), RequestContext(user_id="alice"))
chat
"""
GROWN = "([node, length]) => node.textContent.length > length"


def test_a_message_is_answered_as_it_comes_and_can_be_stopped_midway(lab: Lab) -> None:
    with lab.open(SERVER) as opened:
        opened.run_all()
        page = opened.page
        box = page.get_by_role("textbox", name="Write a message")
        box.fill("Tell me")
        box.press("Enter")
        reply = page.locator(".chatlab-assistant").last
        expect(reply).to_have_attribute("aria-busy", "true")
        first = len(reply.text_content() or "")
        page.wait_for_function(GROWN, arg=[reply.element_handle(), first])
        expect(page.locator(".chatlab-chip[data-status=completed]")).to_have_count(2)
        box.press("Escape")
        expect(reply).to_contain_text("stopped")
        expect(reply).to_have_attribute("aria-busy", "false")
        assert len(reply.text_content() or "") < 5 * 400
        opened.shot("chat_stopped")
        opened.behaved()


def test_a_click_gets_the_answer_of_action(lab: Lab) -> None:
    with lab.open(SERVER) as opened:
        opened.run_all()
        page = opened.page
        box = page.get_by_role("textbox", name="Write a message")
        box.fill("widget")
        box.press("Enter")
        page.get_by_role("button", name="Complete", exact=True).click()
        answer = page.locator(".chatlab-assistant")
        expect(answer.last).to_have_text("You sent complete {'id': 42}")
        page.get_by_label("Title").fill("Buy milk")
        page.get_by_label("Priority").select_option("high")
        page.get_by_role("button", name="Create", exact=True).click()
        expect(answer).to_have_count(2)
        expect(answer.last).to_contain_text("'title': 'Buy milk', 'priority': 'high'")
        opened.shot("chat_clicked")
        opened.behaved()
