"""What is shipped: three rooms, nothing else, complete with their data, and every import declared."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

ROOMS = ("auditor", "crawler", "db")


@pytest.fixture(scope="module")
def wheel(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)],
        cwd=project,
        check=True,
        capture_output=True,
    )
    (built,) = target.glob("*.whl")
    return built


def tracked(project: Path) -> set[str]:
    listed = subprocess.run(["git", "ls-files", *ROOMS], cwd=project, check=True, capture_output=True, text=True)
    return set(listed.stdout.split("\n")) - {""}


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_is_imported_from_this_project(project: Path, room: str) -> None:
    assert __import__(room).__file__ == str(project / room / "__init__.py")


def test_the_wheel_holds_the_three_rooms_and_nothing_else(project: Path, wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    shipped = {name for name in names if not re.match(r"consent_audit-[^/]+\.(dist-info|data)/", name)}
    assert {name.split("/")[0] for name in shipped} == set(ROOMS)
    assert tracked(project) <= shipped
    assert any(name.endswith("data/share/consent-audit/datasette-metadata.json") for name in names)


def test_the_command_starts_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    done = subprocess.run(
        [sys.executable, "-c", "from crawler.cli import cli; cli(['--help'])"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith("Usage: ")


def imported_packages(project: Path) -> set[str]:
    found: set[str] = set()
    for name in tracked(project):
        if name.endswith(".py"):
            for node in ast.walk(ast.parse((project / name).read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    found.update(alias.name.split(".")[0] for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                    found.add(node.module.split(".")[0])
    return found - set(ROOMS) - set(sys.stdlib_module_names)


def test_every_imported_package_is_declared(project: Path) -> None:
    described = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [
        *described["dependencies"],
        *(line for extra in described["optional-dependencies"].values() for line in extra),
    ]
    names = {re.split(r"[\[<>=~! ]", line)[0].lower() for line in declared}
    owners = metadata.packages_distributions()
    missing = {
        package for package in imported_packages(project) if not {owner.lower() for owner in owners[package]} & names
    }
    assert missing == set()


def test_lock_files_carry_hashes_and_no_address(project: Path) -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (project / name).read_text(encoding="utf-8")
        assert not re.search(r"https?:|file:|index-url|find-links", text)
        assert all("--hash=sha256:" in block for block in re.split(r"\n(?=\S)", text.strip()))
    assert '"resolved"' not in (project / "package-lock.json").read_text(encoding="utf-8")
