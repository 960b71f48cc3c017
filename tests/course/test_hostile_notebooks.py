"""Notebooks that attack whoever grades them: no undeserved point, and nobody else is touched.

Each attack is the answer of lesson 00, whose evidence is the easiest to make up. It runs in the
box, as `chatlab grade` runs it.
"""

import json
from pathlib import Path

import psutil
import pytest

from chatlab.course.catalogue import lesson_for
from chatlab.course.grading.evidence import Evidence, judge_evidence
from chatlab.course.notebook import read

ROOT = Path(__file__).parents[2]

FORGED = '[{"value": f"Hello, {name}!"} for name in names]'
"""What would earn the point, if somebody believed it."""

FORGE = f"""
async def forged(subject, names):
    return {FORGED}
def greeting(name): pass
"""

OVER_THE_WIRE = """
import os, socket, struct, json, threading, time
def greeting(name): pass
def wires():
    for fd in range(3, 200):
        try:
            wire = socket.socket(fileno=os.dup(fd))
        except OSError:
            continue
        if wire.family == socket.AF_UNIX and wire.type == socket.SOCK_STREAM:
            yield wire
def tell(wire, message):
    text = json.dumps(message).encode()
    try:
        wire.sendall(struct.pack("!i", len(text)) + text)
    except OSError:
        pass
"""

