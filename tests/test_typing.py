"""Type checkers see the types of an installed chatlab: the wheel carries `py.typed`."""

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UV = os.environ.get("UV", "uv")
USE = """\
from collections.abc import AsyncIterator

from chatlab import (
    AssistantMessage,
    ChatKitServer,
    RequestContext,
    ThreadMetadata,
    ThreadStreamEvent,
    UserMessageItem,
)


class Echo(ChatKitServer):
    async def respond(
        self, thread: ThreadMetadata, input: UserMessageItem | None, context: RequestContext
    ) -> AsyncIterator[ThreadStreamEvent]:
        yield AssistantMessage(content="" if input is None else input.content)


async def main() -> None:
    turn = Echo().send("Hello", RequestContext(user_id="alice"))
    async for event in turn:
        number: int = event.seq
        if event.type == "assistant_message":
            text: str = event.content
            print(number, text)
"""
LOOK = """\
    reveal_type(turn)
    async for event in turn:
        reveal_type(event.seq)
        if event.type == "assistant_message":
            reveal_type(event.content)
"""
REVEALED = ["Turn", "int", "str"]
MISTAKES = """\
    Echo().send(42, RequestContext(user_id="alice"))
    async for event in turn:
        print(event.sequence)
"""
WRONG = [
    number
    for number, line in enumerate((USE + MISTAKES).splitlines(), start=1)
    if "42" in line or "sequence" in line
]
FILES = {"right.py": USE, "looked.py": USE + LOOK, "wrong.py": USE + MISTAKES}


def run(folder, *command):
    """Run a command in the folder, without a network; what it says, whatever its exit status."""
    env = os.environ | {"UV_OFFLINE": "1", "NO_COLOR": "1"}
    env.pop("VIRTUAL_ENV", None)
    return subprocess.run(
        list(map(str, command)), cwd=folder, env=env, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The wheel, installed in a fresh environment: a folder with files that use it, its Python."""
    folder = tmp_path_factory.mktemp("typing")
    build = (UV, "build", "--wheel", "--no-build-isolation", "--python", sys.executable)
    built = run(folder, *build, "--out-dir", "dist", ROOT)
    assert built.returncode == 0, built.stderr
    (wheel,) = folder.glob("dist/chatlab_kit-*.whl")
    made = run(folder, UV, "venv", "--python", sys.executable, "venv")
    assert made.returncode == 0, made.stderr
    (python,) = [*folder.glob("venv/bin/python"), *folder.glob("venv/Scripts/python.exe")]
    added = run(folder, UV, "pip", "install", "--no-deps", "--python", python, wheel)
    assert added.returncode == 0, added.stderr
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(run(folder, python, "-c", code).stdout.strip())
    # What chatlab needs is found where this test finds it; chatlab itself is the wheel's.
    (site / "needed.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    where = run(folder, python, "-c", "import chatlab; print(chatlab.__file__)").stdout.strip()
    assert Path(where).is_relative_to(site)
    for name, source in FILES.items():
        (folder / name).write_text(source, "utf-8")
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}', "utf-8")
    return folder, python


def mypy(folder, python):
    options = ("--strict", "--config-file=", "--cache-dir", "cache", "--python-executable", python)
    return run(folder, sys.executable, "-m", "mypy", *options, *FILES).stdout


def pyright(folder, python):
    return run(folder, sys.executable, "-m", "pyright", "--pythonpath", python, *FILES).stdout


@pytest.mark.parametrize("check_types", [mypy, pyright], ids=lambda one: one.__name__)
def test_a_type_checker_sees_the_types_of_an_installed_chatlab(installed, check_types):
    said = check_types(*installed)
    errors = re.findall(r"(\w+\.py):(\d+):.*error: (.*)", said)
    assert {(file, int(line)) for file, line, _ in errors} == {("wrong.py", n) for n in WRONG}, said
    revealed = re.findall(r"(?:Revealed type is|Type of .* is) \"(?:[\w.]+\.)?(\w+)\"", said)
    assert revealed == REVEALED, said
