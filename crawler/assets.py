"""Files that come from npm: read as files, never run by node.

They lie in ``node_modules`` of the project's folder, or in the folder that ``CONSENT_AUDIT_ASSETS`` names instead.
Where npm was not there, whoever asks gets None, does without and says so in the record.
"""

from __future__ import annotations

import os
from pathlib import Path


def asset(relative: str) -> Path | None:
    """The file ``relative`` (a path below ``node_modules``), or None where it is not installed."""
    named = os.environ.get("CONSENT_AUDIT_ASSETS")
    path = (Path(named) if named else Path(__file__).resolve().parents[1] / "node_modules") / relative
    return path if path.is_file() else None
