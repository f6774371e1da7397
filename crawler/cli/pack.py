"""The evidence pack of a vendor: a ZIP of everything that its report rests on, with a manifest that can be checked.

The manifest (``consent-audit/pack/1``) lists every file with its SHA-256 and size, and the seals of the vendor's runs
as they stood. It checks by itself, and against the database it came from.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from auditor.model import StoreError
from crawler.cli.findings_json import findings_to_csv, listing_to_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from crawler.cli.findings_json import Listing
    from db.store import Store

SCHEMA = "consent-audit/pack/1"
MANIFEST = "manifest.json"
MAX_MEMBERS = 20_000
MAX_MEMBER_BYTES = 200_000_000
_SUFFIXES = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "text/html": "html",
    "application/pdf": "pdf",
}


def pack(store: Store, listing: Listing, vendor: str, html: str, artifacts: Mapping[str, str]) -> bytes:
    """The ZIP's bytes. Artifacts are hashed again; one that was changed or lost is a StoreError."""
    files = {
        "report.html": html.encode("utf-8", "replace"),
        "findings.json": json.dumps(listing_to_json(listing), indent=2).encode(),
        "findings.csv": findings_to_csv(listing.findings).encode("utf-8", "replace"),
    }
    for digest, mime in artifacts.items():
        files[f"artifacts/{digest}.{_suffix(mime)}"] = store.artifacts.read(digest)
    manifest = {
        "schema": SCHEMA,
        "vendor": vendor,
        "run": listing.run.id,
        "made_at": datetime.now(UTC).isoformat(),
        "seals": [seal._asdict() for seal in store.seals_of(vendor)],
        "head": store.seal_head(),
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in sorted(files.items())
        },
    }
    return _zipped({MANIFEST: json.dumps(manifest, indent=2).encode(), **files})


def _suffix(mime: str) -> str:
    kind = mime.partition(";")[0].strip().lower()
    return _SUFFIXES.get(kind, "txt" if kind.startswith("text/") else "bin")


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # A fixed time: the same pack has the same bytes, and the manifest says when it was made.
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def check_pack(path: Path, store: Store | None) -> tuple[str, ...]:
    """What is wrong with a pack: by its own manifest and, with a store, by the seals there; empty when nothing is.

    Raises StoreError for a file that cannot be read or is no pack.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive)
            problems = [*_changed(archive, manifest["files"])]
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError) as error:
        raise StoreError(f"{path} is no evidence pack of consent-audit, or it is damaged: {error}") from error
    known = {} if store is None else {seal.id: seal for seal in store.seals_of(str(manifest["vendor"]))}
    for seal in manifest["seals"] if store is not None else ():
        there = known.get(seal.get("id"))
        if there is None or there._asdict() != seal:
            problems.append(f"seal {str(seal.get('id'))[:20]} is not the one in the database")
    return tuple(problems)


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    if len(archive.infolist()) > MAX_MEMBERS or archive.getinfo(MANIFEST).file_size > MAX_MEMBER_BYTES:
        raise ValueError("too large")
    manifest = json.loads(archive.read(MANIFEST))
    if manifest["schema"] != SCHEMA or not isinstance(manifest["files"], dict):
        raise ValueError("unknown manifest")
    return dict(manifest)


def _changed(archive: zipfile.ZipFile, listed: Mapping[str, Any]) -> Iterator[str]:
    there = {info.filename: info for info in archive.infolist()}
    yield from (f"{name[:200]} is not in the manifest" for name in there if name != MANIFEST and name not in listed)
    for name, entry in listed.items():
        info = there.get(name)
        if info is None:
            yield f"{name[:200]} is missing"
        elif info.file_size > MAX_MEMBER_BYTES or _hash(archive, info) != entry["sha256"]:
            yield f"{name[:200]} was changed"


def _hash(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> str:
    digest = hashlib.sha256()
    try:
        with archive.open(info) as member:
            while chunk := member.read(1 << 16):
                digest.update(chunk)
    except zipfile.BadZipFile:
        return "damaged"
    return digest.hexdigest()
