"""How long the policy reader takes for a document, and how much memory the process needs for all of them.

    python benchmarks/policy.py DOCUMENT... [--runs 5]

Each document is read --runs times; the fastest run counts. Wording data is loaded before the clock starts and is
reported by itself. The memory is the highest resident set of the whole process, interpreter and imports included.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from pathlib import Path

from auditor.policy.read import read_policy


def milliseconds(path: Path, runs: int) -> float:
    content = path.read_bytes()
    taken = []
    for _ in range(runs):
        start = time.process_time()
        read_policy(content, name=path.name)
        taken.append(time.process_time() - start)
    return min(taken) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("documents", nargs="+", type=Path, metavar="DOCUMENT")
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    start = time.process_time()
    read_policy(b"Cookie policy. We use cookies on our website.")
    print(f"{'loading the wording':40} {(time.process_time() - start) * 1000:8,.0f} ms")
    times = {path: milliseconds(path, given.runs) for path in given.documents}
    for path, taken in sorted(times.items(), key=lambda item: item[1]):
        print(f"{path.name:40} {taken:8,.0f} ms")
    print(f"{'median':40} {statistics.median(times.values()):8,.0f} ms")
    print(f"{'highest memory':40} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8,.0f} MB")


if __name__ == "__main__":
    main()
