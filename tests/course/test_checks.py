"""A check in a notebook: the kit's twins are off, and state left over is spoken of."""

import asyncio
import gc
import json
import os
import sys
from dataclasses import replace
from random import Random
from types import SimpleNamespace

import pytest
from jupyter_client.manager import start_new_kernel
from rich.console import Console

from chatlab import AssistantMessage, ChatKitServer
from chatlab.course import CheckFailed, check, talk
from chatlab.course.catalogue import lesson_for, part_for
from chatlab.course.checking.after_pass import comparison_html, next_step
from chatlab.course.checking.as_data import to_plain_json
from chatlab.course.checking.check import run_check
from chatlab.course.checking.front_end import is_live
from chatlab.course.checking.observe import observe
from chatlab.course.checking.panel import as_html, as_text
from chatlab.course.checking.run_order import RunOrder
from chatlab.course.checking.unsaved import record_in_tab, record_pass, unsaved_passes
from chatlab.course.findings import Result
from chatlab.course.grading.evidence import Evidence
from chatlab.course.grading.report import with_unsaved_passes
from chatlab.course.progress import Progress
from chatlab.course.progress_list import print_progress
from chatlab.sessions import MemorySessionStore, Sessions
from chatlab.streams import coalesce, sse_frame
from chatlab.testing import FixedClock

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    """Checks run on the kernel's own loop."""
    return "asyncio"


def asking_for(*twins):
    """A part whose answer is called without anything, and is right whatever it gives back."""

    return replace(part_for("00.1"), check="greeting_check", disabled_names=twins)


async def said_of(answer, *twins):
    result, _ = await run_check(asking_for(*twins), {"greeting": answer}, [])
    return result.findings[0].message


async def test_the_kits_own_function_refuses_while_the_learners_is_checked():
    assert "you are writing this one" in await said_of(
        lambda: sse_frame("hello"), "chatlab.streams:sse_frame"
    )
    assert sse_frame("hello") == "data: hello\n\n"


async def test_a_generator_of_the_kit_refuses_too():
    async def read():
        async def nothing():
            return
            yield

        return [event async for event in coalesce(nothing(), 3)]

    assert "you are writing this one" in await said_of(read, "chatlab.streams:coalesce")
    assert await read() == []


async def test_a_class_of_the_kit_refuses_too_and_works_again_afterwards():
    def make():
        Sessions(MemorySessionStore(), FixedClock())

    assert "you are writing this one" in await said_of(make, "chatlab.sessions:Sessions")
    make()


async def test_a_cell_that_was_not_run_is_said_to_be_one():
    part = part_for("01.3")

    result, _ = await run_check(part, {}, part.inputs(Random(1)))

    assert result.status == "failed"
    assert result.feedback[0] == "The cell above has not been run yet: there is no EVIDENCE."


async def test_a_part_may_say_what_mostly_keeps_an_answer_from_finishing():
    def wait_for_ever():
        while True:
            pass

    part = replace(asking_for(), time_limit=0.01, timeout_hint="A lock that nobody gives back.")

    result, _ = await run_check(part, {"greeting": wait_for_ever}, [])

    assert result.feedback[1] == "A lock that nobody gives back."


async def test_what_is_left_running_is_noticed_where_the_loop_bears_no_task_factory(monkeypatch):
    """Pyodide's loop is such a one."""
    monkeypatch.setattr(sys, "platform", "emscripten")
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "set_task_factory", None)

    async def forgotten():
        await asyncio.sleep(60)

    tasks = []
    observation = await observe(
        asking_for(), {"greeting": lambda: tasks.append(loop.create_task(forgotten()))}, []
    )

    assert observation["state"] == "left_behind"
    assert "forgotten" in observation["tasks"][0]
    assert tasks[0].cancelled()
    assert loop.create_task.__qualname__.startswith("BaseEventLoop")


async def test_a_time_limit_is_told_although_the_answer_cancels_its_own_task():
    async def greeting():
        asyncio.current_task().cancel()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(60)

    part = replace(asking_for(), time_limit=0.05)
    observation = await observe(part, {"greeting": greeting}, [])

    assert observation["state"] == "timed_out"
    assert asyncio.current_task().cancelling() == 0


async def test_a_check_that_is_not_awaited_says_so_in_place_of_a_warning(recwarn):
    assert repr(check("03.1")) == 'Nothing has been checked yet. Write: await check("03.1")'
    gc.collect()
    assert [str(warning.message) for warning in recwarn] == []


async def test_a_cancellation_that_the_answer_raises_is_what_was_observed():
    async def greeting():
        raise asyncio.CancelledError

    observation = await observe(asking_for(), {"greeting": greeting}, [])

    assert observation["raised"]["type"] == "CancelledError"


async def test_a_check_that_is_interrupted_stays_so():
    async def greeting():
        await asyncio.sleep(60)

    running = asyncio.create_task(observe(asking_for(), {"greeting": greeting}, []))
    await asyncio.sleep(0)
    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running


