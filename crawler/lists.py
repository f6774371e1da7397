"""Lists that do not come with the program: where they are from, where they lie, and which are in force.

They are other people's work under their own licences, so they are downloaded or imported by whoever runs the program
and kept outside of it: in the folder that ``CONSENT_AUDIT_LISTS`` names, else in ``consent-audit/lists`` below the XDG
data directory (https://specifications.freedesktop.org/basedir-spec/latest/). ``lists.json`` there says what each is; a
file that is not what it says is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.filter_lists import FilterList, count_rules, is_filter_list
from auditor.lists import MAX_CHARACTERS, ListError
from auditor.open_cookie_database import read_csv
from auditor.services import bundled_names
from auditor.third_party_web import read_entities

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER_VARIABLE = "CONSENT_AUDIT_LISTS"
MAX_BYTES = 40_000_000
_MANIFEST = "lists.json"
_TITLE = "! title:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of list: its id in commands, its name in answers, its public address and licence, its file's name."""

    id: str
    name: str
    address: str
    licence: str
    file: str
    count: Callable[[str], int]


def _rules_of(text: str) -> int:
    if not is_filter_list(text):
        raise ListError("This is no filter list.")
    return count_rules(text)


KINDS = (
    Kind(
        id="open-cookie-database",
        name="Open Cookie Database",
        address="https://raw.githubusercontent.com/jkwakman/Open-Cookie-Database/master/open-cookie-database.csv",
        licence="Apache-2.0",
        file="open-cookie-database.csv",
        count=lambda text: len(read_csv(text)),
    ),
    Kind(
        id="easyprivacy",
        name="EasyPrivacy",
        address="https://easylist.to/easylist/easyprivacy.txt",
        licence="GPL-3.0-or-later or CC-BY-SA-3.0-or-later",
        file="easyprivacy.txt",
        count=_rules_of,
    ),
    Kind(
        id="easylist",
        name="EasyList",
        address="https://easylist.to/easylist/easylist.txt",
        licence="GPL-3.0-or-later or CC-BY-SA-3.0-or-later",
        file="easylist.txt",
        count=_rules_of,
    ),
    Kind(
        id="third-party-web",
        name="third-party-web",
        address="https://cdn.jsdelivr.net/npm/third-party-web@0.30.0/dist/entities.json",
        licence="MIT",
        file="third-party-web.json",
        count=lambda text: len(read_entities(text, bundled_names())),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What is known of a list in the folder. ``source``: the address or file it came from; ``at``: ISO time, UTC."""

    kind: str
    source: str
    at: str
    licence: str
    sha256: str
    bytes: int
    entries: int
    etag: str | None = None
    last_modified: str | None = None


def folder() -> Path:
    """Where lists are kept."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named)
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "consent-audit" / "lists"


def kind_of(name: str) -> Kind:
    """The kind with an id or name, in any case. ListError for an unknown one."""
    wanted = name.casefold().replace("_", "-").replace(" ", "-")
    for kind in KINDS:
        if wanted in (kind.id, kind.name.casefold().replace(" ", "-")):
            return kind
    raise ListError(f"There is no list {name!r}; there are {', '.join(kind.id for kind in KINDS)}.")


def recognised(text: str, name: str = "") -> Kind:
    """The kind of a text, by its content, else by its file's name. ListError where it is none."""
    head = text.lstrip("\ufeff \r\n\t")[:2_000]
    if head.startswith("[") and not head.startswith("[Adblock"):
        return kind_of("third-party-web")
    if "Cookie / Data Key name" in head.partition("\n")[0]:
        return kind_of("open-cookie-database")
    if is_filter_list(text):
        title = next((line for line in head.casefold().splitlines() if line.startswith(_TITLE)), "")
        told = title.removeprefix(_TITLE).strip() or Path(name).stem.casefold()
        for kind in ("easyprivacy", "easylist"):
            if told.startswith(kind):
                return kind_of(kind)
        raise ListError("This is a filter list, but neither EasyPrivacy nor EasyList; --kind says which it stands for.")
    raise ListError(
        "This is no list that is known: neither the Open Cookie Database's CSV, EasyPrivacy, EasyList, "
        "nor third-party-web's entities.json."
    )


def decoded(content: bytes) -> str:
    """The text of a list. ListError where it is too large or binary."""
    if len(content) > MAX_BYTES:
        raise ListError(f"This is no list: it is larger than {MAX_BYTES:,} bytes.")
    text = content.decode("utf-8-sig", "replace")
    if "\x00" in text or len(text) > MAX_CHARACTERS:
        raise ListError("This is no list: it is binary or too long.")
    return text


def keep(
    content: bytes, kind: Kind, source: str, *, etag: str | None = None, last_modified: str | None = None
) -> Listed:
    """Put a list into force, after reading it. The one before stays until the new one is whole.

    Raises:
        ListError: it cannot be read, or holds nothing, or the folder cannot be written.
    """
    text = decoded(content)
    entries = kind.count(text)
    if entries == 0:
        raise ListError(f"This is no {kind.name}: it holds nothing that can be used.")
    listed = Listed(
        kind=kind.id,
        source=source,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        licence=kind.licence,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        entries=entries,
        etag=etag,
        last_modified=last_modified,
    )
    try:
        folder().mkdir(parents=True, exist_ok=True)
        _replace(folder() / kind.file, content)
        _write_manifest({**_manifest(), kind.id: listed})
    except OSError as error:
        raise ListError(f"The lists cannot be kept in {folder()}: {error.strerror or error}.") from error
    return listed


def confirm(listed: Listed) -> Listed:
    """Note that a list was found unchanged at its address just now."""
    now = replace(listed, at=datetime.now(UTC).isoformat(timespec="seconds"))
    _write_manifest({**_manifest(), listed.kind: now})
    return now


def in_force() -> dict[str, Listed]:
    """The lists in the folder, by kind. ListError where the folder's manifest cannot be read."""
    found = _manifest()
    return {kind.id: found[kind.id] for kind in KINDS if kind.id in found}


def text_of(listed: Listed) -> str:
    """The text of a list in force. ListError where the file is gone or is not the one that was kept."""
    return decoded(_content(listed))


def filter_list(listed: Listed) -> FilterList:
    """A filter list in force, ready to be asked; its compiled form is kept beside it."""
    kind, content = kind_of(listed.kind), _content(listed)
    text = decoded(content)
    head = f"adblock {version('adblock')} {listed.sha256}\n".encode()
    path = folder() / f"{kind.file}.compiled"
    compiled = _compiled(path, head)
    if compiled is not None:
        with suppress(ListError):  # Made by another build of the engine: it is made again.
            return FilterList(kind.name, text, compiled)
    made = FilterList(kind.name, text)
    body = made.compiled()
    with suppress(OSError):  # A folder that cannot be written costs the time of reading the list again.
        _replace(path, head + hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    return made


def _compiled(path: Path, head: bytes) -> bytes | None:
    """The compiled form in a file, where it belongs to this list and engine and is whole."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    if not content.startswith(head):
        return None
    digest, _, body = content[len(head) :].partition(b"\n")
    return body if hashlib.sha256(body).hexdigest().encode() == digest else None


def _content(listed: Listed) -> bytes:
    path = folder() / kind_of(listed.kind).file
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ListError(f"The list {path} cannot be read: {error.strerror}. Import or update it again.") from error
    if hashlib.sha256(content).hexdigest() != listed.sha256:
        raise ListError(f"The list {path} is not the one that was imported. Import or update it again.")
    return content


def _manifest() -> dict[str, Listed]:
    path = folder() / _MANIFEST
    try:
        rows = json.loads(path.read_text("utf-8"))
        return {kind: Listed(**{**row, "kind": kind}) for kind, row in rows.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ListError(f"{path} cannot be read: {error}. Remove it and import the lists again.") from error


def _write_manifest(lists: dict[str, Listed]) -> None:
    rows = {kind: asdict(listed) for kind, listed in sorted(lists.items())}
    _replace(folder() / _MANIFEST, (json.dumps(rows, indent=1) + "\n").encode())


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
