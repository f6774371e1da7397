"""How long judging stored evidence takes, and whether judging it twice gives the same document, byte for byte.

    python benchmarks/audit.py [--visits 1000]

The evidence is made here: vendors with three visits each, of 20 cookies (5 of them known), 8 storage entries and 60
requests (15 to third parties), and a policy with a table of 30 cookies. Time is processor time of reading the evidence,
judging it and storing the verdicts.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from pathlib import Path

from support.evidence import policy_document

from auditor import examples
from auditor.facts import cookie_facts, host_facts
from auditor.model import (
    Beacon,
    Phase,
    PlannedVisit,
    PolicyDocument,
    RunStatus,
    Scenario,
    Site,
    Vendor,
    Visit,
)
from crawler.cli.findings import listing_of
from crawler.cli.findings_json import listing_to_json
from crawler.cli.judging import judge
from db.store import Store

SCENARIOS = (Scenario.NO_CHOICE, Scenario.ACCEPT_ALL, Scenario.REJECT_ALL)
AFTER = {Scenario.ACCEPT_ALL: Phase.AFTER_ACCEPT, Scenario.REJECT_ALL: Phase.AFTER_REJECT}
COOKIES, ENTRIES, REQUESTS, LISTED = 20, 8, 60, 30
KNOWN = 4
"""Every so manieth cookie has a known name, and every so manieth request goes to a third party."""
GOAL_S = 30.0


def vendor(number: int) -> Vendor:
    return Vendor(id=f"v{number}", name=f"Vendor {number}", sites=(Site(url=f"https://www.vendor-{number}.example/"),))


def stack(source: random.Random) -> tuple[list[str], list[str]]:
    """What a vendor uses: names of known cookies, and hosts of third parties."""
    names = [row.pattern if row.regex is None else f"{row.prefix}0a1b2c" for row in cookie_facts()]
    hosts = [row.host for row in host_facts()]
    return source.sample(names, COOKIES // KNOWN), source.sample(hosts, REQUESTS // 10)


def visit(of: Vendor, scenario: Scenario, used: tuple[list[str], list[str]], source: random.Random) -> Visit:
    site = of.sites[0].url
    own = site.removeprefix("https://www.").rstrip("/")
    names, hosts = used
    phases = (Phase.BEFORE_CHOICE, AFTER.get(scenario, Phase.BEFORE_CHOICE))
    seen = []
    for place in range(COOKIES):
        name = names[place // KNOWN] if place % KNOWN == 0 else f"own_{place}"
        domain = source.choice(hosts) if place % (2 * KNOWN) == 0 else own
        value = f"GA1.1.{source.randrange(10**8, 10**9)}.1767355200"
        seen.append(examples.cookie(name, domain, page=site, phase=source.choice(phases), value=value))
    for place in range(ENTRIES):
        key = names[0] if place == 0 else f"own_{place}"
        seen.append(examples.storage(key, site.rstrip("/"), phase=source.choice(phases)))
    for place in range(REQUESTS):
        host = source.choice(hosts) if place % KNOWN == 0 else f"static.{own}"
        beacon = Beacon.PIXEL if place % (3 * KNOWN) == 0 else None
        url = f"https://{host}/{source.randrange(40)}/a.js?id=1"
        seen.append(examples.request(url, page=site, phase=source.choice(phases), beacon=beacon, at_ms=place * 20))
    return examples.visit(scenario, *seen, vendor=of.id, site=site)


def policy(of: Vendor, source: random.Random) -> PolicyDocument:
    rows = source.sample(cookie_facts(), LISTED)
    table = "".join(
        f"<tr><td>{row.pattern}</td><td>{row.service or of.name}</td><td>{row.category.value.replace('_', ' ')}</td>"
        f"<td>Remembers something for us.</td><td>1 year</td></tr>"
        for row in rows
    )
    prose = "<p>We use cookies on this website to understand how our pages are used and to improve them.</p>" * 20
    text = (
        f"<h1>Cookie policy</h1>{prose}<table><tr><th>Cookie</th><th>Provider</th><th>Category</th><th>Purpose</th>"
        f"<th>Duration</th></tr>{table}</table>"
    )
    return policy_document(of, text)


def store_evidence(store: Store, visits: int) -> int:
    source = random.Random(1)
    vendors = [vendor(number) for number in range(max(1, visits // len(SCENARIOS)))]
    planned = [PlannedVisit(vendor=of.id, site=of.sites[0].url, scenario=each) for of in vendors for each in SCENARIOS]
    run = store.start_run(vendors, planned, tool_version="0", browser=None, settings={})
    for of in vendors:
        used = stack(source)
        for scenario in SCENARIOS:
            store.save_visit(run, visit(of, scenario, used, source), ())
        store.save_policy(run, policy(of, source))
    store.finish_run(run, RunStatus.COMPLETE)
    return run


def document(store: Store, run: int) -> bytes:
    return json.dumps(listing_to_json(listing_of(store, run=run))).encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visits", type=int, default=1_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "audit.db") as store:
        run = store_evidence(store, given.visits)
        start = time.process_time()
        judge(store, run)
        took = time.process_time() - start
        first = document(store, run)
        judge(store, run)
        same = document(store, run) == first
        findings = len(store.findings(run=run))
    print(f"visits judged       {given.visits:10,}      {findings:,} findings")
    print(f"processor time      {took:10.1f} s    goal: {GOAL_S:.0f} s for 1,000")
    print(f"per visit           {took / given.visits * 1000:10.1f} ms")
    print(f"judged twice        {'the same, byte for byte' if same else 'DIFFERENT'}")


if __name__ == "__main__":
    main()
