"""The `chatlab` command, as a learner types it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def course(tmp_path):
    """A learner's own copy of the course's notebooks."""
    for name in ("notebooks", "exercises", "solutions"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "README.md", tmp_path)
    return tmp_path


@pytest.fixture
def chatlab(course):
    def run(*arguments, cwd=course, **more):
        command = [sys.executable, "-c", "from chatlab.cli import main; main()", *arguments]
        env = os.environ | {"COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1"} | more.pop("env", {})
        return subprocess.run(
            command,
            cwd=cwd,
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
            **more,
        )

    return run


def test_checking_the_untouched_exercise_says_not_started_and_exits_1(chatlab):
    run = chatlab("check", "00")
    assert run.returncode == 1
    assert "○  00.1  Say hello   not started, 0 of 1" in run.stdout
    assert "chatlab hint 00.1" in run.stdout


def test_checking_the_solution_says_passed_and_exits_0(chatlab):
    run = chatlab("check", "--solutions", "00")
    assert run.returncode == 0
    assert "✓  00.1  Say hello   passed, 1 of 1" in run.stdout


def test_a_class_from_which_the_solutions_were_kept_back_has_all_but_these(chatlab, course):
    path = course / "exercises/00_start_here.ipynb"
    handed_out = path.read_text("utf-8")
    shutil.copy(course / "solutions/00_start_here.ipynb", path)
    shutil.rmtree(course / "solutions")

    assert "Hint 1 of 3" in chatlab("hint", "00.1").stdout
    assert chatlab("check", "00").returncode == 0
    assert chatlab("reset", "00").returncode == 0
    assert path.read_text("utf-8") == handed_out
    assert chatlab("check", "00").returncode == 1


def test_programs_get_json(chatlab):
    run = chatlab("check", "--json", "00")
    (lesson,) = json.loads(run.stdout)
    assert (lesson["lesson"], lesson["passed"], lesson["points"]) == ("00_start_here", False, 0)
    assert lesson["parts"][0]["status"] == "not_started"


def test_what_was_passed_is_remembered(chatlab, course):
    shutil.copy(course / "solutions/00_start_here.ipynb", course / "exercises")
    assert chatlab("check", "00").returncode == 0
    assert "1 of 1" in chatlab("progress").stdout


def test_progress_begins_with_what_is_next_and_is_short(chatlab):
    lines = chatlab("progress").stdout.splitlines()
    assert lines[0].startswith("Next: 00.1 Say hello")
    assert len(lines) <= 20


def test_each_time_one_hint_more_and_the_last_one_stays(chatlab):
    seen = [chatlab("hint", "00.1").stdout.count("Hint ") for _ in range(4)]
    assert seen == [1, 2, 3, 3]


def test_a_hint_is_given_for_what_is_meant(chatlab, course):
    assert "03.3 Create a task" in chatlab("hint", "3.3").stdout
    shutil.copy(course / "solutions/00_start_here.ipynb", course / "exercises")
    assert "01.1 " in chatlab("hint", "01").stdout
    assert "There is 03.1, 03.2" in chatlab("hint", "3.9").stderr
    assert "Try one such as 03.2" in chatlab("hint", "help").stderr


def test_reset_keeps_what_was_written(chatlab, course):
    path = course / "exercises/00_start_here.ipynb"
    path.write_text(path.read_text().replace("TODO()", "pass"))
    mine = path.read_text()
    run = chatlab("reset", "00")
    assert run.returncode == 0
    (kept,) = path.parent.glob("*.kept.ipynb")
    assert kept.read_text() == mine
    assert kept.name in run.stdout.replace("\n", "")
    assert path.read_text() == (ROOT / "exercises/00_start_here.ipynb").read_text()


@pytest.mark.parametrize("arguments", [("check", "00"), ("reset", "00")])
def test_widgets_saved_in_an_untrusted_exercise_are_taken_out_and_this_is_said(
    chatlab, course, arguments
):
    path = course / "exercises/00_start_here.ipynb"
    notebook = json.loads(path.read_text())
    notebook["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}
    path.write_text(json.dumps(notebook))
    run = chatlab(*arguments)
    assert "is not trusted here" in " ".join(run.stdout.split())
    for left in path.parent.glob("00_start_here*.ipynb"):
        assert "widgets" not in json.loads(left.read_text())["metadata"]


def test_release_check_is_quiet_and_names_what_differs(chatlab, course):
    run = chatlab("release", "--check")
    assert (run.returncode, run.stdout) == (0, "")
    path = course / "solutions/00_start_here.ipynb"
    path.write_text(path.read_text().replace("Say hello", "Say something"))
    run = chatlab("release", "--check")
    assert run.returncode == 1
    assert "exercises/00_start_here.ipynb" in run.stdout
    assert "chatlab release" in run.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("check", "77"), "lesson '77' does not exist. There is 00"),
        (("check", "x"), "lesson 'x' does not exist"),
        (("hint", "00.9"), "part '00.9' does not exist. There is 00.1"),
        (("hint", "zero"), "part 'zero' does not exist"),
        (("reset", "-"), "lesson '-' does not exist"),
    ],
)
def test_what_does_not_exist_is_answered_with_what_does(chatlab, arguments, says):
    run = chatlab(*arguments)
    assert run.returncode == 2
    assert says in run.stderr.replace("\n", " ")


def test_an_exercise_that_is_no_notebook_is_named_and_left_alone(chatlab, course):
    path = course / "exercises/00_start_here.ipynb"
    path.write_text("my essay")
    run = chatlab("check", "00")
    assert run.returncode == 2
    assert "is not a notebook" in run.stderr
    assert path.read_text() == "my essay"


def test_the_doctor_has_a_look_at_this_machine(chatlab):
    run = chatlab("doctor")
    assert run.returncode == 0
    assert "jupyterlab" in run.stdout


def test_a_busy_port_is_named_with_another_one_to_try(chatlab):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = chatlab("lab", "--no-browser", "--port", str(port))
    assert run.returncode == 2
    assert f"Port {port} is in use" in run.stderr


@pytest.mark.parametrize(
    ("encoding", "command", "shows"),
    [
        ("cp1252", ("doctor",), "| +"),
        ("ascii", ("progress",), "o  00 Start here"),
        ("cp1252", ("check", "00", "--solutions"), "+  00.1"),
        ("ascii", ("check", "00", "--solutions", "--json"), '"passed"'),
        ("ascii", ("chat",), "Milch"),
        ("cp1252", ("chat",), "Milch"),
    ],
)
def test_a_console_that_lacks_a_sign_gets_another_and_ends_nothing(
    chatlab, encoding, command, shows
):
    env = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    typed = "Create a task: Milch für Zoë “now” 牛乳\n"
    run = chatlab(*command, env=env, input=typed.encode().decode("latin-1"), encoding="latin-1")
    assert run.returncode == 0, run.stderr
    assert shows in run.stdout
    assert "Traceback" not in run.stderr
