"""What a visit says about its browser: what the same version of a normal Chrome on Linux would say.

Some banners and trackers stay away from a browser that calls itself headless. Client hints follow
https://wicg.github.io/ua-client-hints/ and must agree with the user agent.
"""

from __future__ import annotations

from typing import Any


def user_agent(version: str) -> str:
    """The reduced user agent of a full version such as ``156.0.8078.79``."""
    major = version.partition(".")[0]
    return f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0 Safari/537.36"


def override(version: str, locale: str) -> dict[str, Any]:
    """Parameters of CDP's ``Emulation.setUserAgentOverride`` for a page."""
    major = version.partition(".")[0]
    short, full = (
        [
            {"brand": "Not)A;Brand", "version": other},
            {"brand": "Chromium", "version": own},
            {"brand": "Google Chrome", "version": own},
        ]
        for own, other in ((major, "8"), (version, "8.0.0.0"))
    )
    return {
        "userAgent": user_agent(version),
        "acceptLanguage": locale,
        "userAgentMetadata": {
            "brands": short,
            "fullVersionList": full,
            "platform": "Linux",
            "platformVersion": "6.1.0",
            "architecture": "x86",
            "bitness": "64",
            "model": "",
            "mobile": False,
        },
    }
