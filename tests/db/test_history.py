"""The life of findings and the timeline of vendors, as views."""

from __future__ import annotations

from dataclasses import replace

from auditor import model as m


def rows(store, query: str) -> list[tuple]:
    return [tuple(row) for row in store._database.execute(query).fetchall()]


def again(store, records, *findings, cmp: str = "onetrust", policy: bytes = b"We set no cookies.") -> int:
    """A run with these findings, this consent platform and this policy."""
    run = records.start(store, plan=records.PLAN[:1])
    made = records.visit()
    store.save_visit(run, replace(made, banner=replace(made.banner, cmp=cmp)), records.artifacts(made))
    store.save_policy(run, records.policy(content=policy))
    store.finish_run(run, m.RunStatus.COMPLETE)
    store.save_audit(records.audit(run, findings=findings, undecided=()))
    return run


def test_the_life_of_a_finding(store, records):
    one = records.finding()
    for shown in ((one,), (one,), (), (one,), ()):
        again(store, records, *shown)
    query = "SELECT presence, times_seen, times_gone, times_returned FROM finding_history"
    assert rows(store, query) == [("gone", 3, 2, 1)]
    ((first, last, gone, returned),) = rows(
        store, "SELECT first_seen, last_seen, last_gone_at, last_returned_at FROM finding_history"
    )
    assert first < last < returned < gone


def test_the_timeline_of_a_vendor(store, records):
    one = records.finding()
    again(store, records, one)
    again(store, records, one, cmp="klaro")
    again(store, records, policy=b"We set cookies.")
    found = rows(store, "SELECT run_id, kind, change, what FROM vendor_timeline WHERE vendor_id = 'vendor' ORDER BY at")
    url = "https://www.vendor.example/privacy?page=3"
    assert set(found) == {
        *((run, "run", "complete", None) for run in (1, 2, 3)),
        (1, "policy", "first", url),
        (3, "policy", "changed", url),
        (1, "cmp", "first", "onetrust"),
        (2, "cmp", "changed", "klaro"),
        (3, "cmp", "changed", "onetrust"),
        (1, "finding", "new", one.subject),
        (3, "finding", "gone", one.subject),
    }
    assert len(found) == 10
