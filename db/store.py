"""The store: the only module that opens the database for writing. Every write is one short transaction."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from threading import RLock
from typing import TYPE_CHECKING, NamedTuple, Self

from auditor.model import Choice, Outcome, Run, RunStatus, Scenario, Status, StoreError
from db import read
from db.artifacts import Artifacts
from db.checks import problems
from db.codec import optional_text, texts, time_to_text
from db.connection import installation_key, open_database, translated
from db.health import reasons
from db.judgement_rows import rule_to_row
from db.judgements import write_audit
from db.outbox import Outbox
from db.reduction import clean
from db.retention import Pruned, old_runs, prune_run, sweep
from db.rows import choice_from_row
from db.schedule import Schedules, attach_run
from db.seals import head, seal_audit, seal_events, seal_evidence, seals_of, verify
from db.search import index_vendor
from db.sites import site_id
from db.summaries import refresh_matrix, refresh_summaries
from db.visit_rows import browser_to_row, policy_to_row, settings_to_json, vendor_to_json, visit_to_row
from db.write import Dictionary, insert, insert_visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path
    from types import TracebackType

    from sqlite_utils import Database

    from auditor.model import (
        Artifact,
        Audit,
        BrowserFacts,
        CaseFile,
        Finding,
        ObservedItem,
        PlannedVisit,
        PolicyDocument,
        RuleFacts,
        Undecided,
        Vendor,
        Verdict,
        Visit,
    )
    from db.seals import Seal, Verification


def utc_now() -> datetime:
    """The present time."""
    return datetime.now(UTC)


class CoverageRow(NamedTuple):
    """How one stored visit ended and what became of the choice in it."""

    vendor: str
    site: str
    scenario: Scenario
    outcome: Outcome
    choice: Choice
    repetition: int = 1


class Store:
    """Runs, visits, policies, rules, audits and findings in one SQLite file with a folder of artifacts beside it.

    A context manager; may be used from several threads of one process (writes take turns). Every method raises
    StoreError, with what to do, where the database or the disk refuses; then nothing of that call was stored and
    everything from before is intact.
    """

    def __init__(self, path: Path, *, create: bool = True, clock: Callable[[], datetime] = utc_now) -> None:
        """Opens ``path`` and brings it to the present schema; without ``create`` a missing file is a StoreError.

        ``clock`` gives the present time, in UTC.
        """
        self.path = path
        self.artifacts = Artifacts(path)
        self.schedules = Schedules(self._reading, self._writing)
        self.outbox = Outbox(self._reading, self._writing)
        self._now = clock
        self._lock = RLock()
        self._database = open_database(path, create=create)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the database; the store is of no use afterwards."""
        with translated(self.path):
            self._database.conn.close()

    @contextmanager
    def _reading(self) -> Iterator[Database]:
        with self._lock, translated(self.path):
            yield self._database

    @contextmanager
    def _writing(self) -> Iterator[Database]:
        """One transaction that takes the write lock at once, so that it never fails half way for being too late."""
        with self._lock, translated(self.path):
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                self._database.conn.rollback()
                raise

    # ------------------------------------------------------------------------------------------ runs

    def start_run(
        self,
        vendors: Sequence[Vendor],
        planned: Sequence[PlannedVisit],
        *,
        tool_version: str,
        browser: BrowserFacts | None,
        settings: Mapping[str, object],
        trigger: str = "manual",
        knowledge: Mapping[str, str] | None = None,
        lease_owner: str | None = None,
    ) -> int:
        """Records a new run with its plan and the vendors as they are configured now. Returns the run's id.

        ``knowledge``: see ``auditor.model.Run``. ``lease_owner``: whose leases on the vendors are for this run.
        """
        now = time_to_text(self._now())
        with self._writing() as database:
            for vendor in vendors:
                _register(database, vendor)
            row = {
                "started_at": now,
                "status": RunStatus.RUNNING.value,
                "trigger": clean(trigger),
                "tool_version": clean(tool_version),
                "browser_id": None if browser is None else Dictionary(database).id("browsers", browser_to_row(browser)),
                "settings": settings_to_json(settings),
                "planned": len(planned),
                "knowledge": settings_to_json(knowledge or {}),
            }
            run_id = insert(database, "runs", row)
            for position, vendor in enumerate(vendors):
                configured = {"vendor_id": vendor.id, "position": position, "configuration": vendor_to_json(vendor)}
                insert(database, "run_vendors", {"run_id": run_id, **configured})
            for position, visit in enumerate(planned):
                site = site_id(database, visit.vendor, visit.site)
                place = {"run_id": run_id, "position": position, "site_id": site}
                which = {"scenario": visit.scenario.value, "repetition": visit.repetition}
                insert(database, "planned_visits", {**place, **which})
            if lease_owner is not None:
                attach_run(database, lease_owner, run_id)
        return run_id

    def resume_run(self, run_id: int) -> None:
        """Counts that an unfinished run is gone on with. StoreError when there is no such run."""
        with self._writing() as database:
            read.run(database, run_id)
            database.execute("UPDATE runs SET resumed = resumed + 1 WHERE id = ?", [run_id])

    def unfinished_run(self) -> int | None:
        """The latest run that was begun and not ended, None if there is none."""
        with self._reading() as database:
            return read.number(database, "SELECT max(id) FROM runs WHERE status = 'running'")

    def latest_run(self) -> int | None:
        """The latest run, ended or not; None if there is none."""
        with self._reading() as database:
            return read.number(database, "SELECT max(id) FROM runs")

    def run(self, run_id: int) -> Run:
        """The run. Raises StoreError when there is no such run."""
        with self._reading() as database:
            return read.run(database, run_id)

    def run_vendors(self, run_id: int) -> tuple[Vendor, ...]:
        """The vendors of a run, as they were configured then, in the order of the configuration."""
        with self._reading() as database:
            return read.run_vendors(database, run_id)

    def remaining(self, run_id: int) -> tuple[PlannedVisit, ...]:
        """The planned visits of a run that are not stored yet, in the order of the plan."""
        with self._reading() as database:
            return read.remaining(database, run_id)

    def finish_run(self, run_id: int, status: RunStatus) -> None:
        """Records how the run ended, renews what the front page reads, and seals what the run stored."""
        now = self._now()
        with self._writing() as database:
            read.run(database, run_id)
            ended = [status.value, time_to_text(now), run_id]
            database.execute("UPDATE runs SET status = ?, finished_at = ? WHERE id = ?", ended)
            seal_evidence(database, run_id, now)
            for vendor in read.run_vendors(database, run_id):
                refresh_summaries(database, vendor.id, first_run=run_id)

    # ---------------------------------------------------------------------------------------- evidence

    def save_visit(self, run_id: int, visit: Visit, artifacts: Iterable[Artifact]) -> int:
        """Stores a visit with everything in it, whole or not at all. Returns the visit's id.

        Raises StoreError for a visit that the run did not plan or that is stored already.
        """
        key = installation_key(self.path)
        sizes = [(self.artifacts.write(kept.content, sha256=kept.sha256), kept) for kept in artifacts]
        with self._writing() as database:
            site = _planned_site(database, run_id, visit)
            for digest, kept in sizes:
                _register_artifact(database, digest, kept.mime, len(kept.content))
            visit_id = insert_visit(database, visit, {"run_id": run_id, "site_id": site, **visit_to_row(visit)}, key)
            place = [visit_id, run_id, site, visit.scenario.value, visit.repetition]
            query = (
                "UPDATE planned_visits SET visit_id = ?"
                " WHERE run_id = ? AND site_id = ? AND scenario = ? AND repetition = ?"
            )
            database.execute(query, place)
            database.execute("UPDATE runs SET stored = stored + 1 WHERE id = ?", [run_id])
        return visit_id

    def save_policy(self, run_id: int, document: PolicyDocument) -> int:
        """Stores a policy as fetched, its bytes as an artifact, or the record that it could not be. Returns its id."""
        content = document.content
        digest = None if content is None else self.artifacts.write(content)
        with self._writing() as database:
            if digest is not None and content is not None:
                kind = optional_text(document.content_type) or "application/octet-stream"
                _register_artifact(database, digest, kind, len(content))
            return insert(database, "policies", {"run_id": run_id, "sha256": digest, **policy_to_row(document)})

    def policies_of(self, run_id: int, vendor: str) -> tuple[PolicyDocument, ...]:
        """The policies of a vendor in a run, in the order in which they were stored."""
        with self._reading() as database:
            return read.policies(database, self.artifacts, run_id, vendor)

    def case_file(self, run_id: int, vendor_id: str) -> CaseFile:
        """Everything stored about one vendor in one run. Raises StoreError when the run did not have that vendor."""
        with self._reading() as database:
            return read.case_file(database, self.artifacts, run_id, vendor_id)

    def coverage(self, run_id: int) -> list[CoverageRow]:
        """How every stored visit of a run ended, in the order of the plan."""
        with self._reading() as database:
            return [
                CoverageRow(
                    row["vendor_id"],
                    row["site"],
                    Scenario(row["scenario"]),
                    Outcome(row["outcome"]),
                    choice_from_row(row),
                    row["repetition"],
                )
                for row in read.coverage(database, run_id)
            ]

    # --------------------------------------------------------------------------------------- judgements

    def save_rules(self, facts: Iterable[RuleFacts]) -> None:
        """Replaces the catalogue of rules."""
        with self._writing() as database:
            database.execute("DELETE FROM rules")
            for rule in facts:
                insert(database, "rules", rule_to_row(rule))

    def save_audit(self, audit: Audit) -> None:
        """Stores the judgement of one vendor in one run, in place of an earlier one of the same run.

        Presence is computed from all audits of the vendor: ``gone`` only where the finding's site was seen and no
        undecided answer covers its rule, site and subject.
        """
        kept = {
            declaration.text: self.artifacts.write(declaration.text.encode("utf-8", "surrogatepass"))
            for declaration in audit.declarations
        }
        with self._writing() as database:
            read.run(database, audit.run)
            for text, digest in kept.items():
                size = len(text.encode("utf-8", "surrogatepass"))
                _register_artifact(database, digest, "text/plain; charset=utf-8", size)
            now = self._now()
            write_audit(database, audit, kept, now)
            seal_audit(database, audit.run, audit.vendor, now)
            seal_events(database, now)
            index_vendor(database, audit.vendor)
            refresh_matrix(database, audit.run, audit.vendor)
            refresh_summaries(database, audit.vendor, first_run=audit.run)

    def is_judged(self, run: int) -> bool:
        """Whether any vendor of a run was audited."""
        with self._reading() as database:
            return read.number(database, "SELECT count(*) FROM audits WHERE run_id = ?", [run]) != 0

    def findings(
        self,
        *,
        vendor: str | None = None,
        rule: str | None = None,
        status: Status | None = None,
        run: int | None = None,
    ) -> tuple[Finding, ...]:
        """Findings, most severe first, then by vendor, rule, site and subject.

        Without ``run`` the latest state of every finding, gone ones included (leave them out by ``presence``). With
        ``run`` what that run said: the findings seen in it, with the presence they had then, and those that it first
        noticed to be gone. ``status`` is the verdict in force: a lapsed acceptance counts as open.
        """
        with self._reading() as database:
            return read.findings(database, run=run, wanted={"vendor_id": vendor, "rule_id": rule, "status": status})

    def verdicts(self) -> dict[str, tuple[Verdict, ...]]:
        """What people decided about each finding, by its fingerprint, oldest first."""
        with self._reading() as database:
            return read.verdicts(database)

    def undecided(self, run: int) -> tuple[Undecided, ...]:
        """What the rules could not decide in a run."""
        with self._reading() as database:
            return read.undecided(database, run)

    def items(self, run: int, vendor: str) -> tuple[ObservedItem, ...]:
        """The observed items of a vendor's audit of a run, in the order of the audit."""
        with self._reading() as database:
            return read.items(database, run, vendor)

    def triage(
        self, fingerprint: str, status: Status, *, actor: str, note: str | None = None, until: date | None = None
    ) -> None:
        """Records a person's verdict about a finding in its history and puts it in force.

        ``until`` is the last day of an acceptance and needs ``Status.ACCEPTED``. Raises StoreError for an unknown
        finding, an unnamed ``actor`` or a date that does not belong there.
        """
        if (until is not None) != (status is Status.ACCEPTED) or not actor.strip():
            raise StoreError("a verdict needs the name of who gives it; `accepted`, and nothing else, needs a date")
        day = None if until is None else until.isoformat()
        with self._writing() as database:
            finding = _finding_id(database, fingerprint)
            _say(database, finding, self._now(), actor=actor, action=status.value, note=note, until=day)
            verdict = [status.value, day, finding]
            database.execute("UPDATE findings SET status = ?, accepted_until = ? WHERE id = ?", verdict)
            seal_events(database, self._now())

    def comment(self, fingerprint: str, *, actor: str, note: str) -> None:
        """Adds a person's words to a finding's history; its verdict stays. StoreError where one of them is missing."""
        if not actor.strip() or not note.strip():
            raise StoreError("a comment needs the name of who gives it, and words")
        with self._writing() as database:
            _say(database, _finding_id(database, fingerprint), self._now(), actor=actor, action="comment", note=note)
            seal_events(database, self._now())

    def prune(self, keep: int) -> tuple[list[int], Pruned]:
        """Forgets evidence of runs that are not among the last ``keep`` of their vendors; what findings point at stays.

        One transaction a run; returns the runs and what was removed. Deleted artifacts are removed from the disk last,
        so that a killed pruning leaves at most files that nothing refers to.
        """
        with self._reading() as database:
            runs = old_runs(database, keep)
        rows = 0
        for run_id in runs:
            with self._writing() as database:
                rows += prune_run(database, run_id, self._now())
        with self._writing() as database:
            swept = sweep(database)
        self.artifacts.remove(swept.artifacts)
        return runs, Pruned(rows + swept.rows, swept.artifacts)

    def compact(self) -> None:
        """Gives the space of deleted rows back to the disk; needs as much free space as the database takes."""
        with self._lock, translated(self.path):
            self._database.execute("VACUUM")

    def verify(self) -> Verification:
        """Recomputes every seal: what was changed after it was stored, and where the chain of seals ends."""
        with self._reading() as database:
            return verify(database)

    def seals_of(self, vendor: str) -> list[Seal]:
        """The seals of a vendor's runs and judgements, oldest first."""
        with self._reading() as database:
            return seals_of(database, vendor)

    def seal_head(self) -> str:
        """The end of the chain of seals."""
        with self._reading() as database:
            return head(database)

    def health(self) -> list[str]:
        """Why the installation is not healthy; empty when it is: see `db.health`."""
        with self._reading() as database:
            return reasons(database.conn, self._now())

    def check(self) -> tuple[str, ...]:
        """What is wrong with the database and its artifacts; empty when nothing is."""
        with self._reading() as database:
            return problems(database, self.path, self.artifacts)


