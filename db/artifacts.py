"""Bytes kept as evidence, in a folder beside the database, addressed by their SHA-256."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.model import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Artifacts:
    """A folder ``ab/abcdef...`` of immutable files.

    A file is written beside its place, synced and renamed, so that a name never stands for half a content; what is read
    is hashed again, so that a changed file is never shown as evidence.
    """

    def __init__(self, database: Path) -> None:
        """``database`` is the path of the database whose folder of artifacts this is."""
        self.folder = database.with_name(f"{database.stem}-artifacts")

    def path(self, sha256: str) -> Path:
        """Where the artifact is or would be. Raises StoreError when ``sha256`` is not a lower-case hex digest."""
        if not _DIGEST.fullmatch(sha256):
            message = f"not a SHA-256 digest: {sha256[:80]!r}"
            raise StoreError(message)
        return self.folder / sha256[:2] / sha256

    def write(self, content: bytes, *, sha256: str | None = None) -> str:
        """Keeps ``content`` and returns its digest; an identical artifact is not written again.

        Raises StoreError when a given ``sha256`` does not fit the content or the disk refuses.
        """
        digest = hashlib.sha256(content).hexdigest()
        if sha256 is not None and sha256 != digest:
            message = f"artifact {sha256[:16]} does not have that digest; it was not stored"
            raise StoreError(message)
        target = self.path(digest)
        if self._intact(target, digest):
            return digest
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _write_atomically(target, content)
        except OSError as error:
            message = (
                f"cannot write {target}: {error.strerror or error}. Free space or make the folder writable, then go on"
                " with `consent-audit crawl --resume`; everything stored so far is intact."
            )
            raise StoreError(message) from error
        return digest

    def read(self, sha256: str) -> bytes:
        """The bytes of an artifact. Raises StoreError when it is missing or no longer what it was."""
        path = self.path(sha256)
        try:
            content = path.read_bytes()
        except OSError as error:
            message = f"artifact {sha256} is missing: restore {path} from a backup"
            raise StoreError(message) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            message = f"artifact {sha256} was changed after it was stored: restore {path} from a backup"
            raise StoreError(message)
        return content

    def remove(self, digests: Iterable[str]) -> None:
        """Deletes artifacts; what is not there is no error. Raises StoreError where the disk refuses."""
        for digest in digests:
            path = self.path(digest)
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                message = f"cannot remove {path}: {error.strerror or error}. Nothing refers to it any more."
                raise StoreError(message) from error

    def damaged(self, digests: Iterator[str]) -> Iterator[str]:
        """What is wrong with each of these artifacts that is not intact."""
        for digest in digests:
            try:
                self.read(digest)
            except StoreError as error:
                yield str(error)

    @staticmethod
    def _intact(path: Path, digest: str) -> bool:
        try:
            return hashlib.sha256(path.read_bytes()).hexdigest() == digest
        except OSError:
            return False


def _write_atomically(target: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=".new-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
