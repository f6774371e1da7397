"""What the documents promise is there, and what is there is in the documents."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import click
import pytest

from auditor.rules import rule_facts
from crawler.cli import cli, verb
from crawler.config import load_config
from crawler.waivers import parse_waivers

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def readme(project: Path) -> str:
    return (project / "README.md").read_text(encoding="utf-8")


def commands(group: click.Group = cli, prefix: str = "") -> dict[str, click.Command]:
    context = click.Context(group)
    found: dict[str, click.Command] = {}
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        # The command that a group runs where none is named has the group's own name.
        full = prefix.rstrip() if name == getattr(group, "default", None) else prefix + name
        found |= commands(command, f"{prefix}{name} ") if isinstance(command, click.Group) else {full: command}
    return found


def test_every_command_is_in_the_readme(readme: str) -> None:
    documented = re.findall(r"^\| `([a-z ]+?)(?: [A-Z\[].*?)?` \|", readme, re.MULTILINE)
    assert sorted(documented) == sorted(commands())
    assert {"demo", "crawl", "db check"} <= set(documented)


def test_every_option_says_what_it_does() -> None:
    silent = [
        f"{name} {option.opts[0]}"
        for name, command in commands().items()
        for option in command.params
        if isinstance(option, click.Option)
        and not option.hidden
        and not (option.help or option.show_default or option.type.name == "choice")
    ]
    assert silent == []


def test_every_exit_code_is_in_the_readme(readme: str) -> None:
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", readme, re.MULTILINE)}
    usage_error = click.UsageError.exit_code
    assert documented == {
        verb.DONE,
        verb.UNEXPECTED,
        usage_error,
        verb.INVALID_CONFIG,
        verb.INCOMPLETE,
        verb.FINDINGS,
        verb.INTERRUPTED,
    }


def test_every_rule_is_in_the_readme(readme: str) -> None:
    assert re.findall(r"^\| \[([a-z_]+)\]\(auditor/rules/README\.md#\1\)", readme, re.MULTILINE) == [
        rule.id for rule in rule_facts()
    ]


def test_the_configuration_shown_in_the_readme_is_valid(readme: str, tmp_path: Path) -> None:
    example, waivers = re.findall(r"```toml\n(.*?)```", readme, re.DOTALL)
    (waiver,) = parse_waivers(waivers)
    assert (waiver.vendor, waiver.until.isoformat()) == ("acme", "2027-01-31")
    path = tmp_path / "vendors.toml"
    path.write_text(example, encoding="utf-8")
    (vendor,) = load_config(path).vendors
    assert (vendor.id, vendor.cadence, vendor.sites[0].scope) == ("acme", "7d", "website")


def test_links_of_the_readme_lead_somewhere(project: Path, readme: str) -> None:
    local = [target.split("#")[0] for target in re.findall(r"\]\((?!https?:)([^)]+)\)", readme)]
    assert [target for target in local if not (project / target).exists()] == []


def test_the_changelog_knows_the_version(project: Path) -> None:
    version = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    changelog = (project / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## \[?(\d+\.\d+\.\d+)", changelog, re.MULTILINE)[0] == version
