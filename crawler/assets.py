"""Files that come from npm: read as files, never run by node.

They lie in ``node_modules`` of the project's folder or in the folder that ``CONSENT_AUDIT_ASSETS`` names. Where npm was
not there, whoever asks gets None, does without and says so in the record.
"""

from __future__ import annotations

import os
from pathlib import Path


def asset(relative: str) -> Path | None:
    """The file ``relative`` (a path below ``node_modules``), or None where it is not installed."""
    folders = (os.environ.get("CONSENT_AUDIT_ASSETS"), Path(__file__).resolve().parents[1] / "node_modules")
    for folder in folders:
        if folder and (path := Path(folder) / relative).is_file():
            return path
    return None
