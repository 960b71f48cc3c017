"""What the course's Python in a browser is made of: the versions that are tested on a machine."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
WHEELS = (ROOT / "chatlab/course/site/wheels.txt").read_text("utf-8").splitlines()[2:]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PINS = dict(pin.split("==") for pin in PROJECT["tool"]["uv"]["constraint-dependencies"])


def test_each_wheel_is_named_with_its_digest_and_the_version_that_is_pinned():
    listed = [re.fullmatch(r"(\S+)==(\S+) --hash=sha256:[0-9a-f]{64}", line) for line in WHEELS]
    assert None not in listed
    versions = {found[1]: found[2] for found in listed}
    assert list(versions) == sorted(versions)
    assert versions | {name: PINS[name] for name in versions if name in PINS} == versions


def test_what_the_package_needs_in_a_browser_is_there():
    needed = {
        requirement.name
        for requirement in map(Requirement, PROJECT["project"]["dependencies"])
        if not requirement.marker or requirement.marker.evaluate({"sys_platform": "emscripten"})
    }
    assert "pydantic" in needed
    assert "jupyterlab" not in needed
    assert needed <= {line.partition("==")[0] for line in WHEELS}
