"""Two packages that have no wheel for a browser, because of a compiled part that is not needed.

`markupsafe` is itself without it, as it is wherever no compiler is found. Of `mcp`, the Agents SDK
asks for the version and for one name, unless somebody uses an MCP server.
"""

import tarfile
from pathlib import Path, PurePosixPath
from zipfile import ZipFile, ZipInfo

__all__ = ["MARKUPSAFE", "write_mcp", "write_pure_wheel"]

MARKUPSAFE = (
    "markupsafe==3.0.4 "
    "--hash=sha256:2e9ad7dd851bf45fab9f75cbff4cb493fee9979e8d8c7c9c3ee119022518edd6"
)
"""The source that the wheel is made from."""

_MCP_VERSION = "2.3.0"
_MCP = {
    "mcp/__init__.py": '"""Not the real one: it needs a machine."""\n',
    "mcp/shared/__init__.py": "",
    "mcp/shared/exceptions.py": "class MCPError(Exception):\n    pass\n",
}


def write_mcp(folder: Path) -> None:
    """Write the wheel that stands in for `mcp` into the folder."""
    _write_wheel(folder, "mcp", _MCP_VERSION, {name: text.encode() for name, text in _MCP.items()})


def write_pure_wheel(source: Path, folder: Path) -> None:
    """Write a wheel of the Python files in an archive `NAME-VERSION.tar.gz` into the folder."""
    name, _, version = source.name.removesuffix(".tar.gz").rpartition("-")
    found: dict[str, bytes] = {}
    with tarfile.open(source) as archive:
        for member in archive.getmembers():
            path = PurePosixPath(member.name)
            if path.parts[1:3] == ("src", name) and path.suffix == ".py":
                found["/".join(path.parts[2:])] = archive.extractfile(member).read()  # type: ignore[union-attr]
    _write_wheel(folder, name, version, found)


def _write_wheel(folder: Path, name: str, version: str, found: dict[str, bytes]) -> None:
    about = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    tags = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    found |= {f"{about}/METADATA": metadata.encode(), f"{about}/WHEEL": tags.encode()}
    with ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, content in sorted(found.items()):
            wheel.writestr(
                ZipInfo(path), content
            )  # without the time, so that it is always the same