ATTACKS = {
    "a judge is imported": "from chatlab.lessons.l00_start_here import p1_greeting_judge\n",
    "a judge is imported by parts of its name": """
import sys
name = "chatlab.lessons.l00_start_here.p1_greeting" + "_jud" + "ge"
load = vars(__builtins__ if not isinstance(__builtins__, dict) else type(sys))["__imp" + "ort__"]
load(name)
""",
    "a judge's file is looked for": """
from pathlib import Path
import chatlab
found = list(Path(chatlab.__file__).parent.rglob("*_ju" + "dge*"))
assert found
def greeting(name): return f"Hello, {name}!"
""",
    "the solution is looked for": """
from pathlib import Path
import chatlab
here = Path(chatlab.__file__).parents[1]
answer = next(path for path in here.rglob("00_start_here.ipynb") if path.match("solutions/*"))
def greeting(name): return f"Hello, {name}!"
""",
    "the course's tests are looked for": """
from pathlib import Path
import chatlab
assert next(Path(chatlab.__file__).parents[1].rglob("answers_1.py"))
def greeting(name): return f"Hello, {name}!"
""",
    "the checks are searched for in memory": """
import gc
found = [thing for thing in gc.get_objects() if getattr(thing, "__name__", "") == "judge"]
def greeting(name): return f"Hello, {name}!"
""",
    "the observer is replaced": FORGE
    + "import chatlab.lessons.l00_start_here.p1_greeting as p\np.observe = forged",
    "the observer is replaced by another way in": FORGE
    + "import chatlab\nwhere = getattr(chatlab, 'less' + 'ons')\n"
    "getattr(where, 'l00_start' + '_here').p1_greeting.observe = forged",
    "the observer's code is replaced": FORGE
    + "import chatlab\nwhere = getattr(getattr(chatlab, 'less' + 'ons'), 'l00_start_here')\n"
    "setattr(where.p1_greeting.observe, '__co' + 'de__', getattr(forged, '__co' + 'de__'))",
    "what observes is replaced": FORGE + "import chatlab.course\n"
    "checks = getattr(getattr(chatlab.course, 'check' + 'ing'), 'graded' + '_run')\n"
    "async def observe(*_): return {'state': 'observed', 'value': [{'value': 'Hello'}]}\n"
    "checks.observe = observe",
    "a method of the catalogue is replaced": FORGE + "import chatlab.course\n"
    "part = getattr(chatlab.course, 'cata' + 'logue').Part\npart.observe = forged",
    "the plain JSON is made up": FORGE + "import chatlab.course\n"
    "data = getattr(getattr(chatlab.course, 'check' + 'ing'), 'as_data')\n"
    "async def attempt(call): return {'value': 'Hello, you!'}\n"
    "data.attempt = attempt",
    "json is replaced": "import json\nkept = json.dumps\njson.dumps = lambda value: kept(value)\n"
    'def greeting(name): return f"Hello, {name}!"',
    "a built-in function is replaced": "import builtins\nbuiltins.len = lambda _: 3\n"
    'def greeting(name): return f"Hello, {name}!"',
    "asyncio is replaced": "import asyncio\nasyncio.timeout = lambda _: None\n"
    'def greeting(name): return f"Hello, {name}!"',
    "the check is one's own": "async def check(part): print('passed')\ndef greeting(name): pass",
    "the check is one's own, and writes files": """
import json, os
async def check(part):
    for folder in (".", "/tmp", os.environ.get("CHATLAB_GRADED_RUN", ".")):
        with open(f"{folder}/00.1.observation.json", "w") as file:
            json.dump({"state": "observed", "value": "passed"}, file)
def greeting(name): pass
""",
    "the check is one's own, and speaks to the grader": OVER_THE_WIRE
    + f"""
async def check(part):
    for wire in wires():
        tell(wire, {{"part": part}})
        wire.settimeout(0.5)
        try:
            size = struct.unpack("!i", wire.recv(4))[0]
            names = json.loads(wire.recv(size)).get("inputs") or ["a", "b", "c"]
        except (OSError, ValueError, struct.error):
            continue
        tell(wire, {{"observation": {{"state": "observed", "value": {FORGED}}}}})
""",
    "a thread writes while the evidence is handed out": OVER_THE_WIRE
    + """
def write():
    while True:
        for wire in wires():
            tell(wire, {"observation": {"state": "observed", "value": []}})
threading.Thread(target=write, daemon=True).start()
""",
    "a thread writes half a message": OVER_THE_WIRE
    + """
def write():
    for wire in wires():
        wire.sendall(b"\\x00\\x00\\x01")
def greeting(name):
    write()
    return f"Hello, {name}!"
""",
    "a message that is too long": OVER_THE_WIRE
    + """
def greeting(name):
    for wire in wires():
        tell(wire, "x" * 3_000_000)
    return f"Hello, {name}!"
""",
    "it says that it was skipped": OVER_THE_WIRE
    + """
def greeting(name):
    for wire in wires():
        tell(wire, {"observation": {"state": "skipped", "why": "no database"}})
""",
    "the part is made to be skipped": FORGE
    + "import chatlab\nwhere = getattr(getattr(chatlab, 'less' + 'ons'), 'l00_start_here')\n"
    "where.p1_greeting.missing_requirement = lambda: 'a database'",
    "equal to everything": """
class Same(str):
    __eq__ = lambda *_: True
    __hash__ = str.__hash__
def greeting(name): return Same("anything")
""",
    "an exception that is a greeting": """
def greeting(name): raise SystemExit(f"Hello, {name}!")
""",
    "it prints that it passed": "def greeting(name): print('✓ 00.1 passed (1 of 1)')",
    "tags of nbval": "# NBVAL_SKIP\n# NBVAL_RAISES_EXCEPTION\nraise ValueError",
    "the kernel ends": "import os\nos._exit(0)",
    "the kernel is killed": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "its parent is stopped": """
import os, signal
for pid in (1, os.getppid()):
    try:
        os.kill(pid, signal.SIGSTOP)
    except OSError:
        pass
def greeting(name): pass
""",
    "everybody is killed": "import os\nos.kill(-1, 9)",
    "memory is eaten": "eaten = [bytearray(50_000_000) for _ in range(1000)]",
    "the disk is filled": """
with open("/tmp/large", "wb") as file:
    for _ in range(10_000):
        file.write(bytes(1_000_000))
""",
    "a fork bomb": """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
""",
    "eighty processes stay behind": """
import subprocess
left = [subprocess.Popen(["sleep", "1000"], start_new_session=True) for _ in range(80)]
def greeting(name): return "Hello"
""",
    "a daemon stays behind": """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            time.sleep(0.1)
            for folder in ("/tmp", "/run/kernels", "/dev/shm"):
                try:
                    open(f"{folder}/00.1.observation.json", "w").write("[]")
                except OSError:
                    pass
    os._exit(0)
def greeting(name): return "Hello"
""",
    "a file of the course is changed": """
import chatlab
from pathlib import Path
file = Path(chatlab.__file__).parent / "lessons/l00_start_here/p1_greeting.py"
file.write_text("async def observe(*_): return 1")
""",
    "a compiled file of the course is changed": """
import chatlab
from pathlib import Path
for file in Path(chatlab.__file__).parent.rglob("*.pyc"):
    file.write_bytes(b"")
""",
    "a module is put where Python looks": """
import sys
from pathlib import Path
for folder in [*sys.path, "/usr/lib/python3/dist-packages", "/tmp", "/"]:
    try:
        Path(folder, "sitecustomize.py").write_text("raise SystemExit")
    except OSError:
        pass
def greeting(name): return "Hello"
""",
    "the folder is deleted": "import os, shutil\nshutil.rmtree(os.getcwd())",
    "other kernels are looked for": """
import os
others = [pid for pid in os.listdir("/pro" + "c") if pid.isdigit() and int(pid) > 100]
assert others or os.listdir("/run/kernels")
def greeting(name): return f"Hello, {name}!"
""",
    "the network is used": """
import socket
for address in (("1.1.1.1", 53), ("127.0.0.1", 22), ("8.8.8.8", 443)):
    socket.create_connection(address, timeout=2)
def greeting(name): return f"Hello, {name}!"
""",
    "rights are asked for": """
import os
os.setuid(0)
def greeting(name): return f"Hello, {name}!"
""",
    "terminal escapes": """
def greeting(name): return "\\x1b[2J\\x1b]0;owned\\x07\\u202e\\x9b31m" + name
""",
    "text that keeps a regular expression busy": """
def greeting(name): return "a" * 24_000 + "!" + " {" * 12_000
""",
    "an error that is as long as a book": """
def greeting(name): raise ValueError("x" * 5_000_000)
""",
    "numbers that JSON does not have": "def greeting(name): return float('nan')",
    "half a character": "def greeting(name): return '\\ud800'",
    "a value that refers to itself": """
value = []
value.append(value)
def greeting(name): return value
""",
    "an endless value": """
class Endless(dict):
    def items(self):
        while True:
            yield "x", 1
def greeting(name): return Endless()
""",
    "the loop is stopped": """
import asyncio
def greeting(name):
    asyncio.get_running_loop().stop()
    return "Hello"
""",
    "the alarm is put off": """
import signal
def greeting(name):
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    while True: pass
""",
}