async def test_other_things_of_the_kit_go_on_working():
    assert "data: hello" in await said_of(lambda: sse_frame("hello"), "chatlab.streams:coalesce")


@pytest.mark.parametrize(
    ("cells", "as_graded"),
    [
        (["03-setup", "03-1-answer", "03-1-check", "03-2-answer", "03-2-check"], True),
        (["03-1-answer", "03-1-check", "03-1-answer", "03-1-check"], True),
        (["03-1-answer", None, "03-1-check"], True),
        (["03-2-answer", "03-2-check", "03-1-answer", "03-1-check"], False),
        (["03-1-answer", "f3a1c0de-77aa-4c0e-9d4b-2f1f7c1b9a10", "03-1-check"], False),
    ],
)
def test_a_notebook_that_was_not_run_as_it_is_graded_is_told_apart(cells, as_graded):
    order = RunOrder()
    for cell in cells:
        order.record(cell)
    assert order.as_graded is as_graded


def test_a_check_knows_when_nothing_but_checks_has_run_since_the_last_one():
    order = RunOrder()
    assert not order.checked_again("03.1")
    assert not order.checked_again("03.1"), "where no cells are recorded, nothing is known"
    order.record("03-1-answer")
    order.record("03-1-check")
    assert not order.checked_again("03.1")
    order.record("03-2-check")
    assert not order.checked_again("03.2")
    order.record("03-1-check")
    assert order.checked_again("03.1")
    order.record("03-1-answer")
    assert not order.checked_again("03.1")


def test_only_a_part_that_passed_speaks_of_the_order():
    part = part_for("00.1")
    passed, failed = (Result(part.id, status, 0, 1) for status in ("passed", "failed"))
    assert "chatlab check 00" in as_text(part, passed, as_graded=False)
    assert "chatlab check 00" in as_html(part, passed, as_graded=False)
    assert "chatlab check 00" not in as_text(part, passed)
    assert "chatlab check" not in as_text(part, failed, as_graded=False)


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ("03.1", "Next: 03.2 A welcome"),
        ("03.5", "Next: lesson 04 Streaming"),
        ("04.3", "Next: 04.4 A slow reader, if you want to go further"),
        ("11.4", "That was the last part of the course."),
    ],
)
def test_after_a_pass_it_says_what_is_next(part, says, tmp_path, monkeypatch):
    progress_in(tmp_path, monkeypatch)
    assert next_step(part_for(part)) == says


@pytest.mark.parametrize(
    ("passed", "says"),
    [
        (["03.5"], "Next: 03.1 An echo"),
        (["03.1", "03.2", "03.4", "03.5"], "Next: 03.3 Create a task"),
        (["03.1", "03.2", "03.3", "03.4", "03.5"], "Next: lesson 04 Streaming"),
        (["04.1", "04.2", "04.3", "04.5"], "Next: lesson 05 Events, not text"),
    ],
)
def test_after_a_pass_it_says_which_part_was_left_out(passed, says, tmp_path, monkeypatch):
    progress = progress_in(tmp_path, monkeypatch)
    for part in passed[1:]:
        progress.record_result(part, 1, passed=True)
    progress.save()
    (tmp_path / ".chatlab" / "passes.json").write_text(json.dumps({passed[0]: 1.0}))
    assert next_step(part_for(passed[-1])) == says


def progress_in(folder, monkeypatch):
    """The progress of a learner who has just begun, in a course of their own."""
    for name in ("notebooks", "exercises"):
        (folder / name).mkdir()
    monkeypatch.chdir(folder)
    return Progress(folder)


def test_answers_to_compare_with_are_folded_and_no_markers_are_in_them():
    html = comparison_html(part_for("03.1"))
    assert html.count("<details") == 3
    assert "SOLUTION" not in html
    assert "yield AssistantMessage(content=input.content)" in html


def test_without_solutions_there_is_nothing_to_compare_with(tmp_path, monkeypatch):
    progress_in(tmp_path, monkeypatch)
    assert comparison_html(part_for("03.1")) == ""


def test_a_check_before_its_answer_is_not_an_error(capsys):
    with pytest.raises(CheckFailed, match="not started"):
        asyncio.run(check("03.1"))


def test_nobody_talks_before_the_part_has_passed(capsys):
    asyncio.run(talk("03.1", lambda: pytest.fail("not yet")))
    assert "First let 03.1 pass" in capsys.readouterr().out


def test_a_real_kernel_tells_which_cell_runs():
    manager, client = start_new_kernel()

    def run(cell_id, source):
        content = {"code": source, "silent": False, "store_history": True, "stop_on_error": True}
        request = client.session.msg("execute_request", content, metadata={"cellId": cell_id})
        client.shell_channel.send(request)
        while True:
            message = client.get_iopub_msg(timeout=120)
            if message["parent_header"].get("msg_id") == request["header"]["msg_id"]:
                if message["msg_type"] == "stream":
                    return message["content"]["text"]
                if message["content"].get("execution_state") == "idle":
                    return ""

    try:
        run("00-setup", "from chatlab.course.checking.check import _run_order")
        assert run("00-1-check", "print(_run_order.as_graded)") == "True\n"
        assert run("f3a1c0de", "print(_run_order.as_graded)") == "False\n"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.mark.parametrize("allow_stdin", [True, False])
