"""The table of contents: every page once, every entry a page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from evidence.files.paths import chapters_folder, project_root
from evidence.files.plain_yaml import read_yaml_file
from evidence.sources.problems import DataError, Problem


def _files(entry: Any) -> list[str]:
    if isinstance(entry, list):
        return [name for item in entry for name in _files(item)]
    if isinstance(entry, dict):
        own = [entry[key] for key in ("root", "file") if key in entry]
        nested = [
            name for key in ("parts", "chapters", "sections") for name in _files(entry.get(key, []))
        ]
        return own + nested
    return []


def _read(path: Path) -> dict[str, Any]:
    """Return the contents of the book.

    Raises
    ------
    DataError
        Where the file is not a table with `root` and parts that list chapters.
    """
    try:
        stored = read_yaml_file(path)
    except ValueError as error:
        raise DataError(
            [Problem(path.name, 0, "", "the contents of the book", str(error))]
        ) from None
    parts = stored.get("parts", []) if isinstance(stored, dict) else None
    names = _files(stored)
    if (
        not isinstance(parts, list)
        or not isinstance(stored.get("root"), str)
        or not all(isinstance(part, dict) for part in parts)
        or not all(isinstance(name, str) for name in names)
    ):
        expected = "root and parts, each with chapters as `file: chapters/...`"
        raise DataError([Problem(path.name, 0, "", expected, "another form")])
    return dict(stored)


def toc_pages() -> list[str]:
    """Return the pages of the table of contents in reading order, e.g. `chapters/index`."""
    return _files(_read(project_root() / "_toc.yml"))


def toc_parts(contents: Path | None = None) -> list[tuple[str, list[str]]]:
    """Return the parts in reading order, caption and pages; the root is a part without caption.

    Parameters
    ----------
    contents : Path, optional
        The file; `_toc.yml` of the project where none is given.
    """
    stored = _read(contents or project_root() / "_toc.yml")
    parts = [
        (str(part.get("caption", "")), _files(part.get("chapters", [])))
        for part in stored.get("parts", [])
    ]
    return [("", [stored["root"]]), *parts]


def with_chapter(part: str, page: str) -> str:
    """Return the text of `_toc.yml` with a page at the end of a part; the rest is as it was.

    Parameters
    ----------
    part : str
        Words of the caption of the part.
    page : str
        The page, e.g. `chapters/studies/doe-2016`.

    Raises
    ------
    ValueError
        Where there is no such part.
    """
    text = (project_root() / "_toc.yml").read_text(encoding="utf-8")
    lines = text.rstrip("\n").splitlines()
    begin = next((n for n, line in enumerate(lines) if "caption:" in line and part in line), None)
    if begin is None:
        raise ValueError(f'_toc.yml: expected a part "{part}", got none')
    end = next((n for n in range(begin + 1, len(lines)) if "caption:" in lines[n]), len(lines))
    files = [n for n in range(begin + 1, end) if re.match(r" *- file:", lines[n])]
    if files:
        last = files[-1]
        indent = lines[last].partition("-")[0]
    else:
        # A part without pages has an empty list, or none.
        inside = " " * lines[begin].index("caption:")
        listed = [n for n in range(begin, end) if lines[n].strip().startswith("chapters:")]
        last = listed[0] if listed else begin + 1
        lines[last : last + len(listed)] = [f"{inside}chapters:"]
        indent = f"{inside}  "
    lines.insert(last + 1, f"{indent}- file: {page}")
    return "\n".join(lines) + "\n"


def check_toc() -> list[Problem]:
    """Return pages that are missing from the contents, listed twice, or not there."""
    listed = toc_pages()
    root = project_root()
    existing = {
        path.relative_to(root).with_suffix("").as_posix()
        for suffix in ("*.md", "*.ipynb")
        for path in chapters_folder().rglob(suffix)
        if ".ipynb_checkpoints" not in path.parts
    }
    return sorted(
        [
            Problem("_toc.yml", 0, "", "every page of chapters/", f"no {page}")
            for page in existing - set(listed)
        ]
        + [Problem("_toc.yml", 0, "", "pages that exist", page) for page in set(listed) - existing]
        + [
            Problem("_toc.yml", 0, "", "each page once", page)
            for page in listed
            if listed.count(page) > 1
        ]
    )
