"""What people decide about findings on the site: who may, what they may say, and where it is written."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.model import Status, StoreError
from db.site import framework
from db.site.access import DECIDING
from db.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from db.site.framework import Datasette, Request, Response

COMMENT = "comment"
NOTE_LIMIT = 4_000
CHOICES = (
    (Status.OPEN.value, "Open"),
    (Status.ACKNOWLEDGED.value, "Acknowledged: it is being worked on"),
    (Status.ACCEPTED.value, "Accepted until a day"),
    (Status.FIXED.value, "Fixed by the vendor"),
    (Status.FALSE_POSITIVE.value, "False positive"),
    (COMMENT, "No decision, only a comment"),
)


class RefusedError(Exception):
    """A decision that is not taken; ``status`` is the answer's, the text says what to do."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def may_decide(actor: Mapping[str, object] | None) -> bool:
    """Whether somebody may decide about findings."""
    return bool(actor) and actor is not None and actor.get("role") in DECIDING


async def decide(datasette: Datasette, request: Request) -> Response:
    """Take a decision from the form on a finding's page and go back there."""
    fingerprint = request.url_vars["fingerprint"]
    try:
        form = await framework.form(request)
        actor = _actor(request, form)
        await asyncio.to_thread(_write, Path(framework.database_path(datasette)), fingerprint, form, actor)
    except RefusedError as refusal:
        context = {"error": str(refusal), "status": refusal.status}
        return framework.page(datasette, "error.html", context, status=refusal.status)
    return framework.redirect(framework.site_url(datasette, f"/findings/{fingerprint}#since"))


def _actor(request: Request, form: Mapping[str, str]) -> str:
    """Who decides. A form of another site is refused even where a proxy, and no cookie, says who asks."""
    if request.method != "POST":
        raise RefusedError(405, "A decision is sent with the form on the finding's page.")
    if not may_decide(request.actor):
        raise RefusedError(403, "Deciding about findings is for compliance. Log in first.")
    token, cookie = form.get("csrftoken") or "", request.cookies.get("ds_csrftoken") or ""
    if not token or not secrets.compare_digest(token, cookie):
        raise RefusedError(403, "This form is too old or of another site. Open the finding's page again.")
    return str(request.actor["id"])


def _write(path: Path, fingerprint: str, form: Mapping[str, str], actor: str) -> None:
    wanted = form.get("status") or ""
    note = (form.get("note") or "").strip()[:NOTE_LIMIT] or None
    try:
        with Store(path, create=False) as store:
            if wanted == COMMENT:
                store.comment(fingerprint, actor=actor, note=note or "")
            else:
                store.triage(fingerprint, _status(wanted), actor=actor, note=note, until=_until(wanted, form))
    except StoreError as error:
        raise RefusedError(400, str(error)) from error


def _status(wanted: str) -> Status:
    try:
        return Status(wanted)
    except ValueError:
        raise RefusedError(400, "Choose one of the decisions.") from None


def _until(wanted: str, form: Mapping[str, str]) -> date | None:
    """The last day of an acceptance: from tomorrow to ten years on."""
    if wanted != Status.ACCEPTED:
        return None
    try:
        until = date.fromisoformat((form.get("until") or "").strip())
    except ValueError:
        raise RefusedError(400, "An acceptance needs its last day, as in 2027-03-31.") from None
    today = datetime.now(UTC).date()
    if not 0 <= (until - today).days <= 3_660:
        raise RefusedError(400, "An acceptance ends today at the earliest and in ten years at the latest.")
    return until
