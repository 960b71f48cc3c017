"""What this machine has and lacks for the course, and how to get it."""

import importlib.util
import shutil
import sys

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chatlab.course.grading.kernels.box import missing_box
from chatlab.course.postgres import find_server_binaries

__all__ = ["print_health"]

_REQUIRED = {
    "jupyterlab": "uv sync",
    "ipywidgets": "uv sync",
    "anywidget": "uv sync",
    "nbval": "uv sync",
    "fastapi": "uv sync",
    "sqlalchemy": "uv sync",
    "aiosqlite": "uv sync",
}
_EXTRAS = {
    "agents": ("lesson 09: the OpenAI Agents SDK", "pip install 'chatlab-kit[agents]'"),
    "chatkit": ("lesson 11: the real ChatKit server", "pip install 'chatlab-kit[chatkit]'"),
    "uvicorn": ("lesson 11: serving over HTTP", "pip install 'chatlab-kit[http]'"),
    "asyncpg": ("lesson 11: PostgreSQL", "pip install 'chatlab-kit[postgres]'"),
    "distributed": ("chatlab grade on many machines", "pip install 'chatlab-kit[cluster]'"),
}


def print_health(console: Console) -> bool:
    """Print a table of what is installed; return whether everything that is required is."""
    table = Table("", "what", "how to get it")
    healthy = sys.version_info >= (3, 11)
    version = ".".join(map(str, sys.version_info[:3]))
    table.add_row(
        _status_markup(installed=healthy), f"Python {version}", "" if healthy else "Python 3.11+"
    )
    for package, fix in _REQUIRED.items():
        installed = importlib.util.find_spec(package) is not None
        healthy = healthy and installed
        table.add_row(_status_markup(installed=installed), package, "" if installed else fix)
    for package, (purpose, fix) in _EXTRAS.items():
        installed = importlib.util.find_spec(package) is not None
        table.add_row(
            _status_markup(installed=installed, needed=False),
            purpose,
            "" if installed else escape(fix),
        )
    chromium = any(shutil.which(name) for name in ("chromium", "chromium-browser"))
    table.add_row(
        _status_markup(installed=chromium, needed=False),
        "Chromium, for the browser tests",
        "" if chromium else "apt-get install chromium",
    )
    postgres = find_server_binaries()
    table.add_row(
        _status_markup(installed=bool(postgres), needed=False),
        "PostgreSQL, for 11.4 and its tests",
        "" if postgres else "apt-get install postgresql",
    )
    no_box = missing_box()
    table.add_row(
        _status_markup(installed=no_box is None, needed=False),
        "a box for others' notebooks: chatlab grade",
        escape(no_box or ""),
    )
    console.print(table)
    return healthy


def _status_markup(*, installed: bool, needed: bool = True) -> str:
    if installed:
        return "[green]✓[/]"
    return "[red]✗ missing[/]" if needed else "[yellow]– optional[/]"
