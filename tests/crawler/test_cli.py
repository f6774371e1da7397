"""The verbs that need no browser: usage, exit codes, errors in one line, and what reaches the terminal."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from auditor.model import ConfigError, Severity, StoreError
from crawler.cli import cli
from crawler.cli.terminal import plain, safe
from crawler.cli.verb import Verb
from db.artifacts import Artifacts

VERBS = [
    *("demo", "crawl", "visit", "policy", "classify", "audit", "findings", "diff", "report", "triage"),
    *("serve", "schedule", "notify", "health", "lists", "doctor", "db"),
]


def call(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, arguments, input=stdin)


def test_the_verbs_are_listed_in_the_contracts_order() -> None:
    lines = call("--help").stdout.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in lines] == VERBS


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str) -> None:
    result = call(verb, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.stdout


@pytest.mark.parametrize("verb", ["worker", "nonsense"])
def test_what_is_not_there_yet_is_no_command(verb: str) -> None:
    result = call(verb)
    assert result.exit_code == 2
    assert f"No such command '{verb}'" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("crawl", "--due", "--vendor", "a"), "--due takes neither --vendor"),
        (("crawl", "--scenario", "accept"), "'accept' is not one of"),
        (("crawl", "--concurrency", "0"), "0 is not in the range"),
        (("crawl", "--fail-on", "severe"), "'severe' is not one of"),
        (("visit",), "Missing argument 'URL'"),
        (("visit", "ftp://a.example/"), "must begin with http:// or https://"),
        (("visit", "https://"), "has no host"),
        (("visit", "https://a.example/", "--browser-mode", "window"), "'window' is not one of"),
        (("visit", "https://a.example/", "--browser", "/x", "--browser-mode", "auto"), "not both"),
        (("classify",), "give a NAME, or --jsonl FILE"),
        (("classify", "_ga", "--jsonl", "-"), "give a NAME, or --jsonl FILE"),
        (("findings", "--run", "last"), "'last' is neither a run's number nor 'latest'"),
        (("findings", "--status", "done"), "'done' is not one of"),
        (("diff", "1"), "give two runs, or none"),
        (("policy", "https://me:word@a.example/"), "must not contain a user name or password"),
    ],
)
def test_usage_errors(arguments: tuple[str, ...], words: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("verb", [("findings",), ("diff",), ("audit",), ("serve",), ("db", "check")])
def test_a_missing_database_is_an_error_in_one_line(verb: tuple[str, ...], tmp_path: Path) -> None:
    result = call(*verb, "--db", str(tmp_path / "none.db"))
    assert result.exit_code == 1
    assert result.stderr.startswith("error: there is no database")
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("verb", [("findings",), ("crawl", "--resume"), ("db", "check")])
def test_a_file_that_is_no_database(verb: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "text.db"
    path.write_text("no database " * 1000, encoding="utf-8")
    result = call(*verb, "--db", str(path))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "is not a SQLite database" in result.stderr
    assert path.read_text(encoding="utf-8").startswith("no database")


def test_a_database_of_a_newer_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "newer.db"
    assert call("crawl", "--resume", "--db", str(path)).exit_code == 0
    with sqlite3.connect(path) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE name LIKE '%migrations%'")]
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({tables[0]})")]
        values = {"name": "9999_from_the_future", "migration_set": "consent-audit", "applied_at": "2030-01-01"}
        known = {column: values[column] for column in columns if column in values}
        last = connection.execute(f"SELECT * FROM {tables[0]} LIMIT 1").fetchone()
        known |= {column: last[columns.index(column)] for column in columns if column == "migration_set"}
        marks = ", ".join("?" for _ in known)
        connection.execute(f"INSERT INTO {tables[0]} ({', '.join(known)}) VALUES ({marks})", list(known.values()))
    connection.close()
    result = call("findings", "--db", str(path))
    assert result.exit_code == 1
    assert "made by a newer version of consent-audit" in result.stderr


@pytest.mark.parametrize("verb", [("findings",), ("diff",), ("audit",)])
def test_an_empty_database_has_no_run(verb: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    resumed = call("crawl", "--resume", "--db", str(path))
    assert (resumed.exit_code, resumed.stderr) == (0, "there is no unfinished run to resume\n")
    result = call(*verb, "--db", str(path))
    assert result.exit_code == 1
    assert "no run is stored yet" in result.stderr


def test_an_invalid_configuration_lists_every_problem_and_stores_nothing(tmp_path: Path) -> None:
    vendors = tmp_path / "vendors.toml"
    vendors.write_text('[crawl]\nconcurency = 4\n[[vendor]]\nid = "A"\nname = "A\\u001b[31m"\n', encoding="utf-8")
    result = call("crawl", "--vendors", str(vendors), "--db", str(tmp_path / "a.db"))
    assert result.exit_code == 3
    assert result.stderr.splitlines() == [
        "invalid configuration:",
        '  crawl.concurency: unknown key; did you mean "concurrency"?',
        "  vendor[0].id: must be 1 to 64 characters of a-z, 0-9 and -",
        "  vendor[0].name: contains control characters",
        "  vendor[0].site: at least one [[vendor.site]] with a url is required",
    ]
    assert not (tmp_path / "a.db").exists()


@pytest.mark.parametrize("verb", [("crawl",), ("visit", "https://a.example/"), ("policy", "https://a.example/p")])
def test_a_named_configuration_must_be_there(verb: tuple[str, ...], tmp_path: Path) -> None:
    result = call(*verb, "--vendors", str(tmp_path / "none.toml"))
    assert result.exit_code == 3
    assert "cannot be read: No such file or directory" in result.stderr


def test_unknown_vendors_are_usage_errors(tmp_path: Path) -> None:
    vendors = tmp_path / "vendors.toml"
    vendors.write_text(
        '[[vendor]]\nid = "a"\nname = "A"\n[[vendor.site]]\nurl = "https://a.example/"\n', encoding="utf-8"
    )
    result = call("crawl", "--vendors", str(vendors), "--vendor", "b", "--db", str(tmp_path / "a.db"))
    assert result.exit_code == 2
    assert "no vendor b in the configuration; it has a" in result.stderr


@pytest.mark.parametrize(
    ("raised", "code", "words"),
    [
        (StoreError("the disk is full"), 1, "error: the disk is full\n"),
        (ConfigError(("a: wrong", "b: wrong")), 3, "invalid configuration:\n  a: wrong\n  b: wrong\n"),
        (KeyError("x"), 1, "unexpected error: KeyError: 'x' (--debug shows where)\n"),
        (RuntimeError("\x1b[2Jgone"), 1, "unexpected error: RuntimeError: \\x1b[2Jgone (--debug shows where)\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
    ],
)
def test_errors_and_their_exit_codes(raised: BaseException, code: int, words: str) -> None:
    def body() -> None:
        raise raised

    command = Verb("broken", callback=body)
    result = CliRunner().invoke(command, [])
    assert (result.exit_code, result.stderr, result.stdout) == (code, words, "")
    assert "Traceback" in CliRunner().invoke(command, ["--debug"]).stderr
    assert "Traceback" in CliRunner(env={"CONSENT_AUDIT_DEBUG": "1"}).invoke(command, []).stderr


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("é ü 漢 Ω", "é ü 漢 Ω"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("line\nbreak\tand\rreturn", "line\\nbreak\\tand\\rreturn"),
        ("\u202eevil\u2066", "\\u202eevil\\u2066"),
        ("\x9b31m\x7f", "\\x9b31m\\x7f"),
        ("\udcff", "\\udcff"),
        ("[bold]not markup[/]", "[bold]not markup[/]"),
        (None, "-"),
        ("x" * 600, "x" * 499 + "…"),
    ],
)
def test_what_reaches_the_terminal(text: str | None, shown: str) -> None:
    assert safe(text) == shown


def test_spreadsheets_get_no_hidden_characters() -> None:
    assert plain("a\x1b\u202e\nb") == "ab"


def test_one_name_is_classified() -> None:
    answer = json.loads(call("classify", "_ga", "--domain", "www.a.example", "--json").stdout)
    assert list(answer) == [
        *("name", "domain", "category", "also_declared_as", "service", "entity", "layer", "confidence", "reason"),
        "source",
    ]
    assert (answer["name"], answer["domain"]) == ("_ga", "www.a.example")
    assert (answer["category"], answer["service"]) == ("performance", "Google Analytics")
    assert "Google Analytics" in call("classify", "_ga").stdout


def test_lines_are_classified_in_order_whatever_they_hold() -> None:
    lines = [
        '{"name": "_ga", "domain": ".a.example", "unknown": [1], "lifetime_seconds": 1e999, "http_only": "no"}',
        "",
        '{"name": "https://www.google-analytics.com/collect?v=1"}',
        '{"name": "https://www.google-analytics.com/collect", "kind": "url", "site": "https://a.example/"}',
        '{"name": "zzz-nobody-knows-this", "kind": "local"}',
        '{"kind": "cookie"}',
        '{"name": "a", "kind": "spoon"}',
        '{"name": "a", "domain": 3}',
        "not json",
        "[" * 100_000,
        '{"name": "\\u001b[31m\\ud800"}',
    ]
    result = call("classify", "--jsonl", "-", stdin="\n".join(lines))
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert len(answers) == len(lines) - 1
    assert [answer.get("service") for answer in answers[:4]] == ["Google Analytics"] * 3 + [None]
    assert answers[3]["category"] is None
    assert answers[4] == {"error": 'needs an object with a "name"'}
    assert answers[5] == {"error": "kind must be one of cookie, local, session, indexeddb, cache, url"}
    assert answers[6] == {"error": '"domain" must be a string'}
    assert "error" in answers[7]
    assert "error" in answers[8]
    assert answers[9]["name"] == "\x1b[31m\ud800"
    assert result.stdout.isascii()


def test_a_policy_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "policy.txt"
    path.write_text("Cookie policy. We use targeting cookies of Google Analytics.\x1b[31m", encoding="utf-8")
    document = json.loads(call("policy", str(path), "--json").stdout)
    assert document["schema"] == "policy-declaration/1"
    shown = call("policy", str(path)).stdout
    assert "disclosure level: " in shown
    assert "\x1b" not in shown


BEFORE = """# Cookie policy

