"""Where `chatlab chat` and `chatlab serve` keep conversations and tasks."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatlab.adapters.sql_taskbook import SQLTaskBook
from chatlab.course.capstone.signing_secret import kept_secret
from chatlab.stores import SQLStore
from chatlab.stores.sql.urls import parse_url, shown

__all__ = ["Storage", "open_storage"]


@dataclass(frozen=True)
class Storage:
    """Conversations, tasks, and the secret that signs session keys; None for new ones in memory.

    Attributes:
        words: Where that is, to be read by people.
    """

    store: SQLStore[Any] | None = None
    book: SQLTaskBook | None = None
    secret: str | None = None
    words: str = "in memory, for as long as this runs"

    async def aclose(self) -> None:
        """Close what was opened."""
        for kept in (self.store, self.book):
            if kept is not None:
                await kept.aclose()


def open_storage(database: str | None) -> Storage:
    """The storage in the database of this URL; in memory without one.

    Beside a file of SQLite, the secret has a file of its own.

    Raises:
        StoreError: The URL cannot be used.
        InvalidInput: There is no secret in that file.
    """
    if database is None:
        return Storage()
    url = parse_url(database)
    is_file = url.get_backend_name() == "sqlite"
    secret = kept_secret(Path(f"{url.database}-secret")) if is_file else None
    return Storage(SQLStore(database), SQLTaskBook(database), secret, f"in {shown(url)}")
