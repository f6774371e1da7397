"""Makes sure that a browser is there: found, else installed, else a clear error. Run by ``make``.

Order: whatever ``crawler.browser.find_browser`` finds, then Playwright's own download, then the system's package
manager (Debian and Ubuntu).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from auditor.model import BrowserError
from crawler.browser import find_browser

PACKAGES = ("chromium-headless-shell", "chromium")
DOWNLOAD_TIMEOUT_S = 600


def main() -> int:
    """Find or install a browser; returns the process's exit code (0 found, 1 none) and says on stderr what it did."""
    for attempt in (_nothing, _from_playwright, _from_apt):
        try:
            attempt()
            choice = find_browser(None)
        except (BrowserError, OSError, subprocess.SubprocessError) as error:
            reason = error
            continue
        _say(f"browser: {choice.path}")
        return 0
    _say(f"error: {reason}")
    return 1


def _nothing() -> None:
    """The first look: perhaps a browser is there already."""


def _from_playwright() -> None:
    _say("no browser found; asking Playwright for one")
    playwright = (sys.executable, "-m", "playwright")
    # The system libraries only once the download is there: they are many, and useless without it.
    if _run((*playwright, "install", "chromium-headless-shell")) == 0:
        _run((*playwright, "install-deps", "chromium-headless-shell"))


def _from_apt() -> None:
    apt = shutil.which("apt-get")
    if apt is None:
        message = "no browser could be installed: install Chromium, then set CONSENT_AUDIT_BROWSER to its path"
        raise BrowserError(message)
    sudo = () if os.geteuid() == 0 else ("sudo", "-n")
    _say("asking the system's package manager for one")
    _run((*sudo, apt, "update", "-qq"))
    for package in PACKAGES:
        if _run((*sudo, apt, "install", "-y", "-qq", "--no-install-recommends", package)) == 0:
            return
    wanted = " ".join(PACKAGES[:1])
    message = f"no browser could be installed: run 'sudo apt-get install {wanted}', then 'make install' again"
    raise BrowserError(message)


def _run(command: tuple[str, ...]) -> int:
    """Exit status of a command; of its talk only the line that names an error is shown, when it fails."""
    done = subprocess.run(  # noqa: S603 - fixed commands, nothing from outside
        command, check=False, capture_output=True, text=True, timeout=DOWNLOAD_TIMEOUT_S
    )
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["it failed without a word"]
        _say("  " + next((line for line in lines if "rror" in line), lines[-1]).strip()[:200])
    return done.returncode


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 - this module is a command


if __name__ == "__main__":
    sys.exit(main())
