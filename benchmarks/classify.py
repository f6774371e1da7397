"""How fast, how quickly ready and how right the classifier is.

    python benchmarks/classify.py [--items 200000] [--shared ../shared]

**Speed**: questions a second of processor time, warm, over the names of the bundled table and the Open Cookie Database
and over URLs that EasyPrivacy's rules name, each on first-party and third-party hosts, half of them made up.

**Start**: processor time of loading everything, filter lists from their compiled form.

**Accuracy**: the Open Cookie Database (OCD) carries labels, so its rows are asked of a classifier that does not have
it: what the bundled table and the heuristics say of names that mostly are not theirs. OCD's *Functional* holds both
what works and what is needed to work: either answer is right there. *Defensible* counts an answer right, too, whose
``also_declared_as`` holds the label. Rows of one vendor share that vendor's label (a consent record of an analytics
tool is *Analytics*), which the measured accuracy pays for. Without the lists in ``--shared`` (its ``data/``) only the
bundled table is measured.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.classify import Classifier, classifier
from auditor.facts import cookie_facts, host_facts
from auditor.filter_lists import FilterList
from auditor.model import Category
from auditor.open_cookie_database import read_csv

if TYPE_CHECKING:
    from collections.abc import Callable

SITE = "https://www.vendor.example/"
ENTITIES = Path(__file__).resolve().parents[1] / "node_modules/third-party-web/dist/entities.json"
NECESSARY = frozenset({Category.STRICTLY_NECESSARY, Category.FUNCTIONAL})
_HOST_RULE = re.compile(r"^\|\|([a-z0-9.-]+\.[a-z]{2,})\^", re.MULTILINE)


def timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def text_of(path: Path) -> str | None:
    return path.read_text("utf-8") if path.is_file() else None


def filters_of(data: Path, compiled: dict[str, bytes]) -> tuple[FilterList, ...]:
    found = []
    for name in ("EasyPrivacy", "EasyList"):
        text = text_of(data / f"{name.lower()}.txt")
        if text is not None:
            found.append(FilterList(name, text, compiled.get(name)))
    return tuple(found)


def everything(data: Path, compiled: dict[str, bytes]) -> Classifier:
    return classifier(
        open_cookie_database=text_of(data / "open-cookie-database.csv"),
        third_party_web=text_of(ENTITIES),
        filters=filters_of(data, compiled),
    )


def cookies(data: Path, count: int, source: random.Random) -> list[tuple[str, str]]:
    names = [row.pattern if row.regex is None else f"{row.prefix}0a1b2c" for row in cookie_facts()]
    database = text_of(data / "open-cookie-database.csv")
    names += [f"{row.name}0a1b" if row.wildcard else row.name for row in read_csv(database)] if database else []
    hosts = [row.host for row in host_facts()]
    return [
        (
            source.choice(names) if number % 2 else f"own_{source.randrange(5_000)}",
            source.choice(hosts) if number % 3 == 0 else "www.vendor.example",
        )
        for number in range(count)
    ]


def urls(data: Path, count: int, source: random.Random) -> list[str]:
    rules = text_of(data / "easyprivacy.txt")
    hosts = _HOST_RULE.findall(rules) if rules else [row.host for row in host_facts()]
    drawn = (source.choice(hosts) if number % 2 else f"cdn{number % 5_000}.example.org" for number in range(count))
    return [f"https://{host}/a/{number % 97}.js?v={number}" for number, host in enumerate(drawn)]


def speed(data: Path, count: int, compiled: dict[str, bytes]) -> None:
    source = random.Random(1)
    know = everything(data, compiled)
    items, addresses = cookies(data, count, source), urls(data, count, source)
    table = {row.pattern: row for row in cookie_facts()}

    def ask_cookies() -> None:
        for name, domain in items:
            know.cookie(name, domain, site=SITE)

    def ask_urls() -> None:
        for url in addresses:
            know.url(url, site=SITE, resource_type="script")

    timed(ask_cookies), timed(ask_urls)
    print(f"dictionary lookups  {count / timed(lambda: [table.get(name) for name, _ in items]):10,.0f} /s")
    print(f"cookies             {count / timed(ask_cookies):10,.0f} /s")
    print(f"URLs                {count / timed(ask_urls):10,.0f} /s")


def accuracy(data: Path) -> None:
    database = text_of(data / "open-cookie-database.csv")
    if database is None:
        print("accuracy: no labelled data")
        return
    rows = read_csv(database)
    for title, entities in (("bundled tables", None), ("with third-party-web", text_of(ENTITIES))):
        asked, right, defensible = Counter[int](), Counter[int](), Counter[int]()
        know = classifier(third_party_web=entities)
        for row in rows:
            name = f"{row.name}1a2b3c" if row.wildcard else row.name
            known = know.cookie(name, row.hosts[0] if row.hosts else "www.vendor.example", site=SITE)
            label = NECESSARY if row.category in NECESSARY else frozenset({row.category})
            if known.category is not None:
                asked[known.layer] += 1
                right[known.layer] += known.category in label
                defensible[known.layer] += bool({known.category, *known.also_declared_as} & label)
        total = asked.total()
        print(f"\n{title}: {len(rows):,} rows of OCD, which is left out")
        print("layer   answers   right   defensible")
        for layer in sorted(asked):
            shares = f"{right[layer] / asked[layer]:7.3f}   {defensible[layer] / asked[layer]:10.3f}"
            print(f"{layer:>5} {asked[layer]:9,} {shares}")
        print(f"  all {total:9,} {right.total() / total:7.3f}   {defensible.total() / total:10.3f}")
        print(f"coverage {total / len(rows):.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=200_000)
    default = os.environ.get("CONSENT_AUDIT_SHARED") or Path(__file__).resolve().parents[2] / "shared"
    parser.add_argument("--shared", type=Path, default=Path(default), help="the folder with data/ of lists")
    given = parser.parse_args()
    data = given.shared / "data"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    compiled = {one.name: one.compiled() for one in filters_of(data, {})}
    print(f"start, tables only  {timed(classifier) * 1000:10,.0f} ms")
    print(f"start, all lists    {timed(lambda: everything(data, compiled)) * 1000:10,.0f} ms")
    speed(data, given.items, compiled)
    print(f"memory              {(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024:10,.0f} MB more")
    accuracy(data)


if __name__ == "__main__":
    main()
