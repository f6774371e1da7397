"""The bundled tables: well-formed, without duplicates, without traps, and true to the table they come from."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from auditor import facts
from auditor.classify import bundled
from auditor.domains import normal_host
from auditor.facts import EXEMPT_USES, glob_regex, literal_prefix, read_table
from auditor.policy.table_conflicts import SURE
from auditor.services import fold

if TYPE_CHECKING:
    from pathlib import Path

CATEGORY = {"enum": ["strictly_necessary", "functional", "performance", "targeting"]}
CATEGORIES = {"type": "array", "items": CATEGORY, "uniqueItems": True}
TEXT = {"type": "string", "minLength": 1, "pattern": r"^\S(.*\S)?$"}
NAME_OR_NULL = {"anyOf": [TEXT, {"type": "null"}]}
HEADER = {
    "schema": {"type": "integer"},
    "licence": {"const": "Apache-2.0"},
    "date": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
    "source": TEXT,
    "fields": {"type": "object"},
}
ROLES = [
    *("ab_test", "ad_verification", "ads", "affiliate", "analytics", "attribution", "audience_measurement"),
    *("b2b_identification", "call_tracking", "cdn", "cdp", "chat", "collect", "consent", "dmp", "embed", "font"),
    *("forms", "id_sync", "login", "marketing_automation", "measurement", "payment", "personalization", "pixel"),
    *("push", "rum", "security", "session_replay", "shared", "social", "survey", "tag_manager", "video"),
]


def closed(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def rows(row: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": row, "minItems": 1, "uniqueItems": True}


COOKIE = closed(
    {
        "pattern": TEXT,
        "kind": {"enum": ["local", "session"]},
        "service": TEXT,
        "category": CATEGORY,
        "also_declared_as": CATEGORIES | {"minItems": 1},
        "party": {"enum": ["first", "third", "both"]},
        "domains": {
            "type": "array",
            "items": {"type": "string", "pattern": r"^[a-z0-9-]+(\.[a-z0-9-]+)+$"},
            "minItems": 1,
        },
        "use": {"enum": [*sorted(EXEMPT_USES), "session", "basket", "login"]},
        "domain_only": {"const": True},
        "product": TEXT,
        "lifetime_s": {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]},
        "source": {"type": "string", "pattern": "^https://"},
        "checked": {
            "enum": ["vendor_list_read", "second_source_agrees", "second_source_differs", "single_source", "unread"]
        },
    },
    optional=("kind", "service", "also_declared_as", "domains", "use", "domain_only", "product"),
)
HOST = {
    "host": {"type": "string"},
    "service": NAME_OR_NULL,
    "category": {"anyOf": [CATEGORY, {"type": "null"}]},
    "role": {"enum": ROLES},
    "also_declared_as": CATEGORIES,
}
URL = HOST | {
    "path": {"type": "string", "pattern": "^/"},
    "query": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}, "minItems": 1}},
}
SERVICE = closed(
    {"name": TEXT, "entity": NAME_OR_NULL, "aliases": {"type": "array", "items": TEXT, "uniqueItems": True}}
)
SCHEMAS = {
    "known_cookies.json": closed(HEADER | {"cookies": rows(COOKIE)}),
    "known_hosts.json": closed(
        HEADER
        | {"hosts": rows(closed(HOST, ("also_declared_as",))), "urls": rows(closed(URL, ("also_declared_as", "query")))}
    ),
    "services.json": closed(
        HEADER | {"words": {"type": "array"}, "never_in_text": {"type": "array"}, "services": rows(SERVICE)}
    ),
}


def repeated(values: list[Any]) -> list[Any]:
    return [value for value, count in Counter(values).items() if count > 1]


@pytest.mark.parametrize("name", SCHEMAS)
def test_tables_are_valid(name: str) -> None:
    table = read_table(name)
    assert not [
        f"{list(error.path)}: {error.message}" for error in Draft202012Validator(SCHEMAS[name]).iter_errors(table)
    ]


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_row_is_a_line(name: str, project: Path) -> None:
    lines = (project / "auditor" / "knowledge" / name).read_text("utf-8").splitlines()
    table = read_table(name)
    named = "cookies" if "cookies" in table else "hosts" if "hosts" in table else "services"
    written = [json.loads(line.rstrip(",")) for line in lines if line.startswith("  {")]
    assert written[: len(table[named])] == table[named]


def test_what_was_not_read_is_never_sure() -> None:
    unread = [fact for fact in facts.cookie_facts() if fact.checked == "unread"]
    assert unread
    assert not [fact.pattern for fact in unread if fact.lifetime_s is not None]
    sure = [
        fact.pattern
        for fact in unread
        if fact.regex is None
        and bundled().cookie(fact.pattern, (*fact.domains, None)[0], kind=fact.kind).confidence >= SURE
    ]
    assert not sure


def test_cookies_are_unique() -> None:
    assert not repeated([(row.pattern, row.kind, row.domains) for row in facts.cookie_facts()])


def test_categories_are_not_repeated() -> None:
    assert not [row for row in facts.cookie_facts() if row.category in row.also_declared_as]
    assert not [row for row in (*facts.host_facts(), *facts.url_facts()) if row.category in row.also_declared_as]


def test_globs_say_something() -> None:
    for row in facts.cookie_facts():
        if row.regex is not None:
            assert len(row.prefix) >= (2 if row.domains else 3), row.pattern
            assert row.matches(
                row.pattern.replace("*", "0").replace("[0-9]", "0").replace("[0-9a-f]", "0").replace("[0-9A-Z]", "0")
            )


def test_short_names_need_a_domain() -> None:
    """`id`, `uid`, `ts` mean nothing on a domain that is not their owner's."""
    free = {row.pattern for row in facts.cookie_facts() if len(row.pattern) <= 2 and not row.domain_only}
    assert free == {"RT"}
    assert not [row for row in facts.cookie_facts() if row.domain_only and not row.domains]


