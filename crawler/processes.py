"""What the system knows about a browser's processes: their memory, and whether a sandbox can hold them."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

_PROC = Path("/proc")


def resident_bytes(pid: int) -> int:
    """Resident memory of a process and all its descendants, shared pages counted in each; 0 where /proc is no help."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    pages: dict[int, int] = {}
    for entry in _PROC.glob("[0-9]*"):
        try:
            # The name, in brackets, may hold anything; the parent is the second field after it, the pages the 22nd.
            fields = (entry / "stat").read_bytes().rpartition(b")")[2].split()
            children[int(fields[1])].append(int(entry.name))
            pages[int(entry.name)] = int(fields[21])
        except (OSError, IndexError, ValueError):
            continue
    total, waiting = 0, [pid]
    while waiting:
        current = waiting.pop()
        total += pages.get(current, 0)
        waiting.extend(children.pop(current, ()))
    return total * os.sysconf("SC_PAGE_SIZE")


def has_sandbox() -> bool:
    """Whether Chromium's sandbox can work: not as root, and only where user namespaces are open."""
    if os.geteuid() == 0:
        return False
    for switch, closed in (
        ("/proc/sys/kernel/unprivileged_userns_clone", "0"),
        ("/proc/sys/user/max_user_namespaces", "0"),
        ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"),
    ):
        path = Path(switch)
        if path.exists() and path.read_text().strip() == closed:
            return False
    return True
