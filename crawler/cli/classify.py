"""``classify``: what a cookie, storage key or URL is, and how we know."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, TextIO

import click

from crawler.cli.knowledge import knowledge
from crawler.cli.terminal import print_json, print_json_line, print_text
from crawler.cli.verb import Verb, json_option

if TYPE_CHECKING:
    from auditor.classify import Classifier
    from auditor.model import Classification

KINDS = ("cookie", "local", "session", "indexeddb", "cache", "url")
MAX_LINE = 100_000
LAYERS = {
    1: "the bundled table, by name and domain",
    2: "the bundled table, by name",
    3: "the Open Cookie Database",
    4: "the owner of the host or URL",
    5: "inferred; rules never rely on it",
    6: "nothing; no source knows it",
}
_LIST_LAYER = 3
_TEXTS = ("domain", "site")


@click.command(cls=Verb)
@click.argument("name", required=False)
@click.option("--domain", metavar="D", help="The cookie's domain, or the storage's host.")
@click.option(
    "--jsonl",
    type=click.File(encoding="utf-8", errors="replace"),
    metavar="FILE",
    help="Classify one JSON object a line (- reads stdin), answer with one a line.",
)
@json_option
def classify(name: str | None, domain: str | None, jsonl: TextIO | None, as_json: bool) -> None:
    """Say what a cookie, storage key or URL is.

    Category, service and owner, and where we know it from.
    """
    if (name is None) == (jsonl is None):
        raise click.UsageError("give a NAME, or --jsonl FILE")
    if jsonl is not None:
        for line in jsonl:
            if line.strip():
                print_json_line(answered(knowledge(), line))
        return
    answer = answer_to(knowledge(), {"name": name, "domain": domain})
    if as_json:
        print_json(answer)
        return
    for line in (*explained(answer), *_asked(knowledge(), answer)):
        print_text(line)


def explained(answer: dict[str, Any]) -> list[str]:
    """An answer in lines for a person; what is not known is left out, but for the purpose."""
    where = f" on {answer['domain']}" if answer["domain"] else ""
    also = ", ".join(word.replace("_", " ") for word in answer["also_declared_as"])
    purpose = (answer["category"] or "unknown").replace("_", " ")
    owner = f" ({answer['entity']})" if answer["entity"] and answer["entity"] != answer["service"] else ""
    service = f"{answer['service']}{owner}" if answer["service"] else answer["entity"]
    facts = (
        ("purpose", purpose + (f", also declared as {also}" if also else "")),
        ("service", service),
        ("known by", f"layer {answer['layer']}, {LAYERS[answer['layer']]}"),
        ("confidence", f"{answer['confidence']:.2f}"),
        ("reason", answer["reason"]),
        ("source", answer["source"]),
    )
    return [f"{answer['name']}{where}", *(f"  {name:<11} {fact}" for name, fact in facts if fact)]


def _asked(classifier: Classifier, answer: dict[str, Any]) -> list[str]:
    """What each layer says of a cookie or storage entry, one line each; none for a URL, which only one layer knows."""
    if _is_url(answer["name"]):
        return []
    said = dict(classifier.opinions(answer["name"], answer["domain"]))
    return ["  layers asked", *(f"    {layer}  {LAYERS[layer]}: {_opinion(said, layer)}" for layer in range(1, 6))]


def _opinion(said: dict[int, Classification | None], layer: int) -> str:
    known = said.get(layer)
    if known is None:
        return "not here (lists import, lists update)" if layer == _LIST_LAYER and layer not in said else "nothing"
    purpose = known.category.value.replace("_", " ") if known.category else "no purpose"
    return f"{purpose}, {known.service}" if known.service else purpose


def answered(classifier: Classifier, line: str) -> dict[str, Any]:
    """The answer to one line of JSON; an object with ``error`` where the line is no question."""
    try:
        question = json.loads(line[:MAX_LINE])
        return answer_to(classifier, question)
    except (ValueError, RecursionError) as error:
        return {"error": f"{error}"}


def answer_to(classifier: Classifier, question: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever JSON holds
    """What an item is.

    Args:
        classifier: the tables.
        question: an object with ``name`` and optionally ``domain``, ``site``, ``kind``, ``lifetime_seconds`` and
            ``http_only``; other keys are ignored. A name that is an http(s) URL is one, whatever its kind.

    Raises:
        ValueError: the question has no name, or a value of the wrong type.
    """
    if not isinstance(question, dict) or not isinstance(question.get("name"), str):
        raise ValueError('needs an object with a "name"')  # noqa: TRY004 - one kind of error for a bad line
    name, kind = question["name"], question.get("kind") or "cookie"
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}")
    domain, site = (_optional_text(question, key) for key in _TEXTS)
    if kind == "url" or _is_url(name):
        known = classifier.url(_address(name, domain), site=site)
    else:
        lifetime, http_only = question.get("lifetime_seconds"), question.get("http_only")
        seconds = int(lifetime) if isinstance(lifetime, int | float) and math.isfinite(lifetime) else None
        known = classifier.cookie(
            name,
            domain,
            site=site,
            kind=kind,
            lifetime_seconds=seconds,
            http_only=http_only if isinstance(http_only, bool) else None,
        )
    return {
        "name": name,
        "domain": domain,
        "category": known.category.value if known.category else None,
        "also_declared_as": [category.value for category in known.also_declared_as],
        "service": known.service,
        "entity": known.entity,
        "layer": known.layer,
        "confidence": known.confidence,
        "reason": known.reason,
        "source": known.source,
    }


def _is_url(name: str) -> bool:
    return name.startswith(("http://", "https://"))


def _address(name: str, domain: str | None) -> str:
    """A URL as it was given; a path of a domain, or a host, is made one."""
    if "://" in name:
        return name
    return f"https://{domain}/{name.lstrip('/')}" if domain else f"https://{name.lstrip('/')}"


def _optional_text(question: dict[str, Any], key: str) -> str | None:
    value = question.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f'"{key}" must be a string')
    return value or None
