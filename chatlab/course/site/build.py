"""`chatlab site`: builds the course as files that any web server can hand out."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from chatlab.course.lay_out import lay_out_course
from chatlab.course.notebook import read, write
from chatlab.course.site.packages import LOADED, gather_packages, missing_tools
from chatlab.errors import InvalidInput

__all__ = ["FIRST_PAGE", "build_site"]

FIRST_PAGE = "lab/index.html?path=notebooks/00_start_here.ipynb"
_SETTINGS = Path(__file__).parents[1] / "lab" / "overrides.json"
_KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
_CONFIG = {
    "jupyter-lite-schema-version": 0,
    "jupyter-config-data": {
        "appName": "chatlab",
        "litePluginSettings": {
            _KERNEL: {
                "pyodideUrl": "./static/pyodide/pyodide.mjs",
                "disablePyPIFallback": True,
                "loadPyodideOptions": {"packages": LOADED},
            }
        },
    },
}
_WELCOME = f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>chatlab</title>
<meta http-equiv="refresh" content="0; url={FIRST_PAGE}">
<script id="jupyter-config-data" type="application/json" data-jupyter-lite-root=".">{{}}</script>
<p><a href="{FIRST_PAGE}">The course</a> runs in this browser, and needs no server.</p></html>
"""
"""JupyterLite looks into the page at its root for settings, so there must be such a script."""

_SAME_SESSION = re.compile(
    r"let\{path:(\w+),name:(\w+)\}=\w+,\w+=this\._sessions\.find\((\w+)=>\3\.name===\2\)"
)
"""Where JupyterLite 0.8 looks for a session that it has, by the name of its notebook."""


def build_site(root: Path, out: Path) -> None:
    """Build the site in a folder of its own, from the repository's root.

    Raises:
        InvalidInput: The folder holds something else, or something needed is missing.
    """
    if why := missing_tools():
        raise InvalidInput("The site", "cannot be built here", why)
    if not (root / "pyproject.toml").is_file():
        raise InvalidInput(str(root), "is not the repository", "Build the site from a clone of it.")
    if out.exists() and any(out.iterdir()) and not (out / "jupyter-lite.json").exists():
        raise InvalidInput(str(out), "holds something else", "Name a folder that is new.")
    with tempfile.TemporaryDirectory() as folder:
        work, site = Path(folder, "work"), Path(folder, "site")
        _write_contents(work / "files")
        (work / "jupyter-lite.json").write_text(json.dumps(_CONFIG), encoding="utf-8")
        shutil.copy(_SETTINGS, work)
        _run_jupyterlite(work, site)
        _tell_sessions_apart(site / "build")
        python = site / "static" / "pyodide"
        python.mkdir(parents=True)
        gather_packages(root, python)
        (site / "index.html").write_text(_WELCOME, encoding="utf-8")
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(site, out)


def _write_contents(folder: Path) -> None:
    """The course as `chatlab start` lays it out; each notebook says that its language is Python.

    JupyterLab writes that too when it saves. By it, and not by a name such as `python3`, it finds
    the one kernel of the site without asking.
    """
    lay_out_course(folder)
    shutil.rmtree(folder / ".chatlab")
    for path in folder.rglob("*.ipynb"):
        notebook = read(path)
        notebook["metadata"]["language_info"] = {"name": "python"}
        write(path, notebook)


def _run_jupyterlite(work: Path, site: Path) -> None:
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", str(work)]
    command += ["--output-dir", str(site), "--contents", str(work / "files"), "--apps", "lab"]
    command += ["--no-sourcemaps", "--no-unused-shared-packages", "--no-libarchive"]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode:
        raise InvalidInput("jupyterlite", f"failed: {done.stderr[-800:]}", "See what it says.")


def _tell_sessions_apart(scripts: Path) -> None:
    """Have JupyterLite know a session by its path.

    A lesson and its exercise have the same name in two folders. By that name, the second that is
    opened gets the session of the first, and then neither has a kernel.

    Raises:
        InvalidInput: The place is not there.
    """
    found = 0
    for script in scripts.glob("*.js"):
        source = script.read_text("utf-8")
        if places := list(_SAME_SESSION.finditer(source)):
            found += len(places)
            script.write_text(_SAME_SESSION.sub(_by_path, source), encoding="utf-8")
    if found != 1:
        raise InvalidInput(
            "jupyterlite", f"looks for a session in {found} places", "See whether it knows paths."
        )


def _by_path(place: re.Match[str]) -> str:
    path, name, session = place.groups()
    return place[0].replace(f"{session}.name==={name}", f"{session}.path==={path}")
