"""What passed in the notebook is in the file that is graded."""

import json

from lab import Lab
from playwright.sync_api import expect

EDIT = """source => {
  const { content } = window.jupyterapp.shell.currentWidget;
  content.model.cells.get(1).sharedModel.setSource(source);
}"""
ANSWER = 'def greeting(name):\n    return f"Hello, {name}!"'


def test_a_check_saves_the_notebook(lab: Lab) -> None:
    cells = ("from chatlab.course import check", "pass", 'await check("00.1")')
    with lab.open(*cells) as opened:
        opened.page.evaluate(EDIT, ANSWER)
        assert "Hello" not in opened.path.read_text("utf-8")
        opened.run_all()
        expect(opened.page.get_by_role("status").filter(has_text="00.1")).to_contain_text("passed")
        opened.page.wait_for_function(
            "() => !window.jupyterapp.shell.currentWidget.context.model.dirty"
        )
        saved = json.loads(opened.path.read_text("utf-8"))
        assert "".join(saved["cells"][1]["source"]) == ANSWER
        opened.behaved()
