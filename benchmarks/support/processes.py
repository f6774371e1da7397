"""Processor time and memory of this process and all below it, by what kind of process it is. Linux: /proc."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

PYTHON, DRIVER, BROWSER, RENDERERS, GRAPHICS, NETWORK = (
    "Python",
    "driver",
    "browser",
    "renderers",
    "graphics",
    "network",
)
KINDS = (PYTHON, DRIVER, BROWSER, RENDERERS, GRAPHICS, NETWORK)
_MARKS = (
    ("--type=renderer", RENDERERS),
    ("--type=zygote", RENDERERS),  # Renderers that have ended are accounted to the process that they were forked from.
    ("--type=gpu-process", GRAPHICS),
    ("network.mojom", NETWORK),
    ("run-driver", DRIVER),
)
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Tree:
    """Processor seconds and resident bytes (shared pages in every process) by kind, and the processes by kind."""

    cpu_s: Counter[str]
    resident: Counter[str]
    pids: dict[str, list[int]]

    def own(self) -> Counter[str]:
        """Resident bytes by kind that no file holds, those shared after a fork in equal parts.

        Pages of programs and libraries are left out: their shares move when another browser on the machine begins or
        ends. Reading it takes milliseconds for each process.
        """
        return Counter({kind: sum(map(_own, pids)) for kind, pids in self.pids.items()})


def tree(without: int) -> Tree:
    """This process's tree without that of the process ``without``; what ended children used is in their parents'."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    facts: dict[int, tuple[str, float, int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_bytes().rpartition(b")")[2].split()
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        seconds = sum(int(ticks) for ticks in fields[11:15]) / _TICKS
        children[int(fields[1])].append(int(entry.name))
        facts[int(entry.name)] = (_kind(command), seconds, int(fields[21]) * _PAGE)
    found = Tree(cpu_s=Counter(), resident=Counter(), pids=defaultdict(list))
    waiting = [os.getpid()]
    while waiting:
        pid = waiting.pop()
        if pid == without or pid not in facts:
            continue
        waiting.extend(children[pid])
        kind, seconds, resident = facts[pid]
        kind = PYTHON if pid == os.getpid() else kind
        found.cpu_s[kind] += seconds
        found.resident[kind] += resident
        found.pids[kind].append(pid)
    return found


def _kind(command: str) -> str:
    return next((kind for mark, kind in _MARKS if mark in command), BROWSER)


def _own(pid: int) -> int:
    try:
        lines = (Path("/proc") / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0  # It ended meanwhile.
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("Pss_Anon:", "Pss_Shmem:")))
