"""What every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Continuous integration tries the same cases every time; what a developer's random run finds becomes a test.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

# Lists that a developer has imported change answers: tests know those only that they import themselves.
os.environ["CONSENT_AUDIT_LISTS"] = str(Path(__file__).resolve().parent / "no-lists")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's top folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Shared policies and lists: $CONSENT_AUDIT_SHARED, else the folder `shared` beside the checkout."""
    folder = Path(os.environ.get("CONSENT_AUDIT_SHARED") or ROOT.parent / "shared")
    if not (folder / "policies").is_dir():
        pytest.skip("no shared data")
    return folder


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run the tests that take minutes or hours")


@pytest.fixture(scope="session")
def long_tests(pytestconfig: pytest.Config) -> bool:
    """Whether tests that take very long are wanted."""
    return bool(pytestconfig.getoption("--long"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first: at the end of a run everybody would wait for it with a core idle."""
    items.sort(key=lambda item: item.get_closest_marker("early") is None)