def _finding_id(database: Database, fingerprint: str) -> int:
    found = database.execute("SELECT id FROM findings WHERE fingerprint = ?", [fingerprint]).fetchone()
    if found is None:
        message = f"there is no finding {clean(fingerprint, 80)}; `consent-audit findings` lists them"
        raise StoreError(message)
    return int(found[0])


def _say(
    database: Database,
    finding: int,
    now: datetime,
    *,
    actor: str,
    action: str,
    note: str | None,
    until: str | None = None,
) -> None:
    """Appends what a person said to a finding's history."""
    event = {
        "finding_id": finding,
        "at": time_to_text(now),
        "actor": clean(actor),
        "action": action,
        "note": optional_text(note),
        "until": until,
    }
    insert(database, "finding_events", event)


def _register(database: Database, vendor: Vendor) -> None:
    query = (
        "INSERT INTO vendors (id, name, owner, cadence, jurisdictions) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name, owner = excluded.owner, cadence = excluded.cadence,"
        " jurisdictions = excluded.jurisdictions"
    )
    database.execute(
        query,
        [
            vendor.id,
            clean(vendor.name),
            optional_text(vendor.owner),
            optional_text(vendor.cadence),
            texts(vendor.jurisdictions),
        ],
    )
    for site in vendor.sites:
        place = site_id(database, vendor.id, site.url)
        database.execute("UPDATE sites SET scope = ? WHERE id = ?", [optional_text(site.scope), place])


def _register_artifact(database: Database, digest: str, mime: str, size: int) -> None:
    query = "INSERT INTO artifacts (sha256, mime, bytes) VALUES (?, ?, ?) ON CONFLICT (sha256) DO NOTHING"
    database.execute(query, [digest, clean(mime), size])


def _planned_site(database: Database, run_id: int, visit: Visit) -> int:
    query = (
        "SELECT p.site_id, p.visit_id FROM planned_visits p JOIN sites s ON s.id = p.site_id"
        " WHERE p.run_id = ? AND s.vendor_id = ? AND s.url = ? AND p.scenario = ? AND p.repetition = ?"
    )
    identity = [run_id, visit.vendor, visit.site, visit.scenario.value, visit.repetition]
    found = database.execute(query, identity).fetchone()
    again = f", repetition {visit.repetition}" if visit.repetition > 1 else ""
    what = f"visit of {visit.site} ({visit.vendor}, {visit.scenario}{again})"
    if found is None:
        message = f"run {run_id} did not plan a {what}; it was not stored"
        raise StoreError(message)
    if found["visit_id"] is not None:
        message = f"run {run_id} already has its {what}; it was not stored again"
        raise StoreError(message)
    return int(found["site_id"])
