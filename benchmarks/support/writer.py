"""A crawl that writes as fast as it can, until it is killed: one line for every visit that is stored."""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from pathlib import Path

from support import evidence

from auditor.model import PlannedVisit, RunStatus
from crawler.cli.judging import judge
from db.store import Store

VENDORS = 4


def main() -> None:
    found = evidence.vendors(VENDORS)
    planned = [
        PlannedVisit(vendor=of.id, site=site.url, scenario=scenario)
        for of in found
        for site in of.sites
        for scenario in evidence.SCENARIOS
    ]
    source = random.Random(1)
    used = evidence.stack(source)
    made = [evidence.visit(found[0], each.site, each.scenario, used, source) for each in planned]
    with Store(Path(sys.argv[1])) as store:
        while True:
            run = store.start_run(found, planned, tool_version="0", browser=None, settings={})
            for plan, visit in zip(planned, made, strict=True):
                print(store.save_visit(run, replace(visit, vendor=plan.vendor), evidence.artifacts(visit)), flush=True)
            store.finish_run(run, RunStatus.COMPLETE)
            judge(store, run)


if __name__ == "__main__":
    main()
