"""The server as a process."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest

from db.site import serve


def test_it_serves_until_interrupted(published, project):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    program = f"from pathlib import Path; from db.site.serve import serve; serve(Path({str(published)!r}), port={port})"
    with subprocess.Popen([sys.executable, "-c", program], cwd=project, stderr=subprocess.PIPE) as process:
        try:
            answer = first_answer(f"http://127.0.0.1:{port}/-/healthz")
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=20)
    assert answer.json() == {"status": "ok", "reasons": []}


def first_answer(address: str) -> httpx.Response:
    deadline = time.monotonic() + 60
    while True:
        try:
            return httpx.get(address)
        except httpx.ConnectError:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.1)


def test_without_its_metadata_it_says_so(monkeypatch):
    monkeypatch.setattr(serve, "METADATA", "nothing.json")
    with pytest.raises(FileNotFoundError, match=r"nothing\.json is missing"):
        serve.metadata()
