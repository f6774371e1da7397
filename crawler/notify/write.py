"""Writes a message of the outbox for its readers: an e-mail, a line for a chat, a JSON document. Pure.

Nothing that a site wrote acts on a reader: hidden characters are shown as escapes, HTML is escaped, and addresses of
sites are text, not links. A message's texts are the same whenever it is written.
"""

from __future__ import annotations

import hashlib
import json
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape

from db.reduction import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.notify.config import NotifyConfig
    from db.outbox import Message

CHANGES_SCHEMA = "consent-audit/changes/1"
TICKET_SCHEMA = "consent-audit/ticket/1"
TEMPLATES = Path(__file__).parent / "templates"
_WORDS = {
    "new": "new",
    "returned": "back again",
    "worse": "more severe",
    "gone": "gone",
    "lapsed": "accepted no longer",
}
_MAX = 2_000


class Writer:
    """Writes messages in the words of the templates; those of the configured folder come first."""

    def __init__(self, config: NotifyConfig) -> None:
        folders = [folder for folder in (config.templates, TEMPLATES) if folder is not None]
        self._config = config
        self._jinja = Environment(
            loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            finalize=_shown,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def subject(self, message: Message) -> str:
        """One line that says what a message is about."""
        return clean(self._text("subject.txt", message).strip(), 200)

    def text(self, message: Message) -> str:
        """The message as plain text."""
        return self._text("message.txt", message)

    def mail(self, message: Message, sender: str, recipient: str) -> EmailMessage:
        """The message as an e-mail in plain text and HTML; its Message-ID is always the same for the same message."""
        mail = EmailMessage()
        mail["Subject"] = self.subject(message)
        mail["From"] = Address(display_name="consent-audit", addr_spec=sender)
        mail["To"] = Address(addr_spec=recipient)
        mail["Date"] = format_datetime(message.created_at)
        mail["Message-ID"] = f"<{key_of(message)[:40]}@{sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Consent-Audit-Key"] = key_of(message)
        mail.set_content(self.text(message))
        mail.add_alternative(self._text("message.html", message), subtype="html")
        return mail

    def _text(self, template: str, message: Message) -> str:
        found = self._jinja.get_template(template)
        return found.render(kind=message.kind, words=_WORDS, link=self._link, **_filled(message.payload))

    def _link(self, path: str) -> str | None:
        base = self._config.base_url
        return None if base is None else base.rstrip("/") + path

    def document(self, message: Message) -> dict[str, Any]:
        """The JSON document that a webhook gets."""
        head = {"key": key_of(message), "created_at": message.created_at.isoformat()}
        if message.kind == "ticket":
            return {"schema": TICKET_SCHEMA, **head, **self._ticket(message.payload)}
        changes = [{**change, "link": self._finding(change)} for change in message.payload["changes"]]
        return {"schema": CHANGES_SCHEMA, **head, "counts": message.payload["counts"], "changes": changes}

    def _ticket(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        finding = payload["finding"]
        title = f"[{finding['severity']}] {finding['vendor']}: {finding['title']} ({finding['subject']})"
        body = self._jinja.get_template("ticket.txt").render(finding=finding, link=self._link)
        labels = ["consent-audit", finding["vendor"], finding["rule"], finding["severity"]]
        return {
            "action": payload["action"],
            "fingerprint": finding["fingerprint"],
            "title": clean(title, 200),
            "body": body,
            "labels": labels,
            "finding": {**finding, "link": self._finding(finding)},
        }

    def _finding(self, finding: Mapping[str, Any]) -> str | None:
        return self._link(f"/findings/{finding['fingerprint']}")


def key_of(message: Message) -> str:
    """The key of a message for its receiver: opaque, always the same, different for every message."""
    return hashlib.sha256(f"{message.target}\n{message.key}".encode()).hexdigest()


def encoded(document: Mapping[str, Any]) -> bytes:
    """A document as the bytes that are signed and sent."""
    return json.dumps(document, ensure_ascii=True, separators=(",", ":")).encode()


def _filled(payload: Mapping[str, Any]) -> dict[str, Any]:
    usual: dict[str, Any] = {"changes": [], "counts": {}, "alive": None, "vendors": [], "month": None, "reason": None}
    return {**usual, **payload}


def _shown(value: object) -> object:
    return clean(value, _MAX) if type(value) is str else value
