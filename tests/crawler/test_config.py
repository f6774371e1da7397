"""vendors.toml: every key, every problem at once with its path, and never anything but Config or ConfigError."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.model import ConfigError, PolicySource, Scenario, Site, Vendor
from crawler.config import Config, CrawlConfig, NetworkConfig, load_config, parse_config

if TYPE_CHECKING:
    from pathlib import Path

VENDOR = '[[vendor]]\nid = "ooma"\nname = "Ooma"\n'
SITE = '[[vendor.site]]\nurl = "https://www.ooma.example/"\n'

COMPLETE = """
[crawl]
concurrency = 8
scenarios = ["no_choice", "reject_all"]
pages_per_site = 2
settle_ms = 1000
settle_max_ms = 2000
visit_timeout_s = 60
locale = "nl-NL"
timezone = "Europe/Amsterdam"
browser = "headed-like"
screenshots = "full"
har = true
robots = "ignore"
robots_reason = "the vendors agreed in their contracts"
[network]
resolve = { "*" = "127.0.0.1:8790", "*.Ooma.example" = "[::1]:81", "a.example" = "10.0.0.1" }
ignore_certificate_errors = true
allow_private_addresses = true
proxy = "socks5://user:word@127.0.0.1:1080"
[[vendor]]
id = "ooma"
name = "Ooma Office"
owner = "privacy@customer.example"
cadence = "7d"
jurisdictions = ["uk", "eu"]
[[vendor.site]]
url = "https://www.ooma.example/"
scope = "website"
pages = ["/pricing"]
[[vendor.site]]
url = "https://office.ooma.example/login"
scope = "web_portal"
[[vendor.policy]]
url = "https://www.ooma.example/privacy"
[[vendor.policy]]
file = "ooma.txt"
"""


def problems(text: str, folder: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, folder=folder)
    return caught.value.problems


def test_every_key_is_read(tmp_path: Path) -> None:
    (tmp_path / "ooma.txt").write_text("We use cookies.", encoding="utf-8")
    path = tmp_path / "vendors.toml"
    path.write_text(COMPLETE, encoding="utf-8")
    assert load_config(path) == Config(
        crawl=CrawlConfig(
            concurrency=8,
            scenarios=(Scenario.NO_CHOICE, Scenario.REJECT_ALL),
            pages_per_site=2,
            settle_ms=1000,
            settle_max_ms=2000,
            visit_timeout_s=60,
            locale="nl-NL",
            timezone="Europe/Amsterdam",
            browser="headed-like",
            screenshots="full",
            har=True,
            robots="ignore",
            robots_reason="the vendors agreed in their contracts",
        ),
        network=NetworkConfig(
            resolve={"*": "127.0.0.1:8790", "*.ooma.example": "[::1]:81", "a.example": "10.0.0.1"},
            ignore_certificate_errors=True,
            allow_private_addresses=True,
            proxy="socks5://user:word@127.0.0.1:1080",
        ),
        vendors=(
            Vendor(
                id="ooma",
                name="Ooma Office",
                owner="privacy@customer.example",
                cadence="7d",
                jurisdictions=("uk", "eu"),
                sites=(
                    Site(url="https://www.ooma.example/", scope="website", pages=("/pricing",)),
                    Site(url="https://office.ooma.example/login", scope="web_portal"),
                ),
                policies=(
                    PolicySource(url="https://www.ooma.example/privacy"),
                    PolicySource(file=str(tmp_path / "ooma.txt")),
                ),
            ),
        ),
    )


def test_the_smallest_file_takes_the_defaults(tmp_path: Path) -> None:
    config = parse_config(VENDOR + SITE, folder=tmp_path)
    assert (config.crawl, config.network) == (CrawlConfig(), NetworkConfig())
    assert config.crawl.scenarios == (Scenario.NO_CHOICE, Scenario.ACCEPT_ALL, Scenario.REJECT_ALL)


def test_every_problem_is_reported_at_once_with_its_path(tmp_path: Path) -> None:
    text = f"""
