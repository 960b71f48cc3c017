"""What a wheel says of itself, as an entry of Pyodide's lock file."""

import hashlib
import re
from email.parser import HeaderParser
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import ZipFile

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

__all__ = ["lock_entry"]

_BROWSER = {
    "sys_platform": "emscripten",
    "platform_system": "Emscripten",
    "platform_machine": "wasm32",
    "os_name": "posix",
    "python_version": "3.14",
    "python_full_version": "3.14.2",
    "extra": "",
}


def lock_entry(wheel: Path) -> tuple[str, dict[str, Any]]:
    """The package's name, and its entry: what it is imported as, and what it needs there."""
    name, version, _, _ = parse_wheel_filename(wheel.name)
    with ZipFile(wheel) as archive:
        files = archive.namelist()
        metadata = next(file for file in files if re.fullmatch(r"[^/]+\.dist-info/METADATA", file))
        headers = HeaderParser().parsestr(archive.read(metadata).decode())
    return name, {
        "name": name,
        "version": str(version),
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": sorted(_imported_names(files)),
        "depends": sorted(_needed(headers.get_all("Requires-Dist", []))),
        "unvendored_tests": False,
    }


def _imported_names(files: list[str]) -> set[str]:
    """The modules and packages at the top of the wheel, whose names may stand in an `import`."""
    tops = {PurePosixPath(file).parts[0] for file in files if file.endswith((".py", ".so"))}
    names = {top.partition(".")[0] for top in tops if not top.endswith((".data", ".dist-info"))}
    return {name for name in names if name.isidentifier()}


def _needed(requirements: list[str]) -> set[str]:
    """The packages that these ask for in a browser; of the extras, those that are asked for."""
    wanted = [Requirement(text) for text in requirements]
    return {
        canonicalize_name(one.name)
        for one in wanted
        if one.marker is None or one.marker.evaluate(dict(_BROWSER))
    }
