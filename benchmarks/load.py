"""A crawl that writes at full speed, eight people who read and one who decides, until both processes are killed.

    python benchmarks/load.py [--seconds 20] [--json]

The crawl and the server are processes of their own and end by SIGKILL in the middle of their work. Counted is what was
answered with an error, how long a decision takes, and what of that which was said to be stored is not there afterwards.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from support.database import generate
from support.writer import VENDORS

from db.site.framework import hash_password
from db.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

READERS = 8
PASSWORD = "a long password for a benchmark"
GOAL_MS = 1_000
LEAST, STARTING_S = 10, 60
"""So much is done at least, by whatever is slow to start on a busy machine; but not longer than that is waited for."""
_SERVE = (
    "import sys; from pathlib import Path; from db.site.access import load_access; from db.site.serve import serve;"
    " serve(Path(sys.argv[1]), port=int(sys.argv[2]), access=load_access(Path(sys.argv[3])))"
)


@contextmanager
def killed(said: Path, *command: str) -> Iterator[subprocess.Popen[str]]:
    """A process that is killed at the end; what it complains of goes to the file ``said``."""
    here = Path(__file__).parent
    with (
        said.open("a") as complaints,
        subprocess.Popen(
            [sys.executable, *command], cwd=here, stdout=subprocess.PIPE, stderr=complaints, text=True
        ) as process,
    ):
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)


def lines(process: subprocess.Popen[str], kept: list[str]) -> threading.Thread:
    """Collects whole lines of a process's output; what it had not ended when it was killed does not count."""

    def collect() -> None:
        assert process.stdout is not None
        kept.extend(line.strip() for line in process.stdout if line.endswith("\n"))

    thread = threading.Thread(target=collect)
    thread.start()
    return thread


def wait(address: str) -> None:
    for _ in range(600):
        try:
            httpx.get(f"{address}/-/healthz")
        except httpx.ConnectError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server did not start")


def read(address: str, paths: list[str], done: threading.Event, errors: list[str], seen: list[str]) -> None:
    """One who browses; ``seen`` gets the path of every page, ``errors`` what went wrong."""
    source = random.Random(threading.get_ident())
    with httpx.Client(base_url=address, timeout=60) as client:
        while not done.is_set():
            path = source.choice(paths)
            try:
                answer = client.get(path)
            except httpx.TransportError as error:
                errors += [] if done.is_set() else [f"{path}: {error}"]
                continue
            seen.append(path)
            if answer.status_code != 200:
                errors.append(f"{path}: {answer.status_code}")


def decide(
    address: str, findings: list[str], done: threading.Event, errors: list[str], recorded: list[tuple[str, float]]
) -> None:
    """One who decides; ``recorded`` gets the note of every decision that was answered so, and its milliseconds."""
    with httpx.Client(base_url=address, timeout=60) as client:
        form = {"username": "ada", "password": PASSWORD, "csrftoken": token(client.get("/-/login"))}
        client.post("/-/login", data=form)
        for number in count():
            note = f"note {number}."
            try:
                took = _decide(client, f"/findings/{findings[number % len(findings)]}", note)
            except (httpx.TransportError, RuntimeError) as error:
                if done.is_set():
                    break
                errors.append(f"{note} {error}")
            else:
                recorded.append((note, took))


def _decide(client: httpx.Client, path: str, note: str) -> float:
    """Milliseconds until the decision was recorded. RuntimeError where it was not."""
    form = {"csrftoken": token(client.get(path)), "status": "acknowledged", "note": note}
    start = time.perf_counter()
    answer = client.post(f"{path}/decide", data=form)
    if answer.status_code != 302:
        raise RuntimeError(f"was answered with {answer.status_code}")
    return (time.perf_counter() - start) * 1000


def token(page: httpx.Response) -> str:
    found = re.search(r'name="csrftoken" value="([^"]+)"', page.text)
    return found[1] if found else ""


def play(folder: Path, seconds: float) -> dict[str, Any]:
    """Everything at once for that long, and until each has done a little; what came of it."""
    path = folder / "audit.db"
    generate(path, vendors=VENDORS, runs=2)
    with Store(path) as store:
        findings = [finding.fingerprint for finding in store.findings()]
    access = folder / "access.toml"
    access.write_text(f'[[user]]\nname = "ada"\nrole = "compliance"\npassword_hash = "{hash_password(PASSWORD)}"\n')
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    pages = ["/", "/vendors/v0", "/vendors/v1", "/runs", "/services", "/rules", "/search?q=google", "/feed.atom"]
    pages += [f"/findings/{finding}" for finding in findings[:20]] + ["/audit/mismatches", "/audit/cookie_sightings"]
    done, errors, seen, visits = threading.Event(), list[str](), list[str](), list[str]()
    recorded: list[tuple[str, float]] = []
    said = folder / "said.txt"
    with killed(said, "-c", _SERVE, str(path), str(port), str(access)) as server:
        wait(address)
        with killed(said, "-m", "support.writer", str(path)) as crawl:
            stored = lines(crawl, visits)
            threads = [threading.Thread(target=read, args=(address, pages, done, errors, seen)) for _ in range(READERS)]
            threads.append(threading.Thread(target=decide, args=(address, findings, done, errors, recorded)))
            for thread in threads:
                thread.start()
            time.sleep(seconds)
            last = time.monotonic() + STARTING_S
            while min(map(len, (visits, seen, recorded))) < LEAST and time.monotonic() < last:
                time.sleep(0.1)
            done.set()
            server.send_signal(signal.SIGKILL)
            crawl.send_signal(signal.SIGKILL)
            for thread in (stored, *threads):
                thread.join()
    return {**outcome(path, visits, recorded), "pages": len(seen), "errors": errors, "said": said.read_text()}


def outcome(path: Path, visits: list[str], recorded: list[tuple[str, float]]) -> dict[str, Any]:
    """What is stored of what was said to be, and whether the database is whole."""
    with Store(path) as store:
        database = store._database  # noqa: SLF001 - not for the program
        kept = {str(row[0]) for row in database.execute("SELECT id FROM visits").fetchall()}
        notes = {row[0] for row in database.execute("SELECT note FROM finding_events").fetchall()}
        problems = [*store.check(), *store.verify().problems]
    times = sorted(took for _, took in recorded)
    return {
        "visits": len(visits),
        "decisions": len(recorded),
        "lost": [each for each in visits if each not in kept] + [note for note, _ in recorded if note not in notes],
        "problems": problems,
        "decision_p95_ms": statistics.quantiles(times, n=20)[-1] if len(times) > 1 else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = play(Path(folder), given.seconds)
    if given.json:
        print(json.dumps(found))
        return
    print(f"visits stored       {found['visits']:10,}    {found['visits'] / given.seconds:.0f} a second")
    print(f"pages read          {found['pages']:10,}    {found['pages'] / given.seconds:.0f} a second")
    print(
        f"decisions           {found['decisions']:10,}    95 % within {found['decision_p95_ms']:.0f} ms, goal {GOAL_MS}"
    )
    print(f"lost, errors        {len(found['lost']):10,} {len(found['errors']):9,}    goal: 0")
    for problem in [*found["problems"], *found["errors"][:5], found["said"]]:
        print(problem)


if __name__ == "__main__":
    main()
