"""Ways to send: SMTP, signed webhooks, and chats through Apprise. Each either returns or raises NotSentError."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import smtplib
import ssl
from typing import TYPE_CHECKING, Protocol

import httpx

from auditor.model import ConsentAuditError
from crawler.notify.config import SMTP_PASSWORD, SMTP_USER
from crawler.notify.write import encoded, key_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from crawler.notify.config import ChatConfig, MailConfig, NotifyConfig, WebhookConfig
    from crawler.notify.write import Writer
    from db.outbox import Message

TIMEOUT_S = 20.0
SIGNATURE = "X-Consent-Audit-Signature"
_FIRST_ERROR_CODE = 300


class NotSentError(ConsentAuditError):
    """A message did not arrive, as far as is known; it may be tried again."""


class Way(Protocol):
    """A way to one target."""

    def send(self, message: Message, now: datetime) -> None:
        """Send a message. Raises NotSentError."""


def ways(config: NotifyConfig, writer: Writer, targets: set[str]) -> dict[str, Way]:
    """The way to each of these targets that the configuration has one for; a target that it no longer has gets none."""
    found: dict[str, Way] = {}
    if config.mail is not None:
        mails = (target for target in targets if target.startswith("mail:"))
        found |= {target: Mail(config.mail, writer, target.removeprefix("mail:")) for target in mails}
    found |= {f"webhook:{hook.name}": Webhook(hook, writer) for hook in config.webhooks}
    return found | {f"chat:{chat.name}": Chat(chat, writer) for chat in config.chats}


class Mail:
    """E-mail over SMTP. The server has taken a message over when it answers the end of its text with 250."""

    def __init__(self, config: MailConfig, writer: Writer, recipient: str, *, timeout_s: float = TIMEOUT_S) -> None:
        self._config = config
        self._writer = writer
        self._recipient = recipient
        self._timeout_s = timeout_s

    def send(self, message: Message, now: datetime) -> None:  # noqa: ARG002 - of the protocol
        """Hand the message over to the configured server."""
        mail = self._writer.mail(message, self._config.sender, self._recipient)
        try:
            server = self._connected()
            try:
                server.send_message(mail)
            finally:
                # What the server has taken over is sent, however it says good-bye.
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    server.quit()
                server.close()
        except (smtplib.SMTPException, OSError) as error:
            raise NotSentError(f"{self._config.host}: {_named(error)}") from error

    def _connected(self) -> smtplib.SMTP:
        config, context = self._config, ssl.create_default_context()
        if config.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(config.host, config.port, timeout=self._timeout_s, context=context)
        else:
            server = smtplib.SMTP(config.host, config.port, timeout=self._timeout_s)
        try:
            if config.security == "starttls":
                server.starttls(context=context)
            user, password = os.environ.get(SMTP_USER), os.environ.get(SMTP_PASSWORD)
            if user and password:
                server.login(user, password)
        except BaseException:
            server.close()
            raise
        return server


class Webhook:
    """A POST of JSON with its key and an HMAC-SHA256 over time and body; any 2xx means that it arrived."""

    def __init__(self, config: WebhookConfig, writer: Writer, *, timeout_s: float = TIMEOUT_S) -> None:
        self._config = config
        self._writer = writer
        self._timeout_s = timeout_s

    def send(self, message: Message, now: datetime) -> None:
        """Post the message; redirects are not followed."""
        secret = _secret(self._config.secret)
        body = encoded(self._writer.document(message))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "consent-audit",
            "Idempotency-Key": key_of(message),
            SIGNATURE: signature(secret, int(now.timestamp()), body),
        }
        try:
            answer = httpx.post(
                self._config.url, content=body, headers=headers, timeout=self._timeout_s, trust_env=False
            )
        except (httpx.HTTPError, OSError) as error:
            raise NotSentError(f"webhook {self._config.name}: {_named(error)}") from error
        if answer.status_code >= _FIRST_ERROR_CODE:
            raise NotSentError(f"webhook {self._config.name} answered {answer.status_code}")


def signature(secret: str, at: int, body: bytes) -> str:
    """``t=SECONDS,v1=HEX``: HMAC-SHA256, keyed with the secret, over the seconds, a full stop and the body."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


class Chat:
    """A chat channel, through Apprise."""

    def __init__(self, config: ChatConfig, writer: Writer) -> None:
        self._config = config
        self._writer = writer

    def send(self, message: Message, now: datetime) -> None:  # noqa: ARG002 - of the protocol
        """Post the subject and the text of a message."""
        try:
            import apprise  # noqa: PLC0415 - optional: only those who use chats install it
        except ImportError as error:
            raise NotSentError("chats need Apprise: pip install 'consent-audit[chat]'") from error
        channel = apprise.Apprise()
        if not channel.add(_secret(self._config.url)):
            raise NotSentError(f"chat {self._config.name}: ${self._config.url} is no Apprise URL")
        if not channel.notify(title=self._writer.subject(message), body=self._writer.text(message)):
            raise NotSentError(f"chat {self._config.name}: the channel did not take the message")


def _secret(variable: str) -> str:
    found = os.environ.get(variable)
    if not found:
        raise NotSentError(f"${variable} is not set")
    return found


def _named(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def environment(config: NotifyConfig, given: Mapping[str, str]) -> list[str]:
    """The variables that the configuration needs and the environment does not have."""
    wanted = [*(hook.secret for hook in config.webhooks), *(chat.url for chat in config.chats)]
    return [name for name in wanted if not given.get(name)]
