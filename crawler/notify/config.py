"""The [notify] table of vendors.toml: who is told, how, and how often. Secrets come from the environment only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from auditor.model import Severity
from crawler import checks

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.toml_tables import Table

SMTP_USER, SMTP_PASSWORD = "CONSENT_AUDIT_SMTP_USER", "CONSENT_AUDIT_SMTP_PASSWORD"
MAX_TARGETS = 20
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,99}")
_HOST_PORT = re.compile(r"([A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F:]{2,45}\])(:([0-9]{1,5}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailConfig:
    """How e-mail is sent. ``security``: ``starttls``, ``tls`` or ``none``."""

    sender: str
    host: str
    port: int
    security: str = "starttls"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookConfig:
    """A receiver of signed JSON: ``kind`` ``changes`` gets every change, ``tickets`` what a tracker has to do.

    ``secret`` is the environment variable that holds the key of the signature; ``severity`` the least severe finding
    that gets a ticket.
    """

    name: str
    url: str
    secret: str
    kind: str = "changes"
    severity: Severity = Severity.HIGH


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatConfig:
    """A chat channel: ``url`` is the environment variable that holds its Apprise URL, which is a secret."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyConfig:
    """Who is told what changed.

    ``operator`` is told what owners are not: vendors without an owner, missed crawls. ``digest``: how often changes
    are gathered into one message; ``alive``: after so long without a message one says that all goes on; ``base_url``:
    where the published pages are; ``templates``: a folder whose files replace the program's own.
    """

    mail: MailConfig | None = None
    operator: str | None = None
    digest: str = "1d"
    alive: str = "7d"
    base_url: str | None = None
    templates: Path | None = None
    webhooks: tuple[WebhookConfig, ...] = ()
    chats: tuple[ChatConfig, ...] = ()


def notify_config(table: Table, folder: Path) -> NotifyConfig:
    """Reads the table; ``templates`` is relative to ``folder``. Problems are noted in the table."""
    templates = table.get("templates", checks.text, None)
    notify = NotifyConfig(
        mail=_mail(table),
        operator=table.get("operator", checks.email, None),
        digest=table.get("digest", checks.cadence, "1d"),
        alive=table.get("alive", checks.span, "7d"),
        base_url=table.get("base_url", checks.url, None),
        templates=None if templates is None else folder.absolute() / templates,
        webhooks=tuple(_webhook(each) for each in table.tables("webhook", most=MAX_TARGETS)),
        chats=tuple(_chat(each) for each in table.tables("chat", most=MAX_TARGETS)),
    )
    table.finish()
    if notify.templates is not None and not notify.templates.is_dir():
        table.say("templates", f"there is no folder {notify.templates}")
    used = {"webhook": [one.name for one in notify.webhooks], "chat": [one.name for one in notify.chats]}
    for key, names in used.items():
        if len(set(names)) < len(names):
            table.say(key, "every name may be used once")
    return notify


def _mail(table: Table) -> MailConfig | None:
    sender = table.get("from", checks.email, None)
    server = table.get("smtp", _server, None)
    security = table.get("smtp_security", checks.one_of("starttls", "tls", "none"), "starttls")
    if (sender is None) != (server is None) and table.has("from") != table.has("smtp"):
        table.say("smtp" if server is None else "from", "e-mail needs both from and smtp")
    if sender is None or server is None:
        return None
    host, port = server
    return MailConfig(sender=sender, host=host, port=port or _PORTS[security], security=security)


_PORTS = {"starttls": 587, "tls": 465, "none": 25}


def _webhook(table: Table) -> WebhookConfig:
    hook = WebhookConfig(
        name=table.require("name", checks.word),
        url=table.require("url", _hook_url),
        secret=table.require("secret", _variable),
        kind=table.get("kind", checks.one_of("changes", "tickets"), "changes"),
        severity=Severity(table.get("severity", checks.one_of(*(each.value for each in Severity)), "high")),
    )
    table.finish()
    return hook


def _chat(table: Table) -> ChatConfig:
    chat = ChatConfig(name=table.require("name", checks.word), url=table.require("url", _variable))
    table.finish()
    return chat


def _hook_url(value: object) -> str:
    """Over the network only with TLS: the receiver is otherwise not proven, and changes are read on the way."""
    found = checks.url(value)
    parts = urlsplit(found)
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise ValueError("must begin with https:// (http:// is for this machine only)")
    return found


def _variable(value: object) -> str:
    if not isinstance(value, str) or not _VARIABLE.fullmatch(value):
        raise ValueError("must name an environment variable such as CONSENT_AUDIT_SECRET: secrets are not kept here")
    return value


def _server(value: object) -> tuple[str, int | None]:
    found = _HOST_PORT.fullmatch(value) if isinstance(value, str) else None
    port = int(found[3]) if found and found[3] else None
    if found is None or (port is not None and not 0 < port < 65_536):
        raise ValueError('must be a host with an optional port, such as "smtp.example.com:587"')
    return found[1].strip("[]"), port
