"""Saved widgets are taken out of notebooks that Jupyter has not signed."""

import json
import logging

import nbformat
import pytest
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_code_cell, new_notebook

from chatlab.course.lab_contents import LabContents
from chatlab.course.widget_state import remove_widget_state

STATE = {"application/vnd.jupyter.widget-state+json": {"state": {"x": {"state": {"_esm": "x"}}}}}


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    made = new_notebook(cells=[new_code_cell("1")], metadata={"widgets": STATE, "keep": 1})
    nbformat.write(made, tmp_path / "made.ipynb")
    return tmp_path / "made.ipynb"


def sign(path):
    with NotebookNotary() as notary:
        notary.sign(nbformat.read(path, as_version=4))


def test_what_is_not_signed_loses_its_widgets_and_nothing_else(notebook):
    before = json.loads(notebook.read_text())
    assert remove_widget_state(notebook)

    del before["metadata"]["widgets"]
    assert json.loads(notebook.read_text()) == before
    assert not remove_widget_state(notebook)


def test_what_is_signed_keeps_its_widgets_until_it_is_changed(notebook):
    sign(notebook)
    assert not remove_widget_state(notebook)

    notebook.write_text(notebook.read_text().replace('"_esm": "x"', '"_esm": "y"'))
    assert remove_widget_state(notebook)


@pytest.mark.parametrize("text", ["", "[]", '{"cells": []}', '{"cells": [], "metadata": 1}', "\0"])
def test_what_is_no_notebook_is_left_alone(tmp_path, text):
    path = tmp_path / "odd.ipynb"
    assert not remove_widget_state(path)
    path.write_text(text)

    assert not remove_widget_state(path)
    assert path.read_text() == text


def test_a_notebook_that_cannot_be_signed_is_not_trusted(tmp_path):
    path = tmp_path / "odd.ipynb"
    path.write_text(json.dumps({"cells": [], "metadata": {"widgets": STATE}}))

    assert remove_widget_state(path)


@pytest.mark.anyio
async def test_the_lab_leaves_them_out_of_whatever_is_opened_and_writes_nothing(notebook, caplog):
    contents = LabContents(root_dir=str(notebook.parent), log=logging.getLogger("lab"))
    text = notebook.read_text()

    assert "widgets" not in (await contents.get("made.ipynb"))["content"]["metadata"]
    assert "'made.ipynb'" in caplog.text
    assert notebook.read_text() == text
    sign(notebook)
    assert "widgets" in (await contents.get("made.ipynb"))["content"]["metadata"]
