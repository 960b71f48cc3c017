"""A notebook with code in its saved widgets is opened through `chatlab lab`: it must not run."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from lab import Lab, lasting_port, until_up
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Page

RUNS = "globalThis.ranCode = true; export default { render() {} };"
RAN = "() => globalThis.ranCode === true"
IDLE = ".jp-Notebook-ExecutionIndicator[data-status='idle']"


def hostile():
    """An empty-handed notebook but for a widget's saved model, as Jupyter's widgets save it."""
    model = {
        "model_name": "AnyModel",
        "model_module": "anywidget",
        "model_module_version": "*",
        "state": {
            "_model_module": "anywidget",
            "_model_name": "AnyModel",
            "_view_module": "anywidget",
            "_view_name": "AnyView",
            "_anywidget_id": "hostile",
            "_esm": RUNS,
        },
    }
    saved = {"state": {"0123456789abcdef": model}, "version_major": 2, "version_minor": 0}
    widgets = {"application/vnd.jupyter.widget-state+json": saved}
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"widgets": widgets, "kernelspec": spec}
    return new_notebook(cells=[new_code_cell("1 + 1")], metadata=metadata)


@pytest.fixture(scope="module")
def course_lab(tmp_path_factory):
    """`chatlab lab` in a folder that looks like the course: its address, folder and settings."""
    home = tmp_path_factory.mktemp("trust")
    for name in ("notebooks", "exercises"):
        (home / name).mkdir()
    env = {f"JUPYTER_{name}_DIR": str(home / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    port = lasting_port()
    command = "import sys; from chatlab.cli import main; main()"
    options = [sys.executable, "-c", command, "lab", "--no-browser", "--port", str(port)]
    more = {"JUPYTER_TOKEN": "open", "IPYTHONDIR": str(home / "ipython")}
    more |= {"JUPYTERLAB_SETTINGS_DIR": str(home / "s"), "JUPYTERLAB_WORKSPACES_DIR": str(home)}
    log = home / "log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            options, cwd=home, env=os.environ | env | more, stdout=out, stderr=out
        )
    try:
        until_up(f"http://127.0.0.1:{port}", log, "/static/favicon.ico")
        yield f"http://127.0.0.1:{port}", home
    finally:
        subprocess.run(
            [sys.executable, "-m", "jupyter", "server", "stop", str(port)],
            env=os.environ | env,
            check=True,
            capture_output=True,
        )
        server.wait(timeout=120)


@contextmanager
def opened(lab: Lab, url: str, path: Path) -> Iterator[tuple[Page, str]]:
    """The notebook in a page, and what the browser was given of the file."""
    page, _ = lab.page()
    with page.expect_response(
        lambda one: f"{path.name}?type=notebook&content=1" in one.url, timeout=120_000
    ) as answer:
        page.goto(f"{url}/doc/tree/notebooks/{path.name}?reset&token=open")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=120_000)
    page.wait_for_selector(IDLE, timeout=120_000)
    yield page, answer.value.text()
    page.context.close()


def test_code_in_the_saved_widgets_of_a_notebook_that_nobody_trusts_does_not_run(lab, course_lab):
    url, home = course_lab
    path = home / "notebooks" / "hostile.ipynb"
    nbformat.write(hostile(), path)
    with opened(lab, url, path) as (page, text):
        assert "1 + 1" in text
        assert "ranCode" not in text
        assert not page.evaluate(RAN)


def test_it_would_have_run_and_does_where_the_notebook_is_trusted(lab, course_lab):
    url, home = course_lab
    path = home / "notebooks" / "trusted.ipynb"
    nbformat.write(hostile(), path)
    with NotebookNotary(data_dir=str(home / "DATA")) as notary:
        notary.sign(nbformat.read(path, as_version=4))
    with opened(lab, url, path) as (page, text):
        assert "ranCode" in text
        page.wait_for_function(RAN)
