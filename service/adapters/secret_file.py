"""The installation's secret where none is set: made once in the data folder, for its owner alone."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from service.domain.errors import OperatorError

FILE_NAME = "secret"


def read_or_make_secret(data_dir: Path) -> bytes:
    """Return the secret in the data folder, made now if it is not there. Raises: OperatorError."""
    path = data_dir / FILE_NAME
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        return path.read_bytes().strip()
    except OSError as error:
        raise OperatorError(
            f"The secret {path} cannot be read ({error.strerror}). Check INTOUCH_DATA_DIR and its permissions."
        ) from error


def _make(path: Path) -> None:
    """Put a new secret in place as a whole; where two processes start at once, the first one's stands."""
    made = path.with_name(f"{FILE_NAME}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_hex(32).encode())
        file.flush()
        os.fsync(file.fileno())
    try:
        with suppress(FileExistsError):
            os.link(made, path)
    finally:
        made.unlink()
