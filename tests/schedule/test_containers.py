"""Dockerfile and compose.yaml are not built by tests: what they name exists, and the commands are ours."""

from __future__ import annotations

import re

import pytest
import yaml

from crawler.cli import cli


@pytest.fixture
def compose(project) -> dict:
    return yaml.safe_load((project / "compose.yaml").read_text("utf-8"))


def parsed(arguments: list[str]) -> None:
    """Raises click.UsageError where the command does not know the arguments."""
    command, rest = cli, arguments
    while hasattr(command, "get_command"):
        with command.make_context("consent-audit", list(rest), resilient_parsing=False) as context:
            name, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
    with command.make_context(name, list(rest)):
        pass  # What its options set is put back.


def test_every_service_runs_a_command_of_ours(compose):
    for service in compose["services"].values():
        parsed(service["command"])
        if "healthcheck" in service:
            kind, program, *arguments = service["healthcheck"]["test"]
            assert (kind, program) == ("CMD", "consent-audit")
            parsed(arguments)


def test_services_share_one_volume(compose):
    assert {volume.partition(":")[0] for service in compose["services"].values() for volume in service["volumes"]} == {
        "data",
        ".",
    }
    assert set(compose["volumes"]) == {"data"}


def test_the_dockerfile_copies_what_is_there(project):
    text = (project / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    words = {line[0] for line in lines}
    assert words <= {"FROM", "RUN", "WORKDIR", "COPY", "USER", "VOLUME", "ENV", "ENTRYPOINT", "CMD"}
    copied = [source for line in lines if line[0] == "COPY" for source in line[1:-1]]
    assert copied
    assert [source for source in copied if not (project / source).exists()] == []
    targets = re.findall(r"^RUN make (\w+)$", text, re.MULTILINE)
    makefile = (project / "Makefile").read_text("utf-8")
    assert targets == ["install"]
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
    ignored = set((project / ".dockerignore").read_text("utf-8").split())
    assert not ignored & set(copied)
    parsed(["schedule", "run", "--log-json"])
