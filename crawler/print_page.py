"""Prints an HTML file to PDF with the browser that is there anyway; nothing in it runs and nothing is loaded."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import PdfMargins, async_playwright

from auditor.model import BrowserError
from crawler.browser import find_browser

_TIMEOUT_MS = 120_000
_MARGIN: PdfMargins = {"top": "15mm", "bottom": "18mm", "left": "14mm", "right": "14mm"}
_FOOTER = (
    '<div style="font-size:7pt;width:100%;text-align:center;color:#555">'
    '<span class="pageNumber"></span> / <span class="totalPages"></span></div>'
)


async def to_pdf(html: str, browser: str | None) -> bytes:
    """The document as PDF, A4. BrowserError where no browser is found or printing fails."""
    choice = find_browser(browser)
    with tempfile.TemporaryDirectory(prefix="consent-audit-report-") as folder:
        file = Path(folder) / "report.html"
        file.write_text(html, encoding="utf-8", errors="replace")
        try:
            return await _printed(file, choice.path)
        except PlaywrightError as error:
            first = (str(error).strip().splitlines() or ["no answer"])[0]
            raise BrowserError(f"{choice.path} did not print the report: {first}") from error


async def _printed(file: Path, executable: str) -> bytes:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=executable, timeout=_TIMEOUT_MS)
        try:
            context = await launched.new_context(java_script_enabled=False, offline=True)
            page = await context.new_page()
            await page.goto(file.as_uri(), timeout=_TIMEOUT_MS)
            return await page.pdf(
                format="A4",
                print_background=True,
                margin=_MARGIN,
                display_header_footer=True,
                header_template="<span></span>",
                footer_template=_FOOTER,
            )
        finally:
            await launched.close()