def test_a_third_party_row_names_its_domain() -> None:
    """But for what any advertising host sets, and storage in a captcha's frame."""
    nowhere = {row.pattern for row in facts.cookie_facts() if row.party == "third" and not row.domains}
    assert nowhere == {
        "rc::a",
        "rc::b",
        "rc::c",
        "rc::d-*",
        "rc::f",
        "prism_[0-9]*",
        "brwsr",
        "receive-cookie-deprecation",
    }


def test_exempt_items_are_essential_or_record_a_refusal() -> None:
    refusals = {
        row.pattern for row in facts.cookie_facts() if row.use in EXEMPT_USES and row.category != "strictly_necessary"
    }
    assert refusals == {
        "oo",
        "BizographicsOptOut",
        "__adroll_opt_out",
        "TTDOptOut",
        "_hjOptOut",
        "cto_optout",
        "__gpi_optout",
    }


def test_hosts_are_hosts() -> None:
    hosts = facts.host_facts()
    assert not repeated([row.host for row in hosts])
    assert not [row.host for row in hosts if normal_host(row.host) != row.host]
    assert not [row.host for row in facts.url_facts() if row.host != "*" and normal_host(row.host) != row.host]
    assert not [row.host for row in hosts if (row.category is None) != (row.role == "shared")]


def test_services_and_rows_know_each_other() -> None:
    named = {service.name for service in facts.service_facts()}
    used = {row.service for row in facts.cookie_facts()}
    used |= {row.service for row in (*facts.host_facts(), *facts.url_facts())}
    assert named == used - {None}
    assert not repeated([service.name for service in facts.service_facts()])


def test_shared_names_are_meant() -> None:
    """A name that means several services blurs them, which must be on purpose."""
    owners: dict[str, set[str]] = {}
    for service in facts.service_facts():
        for name in (service.name, *service.aliases):
            owners.setdefault(fold(name), set()).add(service.name)
    assert {name for name, services in owners.items() if len(services) > 1} == {
        "adsense",
        "amazon web services",
        "aws",
        "doubleclick",
        "doubleclick for publishers",
        "facebook",
        "google ad manager",
        "google ads",
        "google adsense",
        "google adwords",
        "google doubleclick",
        "linkedin",
        "meta",
        "meta platforms",
        "nextroll",
    }


def test_words_are_names_of_services() -> None:
    names = {name for service in facts.service_facts() for name in (service.name, *service.aliases)}
    assert facts.plain_words() <= names
    assert facts.too_wide() == {"Google", "Microsoft"}


def test_every_consent_record_that_can_be_decoded_is_known_and_exempt() -> None:
    from auditor.consent_strings import KNOWN_RECORDS

    for name in (*KNOWN_RECORDS, "cmplz_marketing", "cookielawinfo-checkbox-analytics", "_iub_cs-1234"):
        known = bundled().cookie(name, "vendor.example", site="https://www.vendor.example/")
        assert (known.role, known.exempt) == ("consent_record", True), name


FAMILIES = {
    "type": "object",
    "properties": HEADER
    | {
        "families": rows(
            closed({"pattern": TEXT, "product": TEXT, "category": CATEGORY, "also_declared_as": CATEGORIES})
        )
    },
    "required": [*HEADER, "families"],
    "additionalProperties": False,
}


def test_name_families_are_well_formed() -> None:
    table = read_table("name_families.json")
    Draft202012Validator(FAMILIES).validate(table)
    assert [row for row in table["families"] if row["category"] in row["also_declared_as"]] == []
    assert max(Counter(row["pattern"] for row in table["families"]).values()) == 1
    known = {row.pattern for row in facts.cookie_facts() if row.kind == "cookie" and not row.domain_only}
    assert {row["pattern"] for row in table["families"]} & known == set()


def test_globs() -> None:
    assert glob_regex("mp_*_mixpanel").fullmatch("mp_1_mixpanel")
    assert not glob_regex("a.b*").fullmatch("axb")
    assert glob_regex("a?c").fullmatch("abc")
    assert glob_regex("v[0-9]*").fullmatch("v1\nx")
    assert literal_prefix("visitor_id[0-9]*") == "visitor_id"
    assert literal_prefix("_ga") == "_ga"


def test_the_table_answers_as_the_one_it_was_compiled_from(shared: Path) -> None:
    """Every row, asked by name and domain, has the category it had; `hs`, two letters without a domain, is a guess."""
    source = json.loads((shared / "data" / "known_cookies.json").read_text("utf-8"))
    kinds = {"cookie": "cookie", "localStorage": "local", "sessionStorage": "session"}
    examples = {"SESS": "SESS" + "0" * 32, "_opt_": "_opt_utmc", "amp_": "amp_0a1b2c", "_ga_": "_ga_ABC123"}
    different = {}
    for row in source["cookies"]:
        prefix = row["pattern"].split("?")[0].split("*")[0]
        name = examples.get(prefix, row["pattern"].replace("*", "0")) if row["match"] == "glob" else row["pattern"]
        domain = next((domain for domain in row["domains"] if domain != "*"), "vendor.example")
        known = bundled().cookie(name, domain, site="https://vendor.example/", kind=kinds[row["kind"]])
        if known.category != row["category"] or known.layer > 4:
            different[row["pattern"]] = known.category
    assert different == {"hs": "strictly_necessary"}
