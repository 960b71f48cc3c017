"""The same notebooks as an nbgrader course and as otter assignments."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from chatlab.course.catalogue import Lesson
from tests.benchmarks.cpu_meter import CpuMeter

ROOT = Path(__file__).parents[2]

Command = tuple[list[str], CpuMeter, Path]


def environment(folder: Path, package: str) -> Path:
    """The `bin` folder of an environment with the package and this kit."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run(["uv", "venv", "-q", "-p", sys.executable, str(folder)], check=True)
        install = ["uv", "pip", "install", "-q", "-p", str(python), package, str(ROOT)]
        subprocess.run(install, check=True)
    return python.parent


def with_path(command: list[str]) -> dict[str, str]:
    """The environment in which the command finds the programs that were installed beside it."""
    return os.environ | {"PATH": f"{Path(command[0]).parent}{os.pathsep}{os.environ['PATH']}"}


def run(command: list[str], cwd: Path) -> str:
    """What the command printed.

    Raises:
        RuntimeError: It failed.
    """
    env = with_path(command)
    done = subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True, env=env)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


class NbgraderCourse:
    """A course whose students have handed in the solutions.

    Args:
        folder: Where it is made anew.
        lessons: Its assignments.
    """

    def __init__(self, folder: Path, lessons: list[Lesson]) -> None:
        self._bin = environment(folder.with_name("env-nbgrader"), "nbgrader")
        shutil.rmtree(folder, ignore_errors=True)
        self.folder = folder
        for lesson in lessons:
            for place, source in (("source", "exercises"), ("submitted/alice", "solutions")):
                target = folder / place / lesson.slug / f"{lesson.slug}.ipynb"
                target.parent.mkdir(parents=True)
                shutil.copy(ROOT / source / f"{lesson.slug}.ipynb", target)
        (folder / "nbgrader_config.py").write_text("c = get_config()\n")
        for lesson in lessons:
            self._add_metadata(
                folder / f"submitted/alice/{lesson.slug}/{lesson.slug}.ipynb", lesson
            )
            self.run("generate_assignment", lesson.slug)

    def run(self, *words: str) -> None:
        run([str(self._bin / "nbgrader"), *words], self.folder)

    def command(self, lesson: Lesson, meter: CpuMeter) -> Command:
        command = [str(self._bin / "nbgrader"), "autograde", lesson.slug, "--force"]
        return command, meter, self.folder

    def points(self, lesson: Lesson) -> dict[str, float]:
        """What nbgrader gave, by the check's cell."""
        script = (
            "import json, sys\nfrom nbgrader.api import Gradebook\n"
            "with Gradebook('sqlite:///gradebook.db') as book:\n"
            "    notebook = book.find_submission(sys.argv[1], 'alice').notebooks[0]\n"
            "    print(json.dumps({one.name: one.auto_score for one in notebook.grades}))"
        )
        return json.loads(run([str(self._bin / "python"), "-c", script, lesson.slug], self.folder))

    @staticmethod
    def _add_metadata(path: Path, lesson: Lesson) -> None:
        exercise = json.loads((ROOT / f"exercises/{lesson.slug}.ipynb").read_text("utf-8"))
        metadata = {cell["id"]: cell["metadata"] for cell in exercise["cells"]}
        notebook = json.loads(path.read_text("utf-8"))
        for cell in notebook["cells"]:
            cell["metadata"] = metadata.get(cell["id"], cell["metadata"])
        path.write_text(json.dumps(notebook), "utf-8")


TEST = """from otter.test_files import test_case
OK_FORMAT = False
name = "{name}"
points = {points}
@test_case(points=points)
def test_part(env):
    import asyncio, threading
    from random import Random
    from chatlab.course.catalogue import part_for
    from chatlab.course.checking.as_data import to_plain_json
    from chatlab.course.checking.check import run_check
    part = part_for("{part}")
    results = []
    def work():
        inputs = to_plain_json(part.inputs(Random()))
        results.append(asyncio.run(run_check(part, env, inputs))[0])
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert results[0].status in ("passed", "skipped"), results
"""


class OtterAssignment:
    """An assignment a lesson, whose tests are the course's own checks.

    Args:
        folder: Where they are made anew.
        lessons: One assignment each.
    """

    def __init__(self, folder: Path, lessons: list[Lesson]) -> None:
        self._bin = environment(folder.with_name("env-otter"), "otter-grader")
        shutil.rmtree(folder, ignore_errors=True)
        self._folder = folder
        for lesson in lessons:
            tests = folder / lesson.slug / "tests"
            tests.mkdir(parents=True)
            (tests.parent / "out").mkdir()
            for part in lesson.parts:
                name = f"p{part.id[-1]}"
                text = TEST.format(name=name, points=part.points, part=part.id)
                (tests / f"{name}.py").write_text(text)
            shutil.copy(ROOT / f"solutions/{lesson.slug}.ipynb", tests.parent)
            config = {"show_stdout": True, "lang": "python"}
            (tests.parent / "otter_config.json").write_text(json.dumps(config))
            command = [str(self._bin / "otter"), "generate", "-t", "tests", "-o", "autograder.zip"]
            command += ["--no-environment", "-c", "otter_config.json"]
            run(command, tests.parent)

    def command(self, lesson: Lesson, meter: CpuMeter) -> Command:
        """`otter run` is what `otter grade` runs in its container."""
        command = [str(self._bin / "otter"), "run", "-a", "autograder.zip", "-o", "out"]
        return [*command, f"{lesson.slug}.ipynb"], meter, self._folder / lesson.slug
