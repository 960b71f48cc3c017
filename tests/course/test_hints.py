"""Hints where there is no terminal: a magic command in the notebook."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from chatlab.course.catalogue import part_for
from chatlab.course.hints import hint_command, install_magic


@pytest.fixture
def shell(tmp_path, monkeypatch):
    for name in ("notebooks", "exercises"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "exercises")
    shell = InteractiveShell.instance()
    install_magic()
    yield shell
    InteractiveShell.clear_instance()


def test_each_time_one_hint_more(shell, capsys):
    first, second, _ = part_for("00.1").hints
    shell.run_line_magic("chatlab", "hint 00.1")
    assert capsys.readouterr().out == f"Hint 1 of 3  {first}\n"
    shell.run_line_magic("chatlab", "hint 00.1")
    assert capsys.readouterr().out == f"Hint 1 of 3  {first}\nHint 2 of 3  {second}\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("hint 00.9", "There is 00.1."),
        ("hint 99.1", "Try one such as 03.2"),
        ("check 00", "Here there is: %chatlab hint 03.2"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(shell, capsys, line, said):
    shell.run_line_magic("chatlab", line)
    assert said in capsys.readouterr().out


def test_a_panel_names_the_command_that_there_is(monkeypatch):
    assert hint_command("03.2") == "chatlab hint 03.2"
    monkeypatch.setattr("sys.platform", "emscripten")
    assert hint_command("03.2") == "%chatlab hint 03.2"
