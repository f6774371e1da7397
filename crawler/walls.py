"""Challenge pages and bot walls: what they look like. Their cookies are not the site's.

Signs are the vendors' own headers, titles and script hosts as they document them or as they can be read in the pages
themselves; a general CAPTCHA counts only on a page that holds nothing else, since contact forms carry them too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

BLOCKING_STATUS = frozenset({403, 429, 451})
_SPARSE_TEXT = 800
"""Characters of visible text below which a page with a CAPTCHA holds nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page is judged by: the document's status and headers (lower-case names), title, visible text, markup."""

    status: int | None
    headers: Mapping[str, str]
    title: str
    text: str
    markup: str


_HEADERS = (
    ("cf-mitigated", re.compile("challenge"), "Cloudflare challenge"),
    ("x-amzn-waf-action", re.compile("challenge|captcha"), "AWS WAF challenge"),
    ("x-datadome", re.compile("protected"), "DataDome challenge"),
)
_MARKUP = (
    (
        re.compile(r"/cdn-cgi/challenge-platform/[^\"']{0,80}/orchestrate/|id=[\"']?challenge-(?:form|running|stage)"),
        "Cloudflare challenge",
    ),
    (re.compile(r"captcha-delivery\.com/c(?:aptcha)?[./]"), "DataDome challenge"),
    (re.compile(r"id=[\"']?px-captcha|_pxAppId[^;]{0,200}px-captcha"), "PerimeterX challenge"),
    (
        re.compile(r"_Incapsula_Resource[^\"']{0,200}(?:incident_id|SWUDNSAI|CWUDNSAI)|Incapsula incident ID"),
        "Imperva challenge",
    ),
    (re.compile(r"token\.awswaf\.com/|AwsWafIntegration|awsWafCookieDomainList"), "AWS WAF challenge"),
    (re.compile(r"sec-if-cpt-container|akam-sw\.js.{0,80}challenge|/_sec/cp_challenge/"), "Akamai challenge"),
    (re.compile(r"/\.well-known/sgcaptcha/|id=[\"']?kasada|ips\.js\?tkrm_alpekz"), "challenge page"),
)
_TITLES = (
    (
        re.compile(r"just a moment|attention required! \| cloudflare|un momento…|einen moment", re.IGNORECASE),
        "Cloudflare challenge",
    ),
    (re.compile(r"^access denied$", re.IGNORECASE), "access denied"),
    (re.compile(r"^(?:pardon our interruption|access to this page has been denied)", re.IGNORECASE), "bot wall"),
    (
        re.compile(
            r"captcha|are you (?:a )?(?:human|robot)|robot check|security check|human verification|"
            r"verify you are human|bot verification",
            re.IGNORECASE,
        ),
        "CAPTCHA",
    ),
)
_CAPTCHA = re.compile(
    r"(?:google|recaptcha)\.(?:com|net)/recaptcha/|hcaptcha\.com/1/|challenges\.cloudflare\.com/turnstile|"
    r"class=[\"'][^\"']{0,200}(?:g-recaptcha|h-captcha|cf-turnstile)|funcaptcha|geetest|id=[\"']?captcha",
    re.IGNORECASE,
)
_HUMAN = re.compile(
    r"captcha|not a robot|you are (?:a )?human|unusual traffic|automated (?:access|requests|queries)|security check|"
    r"kein roboter|geen robot|pas un robot|no (?:soy|eres) un robot|non sono un robot",
    re.IGNORECASE,
)


def wall(shown: Shown) -> str | None:
    """What stands in the way, in a few words; ``None`` for a page that lets visitors in."""
    by_header = next((name for header, sign, name in _HEADERS if sign.search(shown.headers.get(header, ""))), None)
    if by_header and (by_header != "DataDome challenge" or shown.status in BLOCKING_STATUS):
        return by_header
    sparse = len(shown.text) < _SPARSE_TEXT
    if sparse:
        named = next((name for sign, name in _MARKUP if sign.search(shown.markup)), None)
        named = named or next((name for sign, name in _TITLES if sign.search(shown.title)), None)
        if named:
            return named
        if _CAPTCHA.search(shown.markup) and _HUMAN.search(f"{shown.title} {shown.text}"):
            return "CAPTCHA"
    if shown.status in BLOCKING_STATUS:
        return f"answered with status {shown.status}"
    return None
