"""How JupyterLab is started for the course: its own settings, and notebooks read with care."""

import os
import sys
from pathlib import Path

__all__ = ["jupyter_lab_command"]

_SETTINGS = Path(__file__).parent / "lab"


def jupyter_lab_command(port: int, *, browser: bool) -> list[str]:
    """The command, to be run in the course's folder; with `browser`, it opens a window."""
    command = [sys.executable, "-m", "jupyter", "lab", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", f"--LabApp.app_settings_dir={_SETTINGS}"]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    command += ["--ServerApp.contents_manager_class=chatlab.course.lab_contents.LabContents"]
    command += ["--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb"]
    command += [] if browser else ["--no-browser"]
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return command + (["--allow-root"] if is_root else [])
