"""The command as its users run it: a process of its own, driven through arguments, files, signals and exit codes."""

from __future__ import annotations

import contextlib
import functools
import http.server
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

COMMAND = [sys.executable, "-c", "from crawler.cli import cli; cli(prog_name='consent-audit')"]


@dataclass
class Pages:
    """Answers of a small http web, by host and path: (status, content type, body).

    ``asked`` are the requests in order, ``signals`` the values of Sec-GPC by host and path.
    """

    port: int = 0
    answers: dict[str, tuple[int, str, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    signals: dict[str, set[str | None]] = field(default_factory=dict)

    def put(self, place: str, body: str | bytes, *, status: int = 200, kind: str = "text/html; charset=utf-8") -> str:
        """Serve ``host/path``; gives the URL."""
        self.answers[place] = (status, kind, body.encode() if isinstance(body, str) else body)
        return f"http://{place}"

    def network(self) -> str:
        """The [network] table that leads every host here."""
        return f'[network]\nresolve = {{ "*" = "127.0.0.1:{self.port}", "down.example" = "127.0.0.1:1" }}\n'


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, pages: Pages, *args: object) -> None:
        self.pages = pages
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        place = self.headers["Host"].partition(":")[0] + self.path.partition("?")[0]
        self.pages.asked.append(place)
        self.pages.signals.setdefault(place, set()).add(self.headers.get("Sec-GPC"))
        status, kind, body = self.pages.answers.get(place, (404, "text/plain", b"nothing here"))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def pages() -> Iterator[Pages]:
    """A small http web on loopback, empty."""
    pages = Pages()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Handler, pages))
    server.daemon_threads = True
    server.block_on_close = False
    pages.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield pages
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts the command in a process group of its own; what still runs at the end is killed."""
    running: list[subprocess.Popen[str]] = []

    def go(*arguments: str | Path, cwd: Path | None = None) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=cwd,
            start_new_session=True,
        )
        running.append(process)
        return process

    yield go
    for process in running:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture(scope="session")
def call(start: Callable[..., subprocess.Popen[str]]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command to its end: exit code, stdout, stderr."""

    def go(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        process = start(*arguments, cwd=cwd)
        out, err = process.communicate(timeout=500)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    return go
