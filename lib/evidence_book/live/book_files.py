"""The built book as it is served: its files and no others, its pages with the panel's script."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

# Names below which the server answers itself; no page of a book begins with it.
OWN = "_live"
# Files of the theme that every page loads.
THEME = Path(__file__).resolve().parents[1] / "theme" / "static"
_HEAD = re.compile(r"<head>\s*(?:<meta charset=[^>]*>)?", re.IGNORECASE)
_POLICY = re.compile(r'(<meta http-equiv="Content-Security-Policy" content="[^"]*)(")')


def find_file(folder: Path, path: str) -> Path | None:
    """Return the file of a folder that an address names, None where there is none in it.

    Parameters
    ----------
    folder : Path
        The built book.
    path : str
        What stands in the address after the token, decoded once.
    """
    parts = path.removeprefix("/").split("/")
    # A second decoding, a separator of another system, a drive, a name that is not seen.
    strange = (
        any(
            part in ("", ".", "..") or part.startswith(".") or unquote(part) != part
            for part in parts
        )
        or not path.isprintable()
        or set(path) & set("\\:\0")
    )
    if strange:
        return None
    there = folder.joinpath(*parts)
    try:
        inside = there.resolve().is_relative_to(folder.resolve())
        return there if inside and there.is_file() else None
    except OSError:
        # A name that is longer than any file has.
        return None


def theme_file(path: str) -> Path | None:
    """Return the style or script of the theme that an address names: as it was last saved.

    The built book holds copies of these files.
    """
    folder, _, name = path.removeprefix("/").partition("/")
    there = THEME / name
    return there if folder == "_static" and there.parent == THEME and there.is_file() else None


def with_panel(html: str, page: str, depth: int) -> str:
    """Return a page of the book with the script and the style of the panel.

    Its policy lets the script ask this server, and nobody else, for what it shows.

    Parameters
    ----------
    html : str
        The page as it was built.
    page : str
        Its name, e.g. questions/landscape; "" for a page without notebook.
    depth : int
        Folders between the root of the book and the page.
    """
    head = _HEAD.search(html)
    if head is None:
        return html
    own = "../" * depth + OWN
    tags = (
        f'\n<link rel="stylesheet" href="{own}/live.css">'
        f'\n<script defer src="{own}/live.js" data-page="{page}" data-own="{own}"></script>'
    )
    policy = _POLICY.search(html)
    if policy is None:
        return html[: head.end()] + tags + html[head.end() :]
    # What stands before a policy is not held by it.
    more = "" if "connect-src" in policy[1] else "; connect-src 'self'"
    allowed = f"{policy[1]}{more}{policy[2]}"
    end = html.index(">", policy.end()) + 1
    return html[: policy.start()] + allowed + html[policy.end() : end] + tags + html[end:]
