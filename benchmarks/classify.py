"""How many items a second of processor time the classifier answers, beside a plain dictionary lookup in the same run.

    python benchmarks/classify.py [--items 200000] [--open-cookie-database FILE] [--third-party-web FILE]

Items are drawn from the bundled table (names of its rows, globs filled in) and from made-up names, half and half, on
first-party and third-party domains. Numbers of one machine mean little; the ratio to the dictionary lookup does.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.classify import Classifier, classifier
from auditor.facts import cookie_facts, host_facts

if TYPE_CHECKING:
    from collections.abc import Callable

SITE = "https://www.vendor.example/"


def items(count: int) -> list[tuple[str, str]]:
    source = random.Random(1)
    known = [row.pattern if row.regex is None else f"{row.prefix}0a1b2c" for row in cookie_facts()]
    hosts = [row.host for row in host_facts()]
    drawn = []
    for number in range(count):
        name = source.choice(known) if number % 2 else f"own_{source.randrange(5_000)}"
        drawn.append((name, source.choice(hosts) if number % 3 == 0 else "www.vendor.example"))
    return drawn


def per_second(count: int, run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return count / (time.process_time() - start)


def load(database: Path | None, entities: Path | None) -> Classifier:
    return classifier(
        open_cookie_database=database.read_text("utf-8") if database else None,
        third_party_web=entities.read_text("utf-8") if entities else None,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=200_000)
    parser.add_argument("--open-cookie-database", type=Path, help="its CSV")
    parser.add_argument("--third-party-web", type=Path, help="its entities.json")
    given = parser.parse_args()
    count = given.items
    start = time.process_time()
    know = load(given.open_cookie_database, given.third_party_web)
    loading = time.process_time() - start
    drawn = items(count)
    table = {row.pattern: row for row in cookie_facts()}
    [know.cookie(name, domain, site=SITE) for name, domain in drawn[:2_000]]
    lookups = per_second(count, lambda: [table.get(name) for name, _ in drawn])
    cookies = per_second(count, lambda: [know.cookie(name, domain, site=SITE) for name, domain in drawn])
    urls = per_second(count, lambda: [know.url(f"https://{host}/x?y=1", site=SITE) for _, host in drawn])
    print(f"loading the tables  {loading * 1000:10,.0f} ms")
    print(f"dictionary lookups  {lookups:10,.0f} /s")
    print(f"cookies             {cookies:10,.0f} /s   1 : {lookups / cookies:.0f}")
    print(f"URLs                {urls:10,.0f} /s   1 : {lookups / urls:.0f}")


if __name__ == "__main__":
    main()
