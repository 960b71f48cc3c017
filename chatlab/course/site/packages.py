"""The Python of the site: Pyodide, the wheels that `wheels.txt` names, and one lock file for all.

Whatever comes from a registry is compared with the digest that is written here.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from chatlab.course.site.stand_ins import MARKUPSAFE, write_mcp, write_pure_wheel
from chatlab.course.site.wheel import lock_entry
from chatlab.errors import InvalidInput

__all__ = ["LOADED", "gather_packages", "missing_tools"]

LOADED = [
    *("micropip", "piplite", "comm", "jedi", "ipython", "ipykernel", "pyodide-kernel"),
    "chatlab-kit",
]
"""What a kernel loads before its first cell, with all that it depends on."""

_LOADED_LATER = {
    "openai-agents": ["chatlab.adapters.agents"],
    "openai-chatkit": ["chatlab.adapters.chatkit", "chatlab.adapters.http"],
}
"""What is loaded when a cell imports it, or what needs it: it is large, and few lessons want it."""

_PYODIDE = "314.0.6"
_PYODIDE_SHA256 = "d78ac549b28a2a58600cd06f44e017024151775f8c6b2d73fab1475400d38ea2"
_WHEELS = Path(__file__).with_name("wheels.txt")
_FOR_PYODIDE = [
    *("--platform", "pyemscripten_2026_0_wasm32", "--python-version", "3.14"),
    *("--implementation", "cp", "--abi", "cp314", "--only-binary=:all:"),
]
_OF_THE_KERNEL = ("piplite-*.whl", "pyodide_kernel-*.whl", "ipykernel-*.whl", "*extension-4*.whl")


def missing_tools() -> str | None:
    """What is not there of all that builds the site, and how to get it; None if it all is."""
    if shutil.which("npm") is None:
        return "There is no npm; on Debian: apt-get install npm"
    modules = ("jupyterlite_core", "jupyterlite_pyodide_kernel", "pip", "hatchling", "packaging")
    if missing := [name for name in modules if find_spec(name) is None]:
        return f"There is no {missing[0]}. Use: uv run --group site chatlab site --out DIR"
    return None


def gather_packages(root: Path, folder: Path) -> None:
    """Put Pyodide, every wheel and `pyodide-lock.json` into the folder; chatlab's own is made.

    Raises:
        InvalidInput: Something cannot be had, or is not what it was.
    """
    _unpack_pyodide(folder)
    _download(_WHEELS, folder, *_FOR_PYODIDE)
    write_mcp(folder)
    _make_markupsafe(folder)
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=root)
    for pattern in _OF_THE_KERNEL:
        for wheel in _kernel_wheels().glob(pattern):
            shutil.copy(wheel, folder)
    _write_lock(folder)


def _download(requirements: Path, folder: Path, *options: str) -> None:
    _run(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
         "--no-deps", "--require-hashes", *options,
         "--dest", str(folder), "--requirement", str(requirements), cwd=folder)  # fmt: skip


def _make_markupsafe(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        (work / "source.txt").write_text(MARKUPSAFE, encoding="utf-8")
        _download(work / "source.txt", work, "--no-binary=:all:")
        write_pure_wheel(next(work.glob("*.tar.gz")), folder)


def _unpack_pyodide(folder: Path) -> None:
    _run("npm", "pack", "--silent", f"pyodide@{_PYODIDE}", cwd=folder)
    archive = folder / f"pyodide-{_PYODIDE}.tgz"
    if hashlib.sha256(archive.read_bytes()).hexdigest() != _PYODIDE_SHA256:
        raise InvalidInput(archive.name, "is not the one that was tried", "Do not use it.")
    with tarfile.open(archive) as packed:
        for member in packed.getmembers():
            name = Path(member.name).name
            if member.isfile() and not name.endswith((".map", ".d.ts", ".html", ".md")):
                (folder / name).write_bytes(packed.extractfile(member).read())  # type: ignore[union-attr]
    archive.unlink()


def _kernel_wheels() -> Path:
    spec = find_spec("jupyterlite_pyodide_kernel")
    assert spec is not None  # noqa: S101 - `missing_tools` has looked
    extension = "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension"
    return Path(sys.prefix, extension, "static", "pypi")


def _write_lock(folder: Path) -> None:
    """Replace Pyodide's own list, whose wheels are on other hosts, by what lies in the folder."""
    path = folder / "pyodide-lock.json"
    info = json.loads(path.read_text("utf-8"))["info"]
    packages: dict[str, dict[str, Any]] = dict(map(lock_entry, sorted(folder.glob("*.whl"))))
    for name, entry in packages.items():
        if missing := set(entry["depends"]) - packages.keys():
            raise InvalidInput(
                _WHEELS.name, f"lacks what {name} needs: {sorted(missing)}", "Add it there."
            )
    for name, modules in _LOADED_LATER.items():
        packages[name]["imports"] += modules
    lock = {"info": info, "packages": packages}
    path.write_text(json.dumps(lock, indent=1, sort_keys=True), encoding="utf-8")


def _run(*command: str, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode:
        raise InvalidInput(
            " ".join(command[:4]), f"failed: {done.stderr.strip()[-800:]}", "See what it says."
        )
