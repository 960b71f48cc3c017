"""The pane in kernels that hand its clicks to other threads, or did in former years."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lab import Lab
from playwright.sync_api import expect
from requirements import require_or_skip
from test_chat import CHAT, answer, ended, say

OLDER = {"6.31.0": ("ipykernel==6.31.0", "nest-asyncio==1.6.0"), "7.3.0": ("ipykernel==7.3.0",)}
SHOW_VERSION = "import ipykernel; ipykernel.__version__"


def register(version: str, data: Path) -> str:
    """A kernel that is ours in all but its ipykernel; gives back its name."""
    name = f"ipykernel-{version}"
    data.mkdir(exist_ok=True)
    place = data / name
    uv = shutil.which("uv")
    if uv is None:
        require_or_skip("there is no uv to install other kernels with: pip install uv")
    command = [uv, "pip", "install", "--quiet", "--no-deps", "--python", sys.executable]
    got = subprocess.run(
        [*command, "--target", str(place), *OLDER[version]],
        capture_output=True,
        text=True,
        check=False,
        cwd=data,  # where the project's pins do not hold
    )
    if got.returncode:
        require_or_skip(f"ipykernel {version} cannot be installed: {got.stderr}")
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": name,
        "language": "python",
        "env": {"PYTHONPATH": str(place)},
    }
    (data / "kernels" / name).mkdir(parents=True, exist_ok=True)
    (data / "kernels" / name / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    return name


@pytest.fixture(scope="module")
def kernels(lab: Lab) -> dict[str, str]:
    """Their names. JupyterLab reads the list once, so they are all there before it starts."""
    return {version: register(version, lab.folder.parent / "data") for version in OLDER}


@pytest.mark.parametrize("version", OLDER)
def test_an_older_kernel_streams_stops_and_hears_clicks(
    lab: Lab, kernels: dict[str, str], version: str
) -> None:
    with lab.open(CHAT, SHOW_VERSION, kernel=kernels[version]) as opened:
        opened.run_all()
        page = opened.page
        expect(page.locator(".jp-Cell").last.locator(".jp-OutputArea-output")).to_have_text(
            f"'{version}'"
        )
        box = say(opened, "Tell me")
        expect(answer(opened)).to_contain_text("word word word")
        box.press("Escape")
        ended(opened, "Stopped.")
        say(opened, "widget")
        page.get_by_role("button", name="Complete", exact=True).click()
        expect(answer(opened).last).to_have_text("complete: id=42")
        ended(opened)
        page.get_by_role("button", name="Break it").click()
        expect(page.get_by_role("alert")).to_contain_text("a click that breaks")
        opened.behaved()
