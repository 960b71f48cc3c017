"""Which URLs name a database that `SQLStore` can use, and what is wrong with the others."""

from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from chatlab.errors import StoreError

__all__ = ["parse_url", "shown"]

_URLS = "Use sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER@HOST/NAME."

_OPTIONS = {
    "sqlite+aiosqlite": ("timeout",),
    "postgresql+asyncpg": (
        *("host", "port", "ssl", "passfile", "target_session_attrs"),
        "prepared_statement_cache_size",
    ),
}


def shown(url: URL) -> str:
    """The URL as it may be printed: without its password and options, which may hold one, too."""
    return url.set(query={}).render_as_string(hide_password=True)


def parse_url(text: str) -> URL:
    """The URL, if it names a database that `SQLStore` can use; a file by its whole path.

    Raises:
        StoreError: It does not; the password is not told.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # Where its parts are cannot be told, so whatever may be a password is left out.
        scheme, is_url, _ = str(text).partition("://")
        hidden = bool(is_url) or "@" in scheme or "?" in scheme
        name = f"{scheme if is_url else ''}{is_url}***" if hidden else scheme
        raise StoreError(name, "is not a database URL", _URLS) from None
    name = shown(url)
    options = _OPTIONS.get(url.drivername)
    if options is None:
        raise StoreError(name, f"is of an unknown kind, {url.drivername}", _URLS)
    known = f"The options here are {', '.join(options)}."
    if unknown := [option for option in url.query if option not in options]:
        raise StoreError(name, f"has an unknown option, {unknown[0]}", known)
    try:
        if url.drivername == "sqlite+aiosqlite":
            url = url.set(database=_file(url))
        url.get_dialect()().create_connect_args(url)
    except (ArgumentError, TypeError, ValueError):  # which may say an option's value
        problem = "cannot be used: its file or an option is wrong"
        raise StoreError(name, problem, f"{_URLS} {known}") from None
    return url


def _file(url: URL) -> str:
    named = url.database or ""
    if url.host or named in {"", ":memory:"} or named.startswith("file:"):
        raise StoreError(shown(url), "names no file", f"{_URLS} Or use MemoryStore().")
    return str(Path(named).resolve())