def hand_in(folder, name, source):
    notebook = read(ROOT / "exercises/00_start_here.ipynb")
    for cell in notebook["cells"]:
        if cell["id"] == "00-1-answer":
            cell["source"] = source
    path = folder / f"{name}.ipynb"
    path.write_text(json.dumps(notebook), "utf-8")
    return path


HONEST = 'def greeting(name):\n    return f"Hello, {name}!"'


def judged(future):
    return judge_evidence(Evidence.from_json(future.result())).results[0]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_earns_nothing_and_the_next_learner_everything(attack, boxed_pool, tmp_path):
    paths = hand_in(tmp_path, "mallory", ATTACKS[attack]), hand_in(tmp_path, "alice", HONEST)
    mallory, alice = (boxed_pool.submit(ROOT, 0, path) for path in paths)
    result = judged(mallory)
    assert (result.points, result.status in {"failed", "error"}) == (0, True), result
    text = "\n".join(result.feedback)
    assert len(text) < 1500
    assert all(character.isprintable() or character == "\n" for character in text)
    assert judged(alice).points == 1
    assert judged(boxed_pool.submit(ROOT, 0, paths[1])).points == 1


def test_nothing_is_left_running(boxed_pool, tmp_path):
    server = psutil.Process(boxed_pool.server_pid)
    before = len(server.children(recursive=True))
    for attack in ("a daemon stays behind", "eighty processes stay behind"):
        judged(boxed_pool.submit(ROOT, 0, hand_in(tmp_path, "mallory", ATTACKS[attack])))
    gone, alive = psutil.wait_procs(server.children(recursive=True)[before:], timeout=60)
    assert not alive, (gone, alive)


def test_what_is_forged_would_earn_the_point_if_it_were_believed():
    part = lesson_for(0).parts[0]
    names = ["Alice", "Bob", "Zoë"]
    forged = [{"value": f"Hello, {name}!"} for name in names]
    assert [finding.passed for finding in part.judge(names, forged)] == [True]


def test_every_lesson_earns_the_same_in_the_box(boxed_pool):
    for number in (1, 3, 8, 11):
        lesson = lesson_for(number)
        grade = boxed_pool.grade(ROOT, lesson, ROOT / f"solutions/{lesson.slug}.ipynb")
        assert (grade.points, grade.passed) == (lesson.points, True), grade