colour = 1
[crawl]
concurency = 4
settle_ms = 9000
settle_max_ms = 3000
robots = "ignore"
[network]
resolve = {{ "*.a.example" = "nowhere", "a b" = "127.0.0.1" }}
{VENDOR}{SITE}
[[vendor]]
id = "Ooma"
[[vendor.site]]
url = "ftp://ooma.example/"
urls = "x"
[[vendor]]
id = "ooma"
name = ""
[[vendor.policy]]
"""
    assert problems(text, tmp_path) == (
        'crawl.concurency: unknown key; did you mean "concurrency"?',
        "crawl.settle_max_ms: must be at least settle_ms (9000), is 3000",
        'crawl.robots_reason: is required where robots = "ignore": why may robots.txt be ignored here?',
        'network.resolve.*.a.example: must be an IP address with an optional port, such as "127.0.0.1:8790" '
        'or "[::1]:8790"',
        'network.resolve.a b: must be "*", a host or "*." and a host',
        "vendor[1].id: must be 1 to 64 characters of a-z, 0-9 and -",
        "vendor[1].name: is required",
        "vendor[1].site[0].url: must begin with http:// or https://",
        'vendor[1].site[0].urls: unknown key; did you mean "url"?',
        "vendor[2].name: must be a non-empty string",
        "vendor[2].policy[0].url: exactly one of url and file must be given",
        "vendor[2].site: at least one [[vendor.site]] with a url is required",
        "colour: unknown key; known are crawl, network, schedule, notify, vendor",
        'vendor[2].id: "ooma" is already the id of vendor[0]',
    )


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("concurrency = 0", "crawl.concurrency: must be a whole number from 1 to 64"),
        ("concurrency = true", "crawl.concurrency: must be a whole number from 1 to 64"),
        ("concurrency = 2.5", "crawl.concurrency: must be a whole number from 1 to 64"),
        ("pages_per_site = 51", "crawl.pages_per_site: must be a whole number from 1 to 50"),
        ("settle_ms = -1", "crawl.settle_ms: must be a whole number from 0 to 60000"),
        ('visit_timeout_s = "90"', "crawl.visit_timeout_s: must be a whole number from 5 to 900"),
        ('locale = "english"', 'crawl.locale: must be a language tag such as "en-GB"'),
        ('timezone = "Europe/Atlantis"', 'crawl.timezone: must be a time zone such as "Europe/London"'),
        ('timezone = "../../etc/passwd"', 'crawl.timezone: must be a time zone such as "Europe/London"'),
        (
            'browser = "chrome"',
            'crawl.browser: must be "auto", "headless-shell", "headed-like", "playwright" or the path of a browser',
        ),
        ('screenshots = "all"', 'crawl.screenshots: must be one of "viewport", "full"'),
        ('robots = "maybe"', 'crawl.robots: must be one of "obey", "ignore"'),
        ("scenarios = []", "crawl.scenarios: must name at least one scenario"),
        ('scenarios = ["no_choice", "no_choice"]', "crawl.scenarios: lists something twice"),
        (
            'scenarios = ["accept"]',
            'crawl.scenarios: "accept" is not a scenario; there are no_choice, accept_all, reject_all, withdraw, gpc',
        ),
    ],
)
def test_crawl_values(line: str, problem: str, tmp_path: Path) -> None:
    assert problems(f"[crawl]\n{line}\n{VENDOR}{SITE}", tmp_path) == (problem,)


@pytest.mark.parametrize(
    "value", ["7d", "12h", "2w", "@daily", "0 3 * * *", "*/15 0-6,22 1 jan-mar mon", "30 4 1,15 * 5", "5/10 * * * *"]
)
def test_cadence_forms(value: str, tmp_path: Path) -> None:
    config = parse_config(f'{VENDOR}cadence = "{value}"\n{SITE}', folder=tmp_path)
    assert config.vendors[0].cadence == value


@pytest.mark.parametrize(
    "value", ["", "7", "0d", "7 days", "* * * *", "60 * * * *", "* * 0 * *", "*/0 * * * *", "6-3 * * * *"]
)
def test_cadence_nonsense(value: str, tmp_path: Path) -> None:
    (problem,) = problems(f'{VENDOR}cadence = "{value}"\n{SITE}', tmp_path)
    assert problem.startswith('vendor[0].cadence: must be like "12h"')


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("", "must be a URL such as https://www.example.com/"),
        ("www.ooma.example", "must begin with http:// or https://"),
        ("javascript:alert(1)", "must begin with http:// or https://"),
        ("https://", "has no host"),
        ("https://a.example:99999/", "is not a valid URL (Port out of range 0-65535)"),
        ("https://[::1/", "is not a valid URL (Invalid IPv6 URL)"),
        ("https://me:word@a.example/", "must not contain a user name or password"),
        ("https://a.example/#x", "must not contain a fragment (#...)"),
        ("https://a.example/a b", "contains white space or control characters"),
    ],
)
def test_urls(url: str, problem: str, tmp_path: Path) -> None:
    assert problems(f'{VENDOR}[[vendor.site]]\nurl = "{url}"\n', tmp_path) == (f"vendor[0].site[0].url: {problem}",)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "vendor: at least one [[vendor]] is required"),
        ("vendor = 3", "vendor: must be an array of at most 10000 tables: [[vendor]]"),
        ("crawl = 3\n" + VENDOR + SITE, "crawl: must be a table: [crawl]"),
        (VENDOR, "vendor[0].site: at least one [[vendor.site]] with a url is required"),
        (
            VENDOR + '[vendor.site]\nurl = "https://a.example/"',
            "vendor[0].site: must be an array of at most 1000 tables: [[vendor.site]]",
        ),
        (VENDOR + SITE + SITE, "vendor[0].site[1].url: is already the url of site[0]"),
        ("[crawl]\nconcurrency = ", "not valid TOML: Invalid value (at line 2, the end of the file)"),
        ("[[vendor]]\nid = 'a'\nid = 'b'\n", "not valid TOML: Cannot overwrite a value (at line 3, column 9)"),
    ],
)
def test_other_problems(text: str, problem: str, tmp_path: Path) -> None:
    assert problems(text, tmp_path) == (problem,)


def test_a_policy_file_that_is_not_there(tmp_path: Path) -> None:
    text = f'{VENDOR}{SITE}[[vendor.policy]]\nfile = "gone.txt"\n'
    assert problems(text, tmp_path) == (f"vendor[0].policy[0].file: there is no file {tmp_path / 'gone.txt'}",)


def test_both_url_and_file(tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text("x", encoding="utf-8")
    text = f'{VENDOR}{SITE}[[vendor.policy]]\nfile = "p.txt"\nurl = "https://a.example/p"\n'
    assert problems(text, tmp_path) == ("vendor[0].policy[0].url: exactly one of url and file must be given",)


def test_no_vendor_is_needed_where_none_is_used(tmp_path: Path) -> None:
    assert parse_config("[crawl]\nconcurrency = 2\n", folder=tmp_path, require_vendors=False).crawl.concurrency == 2


def test_unreadable_files(tmp_path: Path) -> None:
    missing = tmp_path / "missing.toml"
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * 1_000_001)
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'name = "Caf\xe9"')
    for path, problem in (
        (missing, "cannot be read: No such file or directory"),
        (tmp_path, "cannot be read: Is a directory"),
        (large, "is larger than 1000000 bytes"),
        (latin, "is not UTF-8 (byte 11)"),
    ):
        with pytest.raises(ConfigError) as caught:
            load_config(path)
        assert caught.value.problems == (f"{path}: {problem}",)


def test_deep_nesting_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    (problem,) = problems("x = " + "[" * 100_000, tmp_path)
    assert problem.startswith("not valid TOML: ")


TOML_VALUES = st.recursive(
    st.sampled_from(
        ['"x"', "'https://a.example/'", "1", "-1", "1.5", "true", "nan", "2026-01-01", "07:00:00", '"\\u0000"']
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: "[" + ", ".join(parts) + "]"),
        st.lists(inner, max_size=3).map(
            lambda parts: "{" + ", ".join(f'"k{i}" = {part}' for i, part in enumerate(parts)) + "}"
        ),
    ),
    max_leaves=5,
)
FIELDS = (*CrawlConfig.__dataclass_fields__, *NetworkConfig.__dataclass_fields__, *Vendor.__dataclass_fields__)
KEYS = st.sampled_from([*FIELDS, "url", "file", "scope", "site", "policy", '"*"', '"a b"', "vendor", "crawl"])
HEADS = st.sampled_from(
    ["", "[crawl]", "[network]", "[network.resolve]", "[[vendor]]", "[[vendor.site]]", "[[vendor.policy]]", "[vendor]"]
)
LINES = st.one_of(HEADS, st.tuples(KEYS, TOML_VALUES).map(" = ".join))


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.one_of(st.lists(LINES, max_size=12).map("\n".join), st.text(max_size=200)), st.booleans())
def test_anything_is_a_config_or_a_config_error(tmp_path: Path, text: str, required: bool) -> None:
    try:
        outcome: Config | tuple[str, ...] = parse_config(text, folder=tmp_path, require_vendors=required)
    except ConfigError as error:
        outcome = error.problems
    assert isinstance(outcome, Config) or all(outcome)


@given(st.binary(max_size=300))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError):
        load_config(path)
