"""Chromium without a window, and what to say where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Error, Page, sync_playwright

# Under these names systems install it; nothing is downloaded.
# The first has no parts for a window, and starts in half the time.
NAMES = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome",
    "google-chrome-stable", "chrome",
)  # fmt: skip
_VARIABLE = "EVIDENCE_CHROMIUM"
# The same text and the same lines on every screen, and no word to anybody else.
FLAGS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--font-render-hinting=none",
)


class PrintError(Exception):
    """The book could not be printed; the message says why, in words."""


def find_chromium() -> str:
    """Return the path of Chromium: the one that EVIDENCE_CHROMIUM names, else the system's.

    Raises
    ------
    PrintError
        Where there is none; the message says what was looked for and what to install.
    """
    named = os.environ.get(_VARIABLE)
    if named:
        path = shutil.which(named)
        if path is None:
            raise PrintError(f"{_VARIABLE}: expected a program that can be run, got {named!r}")
        return path
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise PrintError(
            f"expected Chromium or Chrome to print with, got none; looked for {', '.join(NAMES)} "
            f"on the path. On Debian or Ubuntu: apt-get install chromium; elsewhere let "
            f"{_VARIABLE} name the program"
        )
    return found


@contextmanager
def open_document(path: Path) -> Iterator[Page]:
    """Open an HTML file as it is printed, with its formulas set and its images there.

    Raises
    ------
    PrintError
        Where Chromium does not start, or the document cannot be opened or printed.
    """
    program = find_chromium()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
            try:
                # The book brings everything with it: what it would fetch is a mistake.
                page = browser.new_context(offline=True).new_page()
                page.emulate_media(media="print", color_scheme="light")
                page.goto(path.resolve().as_uri())
                _settle(page)
                yield page
            finally:
                browser.close()
    except Error as error:
        first = error.message.strip().splitlines()[0]
        raise PrintError(f"{Path(program).name} could not print the book: {first}") from None


def _settle(page: Page) -> None:
    """Wait until fonts and images are there.

    Raises
    ------
    PrintError
        Where an image is missing.
    """
    missing = page.evaluate(
        """async () => {
            await document.fonts.ready;
            const images = [...document.images]
                // Of the two forms of a figure the hidden one is not fetched.
                .filter(image => image.checkVisibility() && !image.naturalWidth);
            return images.map(one => `image ${one.getAttribute('src')}`);
        }"""
    )
    if missing:
        raise PrintError("not there when the book was printed: " + "; ".join(missing))