Our website uses cookies.

| Name | Provider | Purpose | Expiry |
|---|---|---|---|
| _pk_id | Matomo | Statistics | 1 year |
"""
AFTER = BEFORE.replace("1 year", "13 months") + "\nWe also use Hotjar cookies for statistics.\x1b[31m\n"


def test_a_policy_as_tables(tmp_path: Path) -> None:
    path = tmp_path / "policy.md"
    path.write_text(BEFORE + "\nWe may sell nothing. We never sell your personal data.", encoding="utf-8")
    shown = call("policy", str(path)).stdout
    assert re.search(r"^_pk_id +performance +stated +1 year +Matomo$", shown, re.MULTILINE)
    assert re.search(r"^no sale +document +absolute +website +We never sell your personal data\.$", shown, re.MULTILINE)
    assert "silent on: " in shown


def test_what_changed_between_two_policies(tmp_path: Path) -> None:
    before, after = tmp_path / "before.md", tmp_path / "after.md"
    before.write_text(BEFORE, encoding="utf-8")
    after.write_text(AFTER, encoding="utf-8")
    shown = call("policy", "diff", str(before), str(after)).stdout
    assert re.search(r"^~ +cookie +_pk_id +performance, 1 year, cookie +performance, 13 months, cookie", shown, re.M)
    assert re.search(
        r"^\+ +service +Hotjar +performance +We also use Hotjar cookies for statistics", shown, re.MULTILINE
    )
    assert "\x1b" not in shown
    told = json.loads(call("policy", "diff", str(before), str(after), "--json").stdout)
    assert [(change["kind"], change["what"], change["subject"]) for change in told["changes"]] == [
        ("added", "service", "Hotjar"),
        ("changed", "cookie", "_pk_id"),
    ]
    assert told["before"]["sha256"] == hashlib.sha256(before.read_bytes()).hexdigest()
    assert call("policy", "diff", str(before), str(before)).stdout == "no change in meaning\n"


def test_stored_versions_of_a_policy_are_compared_by_digest(tmp_path: Path) -> None:
    db = tmp_path / "audit.db"
    digests = [Artifacts(db).write(text.encode()) for text in (BEFORE, AFTER)]
    shown = call("policy", "diff", *digests, "--db", str(db)).stdout
    assert "Hotjar" in shown
    missing = call("policy", "diff", digests[0], "0" * 64, "--db", str(db))
    assert (missing.exit_code, missing.stdout) == (1, "")


def test_a_file_named_like_the_subcommand_is_read_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("diff").write_text(BEFORE, encoding="utf-8")
    assert json.loads(call("policy", "./diff", "--json").stdout)["disclosure_level"] == "cookie_list"
    assert json.loads(call("policy", "--json", "./diff").stdout)["disclosure_level"] == "cookie_list"
    assert call("policy").exit_code == 2
    assert "diff BEFORE AFTER" in call("policy", "--help").stdout


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the document holds no text"),
        (b"\0\1\2" * 100, "the document is neither text, PDF nor docx"),
        (b"x" * 10_000_001, "the document is larger than 10 MB"),
        (b"<html><form><input type=password></form>Sign in", "the address shows a sign-in page"),
    ],
)
def test_a_file_that_is_no_policy(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "policy"
    path.write_bytes(content)
    result = call("policy", str(path))
    assert (result.exit_code, result.stdout) == (1, "")
    assert words in result.stderr


def test_severities_are_ordered_most_severe_first() -> None:
    assert [level.value for level in Severity] == ["critical", "high", "medium", "low", "info"]
