"""Reopening the banner to withdraw a choice: through a control on the page, else through the CMP's own function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.consent.wording import Side
from crawler.consent.worlds import WorldError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.consent.seen import Button, Seen
    from crawler.consent.worlds import Worlds

# Each is the documented function of its CMP that shows the settings again; true when one was called.
_API = """() => {
  const ways = [
    () => window.OneTrust && window.OneTrust.ToggleInfoDisplay(),
    () => window.Cookiebot && window.Cookiebot.renew(),
    () => window.__ucCmp && window.__ucCmp.showSecondLayer(),
    () => window.UC_UI && window.UC_UI.showSecondLayer(),
    () => window.Didomi && window.Didomi.preferences.show(),
    () => window.klaro && window.klaro.show(undefined, true),
    () => window.CookieConsent && window.CookieConsent.showPreferences(),
    () => window.tarteaucitron && window.tarteaucitron.userInterface.openPanel(),
    () => window.orejime && window.orejime.prompt(),
    () => window.revisitCkyConsent && window.revisitCkyConsent(),
    () => window.Osano && window.Osano.cm.showDrawer(),
    () => window.displayPreferenceModal && window.displayPreferenceModal(),
  ];
  const there = [window.OneTrust, window.Cookiebot, window.__ucCmp, window.UC_UI, window.Didomi, window.klaro,
    window.CookieConsent, window.tarteaucitron, window.orejime, window.revisitCkyConsent, window.Osano,
    window.displayPreferenceModal];
  for (let i = 0; i < ways.length; i += 1) {
    if (!there[i]) continue;
    try { ways[i](); return true; } catch { /* not this one after all */ }
  }
  return false;
}"""


def control(parts: Iterable[Seen]) -> tuple[Seen, Button] | None:
    """The control among parts of a page that opens its cookie settings again: it names cookies or consent."""
    for seen in parts:
        for button in seen.having(Side.SETTINGS, Side.REJECT):
            if button.reading.concepts & {"topic", "consent"} and button.kind != "weak":
                return seen, button
    return None


async def by_api(worlds: Worlds) -> bool:
    """Ask the page's CMP to show its settings; whether there was one to ask."""
    try:
        return bool(await worlds.in_page(await worlds.top(), _API))
    except WorldError:
        return False
