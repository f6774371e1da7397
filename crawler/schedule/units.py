"""What makes another program start the schedule: a systemd service with its timer, or a line of cron. Pure."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = "consent-audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be started: a command, in a folder, every so many minutes."""

    command: Sequence[str]
    folder: str
    minutes: int


def systemd_units(job: Job) -> dict[str, str]:
    """The files for ``~/.config/systemd/user`` or ``/etc/systemd/system``, by name."""
    service = f"""[Unit]
Description=Consent audit: crawl what is due and tell what changed
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
WorkingDirectory={_systemd(job.folder)}
ExecStart={" ".join(_quoted(part) for part in job.command)}
# 4: some visits brought no evidence, 10: findings. Both are results.
SuccessExitStatus=4 10
# Secrets: CONSENT_AUDIT_SMTP_USER and the like, readable by this service only.
EnvironmentFile=-/etc/consent-audit/environment
NoNewPrivileges=true
"""
    timer = f"""[Unit]
Description=Consent audit: every {job.minutes} minutes

[Timer]
OnCalendar=*:0/{job.minutes}
Persistent=true

[Install]
WantedBy=timers.target
"""
    return {f"{NAME}.service": service, f"{NAME}.timer": timer}


def cron_line(job: Job) -> str:
    """The line for ``crontab -e``; a percent sign would end the command there, so it is escaped."""
    command = shlex.join(job.command)
    line = f"cd {shlex.quote(job.folder)} && {command} 2>&1 | logger -t {NAME}"
    return f"*/{job.minutes} * * * * {line}\n".replace("%", "\\%")


def _systemd(text: str) -> str:
    return text.replace("%", "%%")


def _quoted(part: str) -> str:
    """One word of a command line as systemd reads it."""
    escaped = _systemd(part).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{escaped}"' if any(char in part for char in " \t'\"\\") else escaped
