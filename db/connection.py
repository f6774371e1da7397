"""How the database is opened, and what SQLite's errors mean to the person who reads them."""

from __future__ import annotations

import os
import secrets
import sqlite3
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlite_utils import Database

from auditor.model import StoreError
from db.migrations import APPLICATION_ID, migrate, unknown_migrations

if TYPE_CHECKING:
    from collections.abc import Iterator

BUSY_TIMEOUT_MS = 15_000
CACHE_KIB = 64 * 1024
"""Without room for what one transaction changes SQLite writes the same pages again and again."""
KEY_BYTES = 32

_GO_ON = "Everything stored so far is intact; afterwards `consent-audit crawl --resume` goes on."
_ADVICE = {
    "SQLITE_FULL": f"the disk is full. Free space and try again. {_GO_ON}",
    "SQLITE_IOERR": f"the disk refused to read or write (full, over quota, failing). Free space or check it. {_GO_ON}",
    "SQLITE_READONLY": "it is read-only. Make the file and its folder writable, or copy it and give the copy as --db.",
    "SQLITE_CANTOPEN": "it cannot be opened or made. Its folder must exist and be writable; or give another --db.",
    "SQLITE_NOTADB": "it is not a SQLite database. Nothing was changed; give another --db.",
    "SQLITE_CORRUPT": "it is damaged. Nothing was changed; `consent-audit db check` says where. Restore a backup.",
    "SQLITE_BUSY": "another program has been writing to it for 15 seconds. Try again when it is done.",
    "SQLITE_TOOBIG": "a value is larger than SQLite takes; what it belongs to was not stored.",
    "SQLITE_CONSTRAINT": "a row does not fit what is stored, so nothing of it was stored",
}


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Lets SQLite's errors leave as StoreError with what to do about them."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"database {path}: {_advice(error)}") from error


def _advice(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", None) or ""
    for prefix, advice in _ADVICE.items():
        if name.startswith(prefix):
            return f"{advice} ({error})" if prefix == "SQLITE_CONSTRAINT" else advice
    return f"{error}. {_GO_ON}"


def open_database(path: Path, *, create: bool) -> Database:
    """A connection with foreign keys on, write-ahead log and the present schema.

    Raises StoreError: no such file (unless ``create``), not a database, somebody else's database, a newer schema,
    read-only, full.
    """
    if not create and not path.is_file():
        message = (
            f"there is no database {path}: crawl first (`consent-audit crawl` or `consent-audit demo`), or give --db"
        )
        raise StoreError(message)
    with translated(path):
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000, check_same_thread=False)
        try:
            return _prepared(connection, path)
        except BaseException:
            connection.close()
            raise


def _prepared(connection: sqlite3.Connection, path: Path) -> Database:
    connection.row_factory = sqlite3.Row
    database = Database(connection, execute_plugins=False)
    refuse_foreign(database, path)
    for pragma in (
        "foreign_keys = ON",
        "journal_mode = WAL",
        "synchronous = FULL",
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        f"cache_size = -{CACHE_KIB}",
    ):
        database.execute(f"PRAGMA {pragma}").fetchall()
    migrate(database)
    return database


def check_readable(path: Path) -> None:
    """Raises StoreError unless ``path`` can be published: an existing database of this program's present schema."""
    open_database(path, create=False).conn.close()


def refuse_foreign(database: Database, path: Path) -> None:
    """Raises StoreError for a database of another program or of a newer version of this one."""
    tables = database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    mark = database.execute("PRAGMA application_id").fetchone()[0]
    if tables and mark != APPLICATION_ID:
        message = f"database {path} belongs to another program. Nothing was changed; give another --db."
        raise StoreError(message)
    if newer := unknown_migrations(database):
        message = (
            f"database {path} was made by a newer version of consent-audit (it has {', '.join(newer)}). Nothing was"
            " changed; use that version, or give another --db."
        )
        raise StoreError(message)


def installation_key(path: Path) -> bytes:
    """The secret of this installation, 32 bytes in ``<database>.key`` beside it (mode 0600), made on first use.

    Raises StoreError when it can be neither read nor made.
    """
    file = path.with_name(f"{path.stem}.key")
    try:
        if not file.exists():
            _make_key(file)
        key = file.read_bytes()
    except OSError as error:
        message = (
            f"cannot keep the key {file}: {error.strerror or error}. Make the folder writable or give another --db."
        )
        raise StoreError(message) from error
    if len(key) != KEY_BYTES:
        message = f"the key {file} is damaged ({len(key)} bytes). Restore it, or delete it to have a new one made."
        raise StoreError(message)
    return key


def _make_key(file: Path) -> None:
    # Written whole, then linked: of two processes that start together one key wins and neither reads half of it.
    handle, name = tempfile.mkstemp(prefix=".key-", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(secrets.token_bytes(KEY_BYTES))
            stream.flush()
            os.fsync(stream.fileno())
        with suppress(FileExistsError):
            file.hardlink_to(name)
    finally:
        Path(name).unlink(missing_ok=True)
