"""The secret that signs session keys, kept so that a restart logs nobody out."""

import os
import secrets
from pathlib import Path

from chatlab.errors import InvalidInput

__all__ = ["kept_secret"]

_MIN_CHARS = 32


def kept_secret(path: Path) -> str:
    """The secret in the file; where there is no file, a new one that only its owner may read.

    Raises:
        InvalidInput: The file cannot be made or read, or it holds no secret.
    """
    try:
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            secret = path.read_text("ascii").strip()
        else:
            secret = secrets.token_hex(32)
            with os.fdopen(file, "w") as new:
                new.write(secret)
    except (OSError, ValueError) as error:
        raise InvalidInput(
            str(path), f"cannot hold the secret ({error})", "Choose another --database."
        ) from None
    if len(secret) < _MIN_CHARS:
        raise InvalidInput(
            str(path), "holds no secret", "Delete it; then everybody has to log in again."
        )
    return secret