def test_a_person_is_told_from_a_program_by_what_the_front_end_allows(allow_stdin):
    manager, client = start_new_kernel()
    said = []

    def listen(message):
        said.append(message["content"].get("text", ""))

    source = "from chatlab.course.checking.front_end import is_live\nprint(is_live())"
    try:
        client.execute_interactive(
            source, allow_stdin=allow_stdin, stdin_hook=listen, output_hook=listen, timeout=120
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert f"{allow_stdin}\n" in said


def test_in_a_browsers_own_kernel_a_person_runs_the_cells(monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(kernel=object()))
    assert is_live()
    monkeypatch.setattr("IPython.get_ipython", lambda: None)
    assert not is_live()


async def test_a_forgotten_await_is_answered_by_the_check_alone(recwarn):
    async def priority_of_it(client, task_id=None):
        if task_id is None:
            raise LookupError
        return client.get(f"/api/tasks/{task_id}").json()["priority"]

    part = part_for("01.2")
    result, _ = await run_check(
        part, {"priority_of_it": priority_of_it}, to_plain_json(part.inputs(Random(1)))
    )
    gc.collect()

    assert "await client.get(...)" in result.feedback[1]
    assert [str(one.message) for one in recwarn if "never awaited" in str(one.message)] == []


async def test_a_turn_that_fails_puts_no_traceback_under_the_check(caplog):
    class EchoServer(ChatKitServer):
        async def respond(self, thread, input, context):
            yield AssistantMessage(content=input.text)

    part = part_for("03.1")
    result, _ = await run_check(part, {"EchoServer": EchoServer}, part.inputs(Random(1)))

    assert "its text is input.content" in result.feedback[1]
    assert caplog.text == ""


def test_a_pass_after_the_last_save_is_noticed(tmp_path, monkeypatch):
    lesson = lesson_for(0)
    notebook = tmp_path / "exercises/00_start_here.ipynb"
    notebook.parent.mkdir()
    notebook.write_text("{}")
    os.utime(notebook, (1, 1))
    monkeypatch.chdir(notebook.parent)
    record_pass(lesson.parts[0], lesson.slug)
    assert unsaved_passes(tmp_path, lesson, notebook) == []  # it was no notebook of JupyterLab's
    monkeypatch.setenv("JPY_SESSION_NAME", str(notebook))
    record_pass(lesson.parts[0], lesson.slug)
    assert unsaved_passes(tmp_path, lesson, notebook) == ["00.1"]
    evidence = with_unsaved_passes(Evidence(0, ()), tmp_path, notebook)
    assert "save it first" in evidence.notes[0]
    os.utime(notebook)
    assert with_unsaved_passes(evidence, tmp_path, notebook) is evidence


def test_progress_tells_a_pass_that_was_not_counted_yet_from_nothing(tmp_path, monkeypatch):
    (tmp_path / "exercises").mkdir()
    lesson = lesson_for(3)
    monkeypatch.chdir(tmp_path / "exercises")
    monkeypatch.setenv("JPY_SESSION_NAME", f"exercises/{lesson.slug}.ipynb")
    for part in lesson.parts[:2]:
        record_pass(part, lesson.slug)
    progress = Progress(tmp_path)
    progress.record_result("03.1", 2, passed=True)
    console = Console(record=True, width=120)
    print_progress(console, [lesson], progress)
    assert "2 of 11 points, 1 passed in the notebook: chatlab check 03" in console.export_text()


@pytest.mark.parametrize(("status", "points"), [("passed", 2), ("failed", 1), ("skipped", 0)])
def test_in_a_browser_tab_a_check_records_its_result(status, points, tmp_path, monkeypatch):
    for name in ("notebooks", "exercises"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "exercises")
    monkeypatch.setattr(sys, "platform", "emscripten")
    record_in_tab(Result("03.1", status, points, 2))
    assert Progress(tmp_path).points("03.1") == points
    assert Progress(tmp_path).passed("03.1") == (status == "passed")


def test_the_best_result_stays_and_the_latest_is_known(tmp_path):
    progress = Progress(tmp_path)
    for points, passed in ((2, True), (1, False)):
        progress.record_result("03.1", points, passed=passed)
    assert (progress.points("03.1"), progress.latest_points("03.1")) == (2, 1)
    assert progress.passed("03.1")
    console = Console(record=True, width=120)
    print_progress(console, [lesson_for(3)], progress)
    assert "2 of 11 points, 1 when last checked" in console.export_text()
