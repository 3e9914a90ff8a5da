"""Everything that the notebooks of a book recorded, by page and key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from evidence.record.results import PageResults, Result, read_results

# Written beside a variant of one page: the committed form of it, for all other pages.
BASE_FOLDER = "_base"
# In that folder: banner and rerun report of the variant, as HTML.
REPORT_FILE = "report.html"
# In that folder: what was set, as JSON, for the command that replays the variant.
SET_FILE = "variant.json"
_TARGET = re.compile(
    r"(?:(?P<page>[a-z0-9_-]+/[a-z0-9_-]+)\.)?(?P<key>[\w.-]+)(?::(?P<part>\w+))?\Z"
)


def split_target(text: str, page: str) -> tuple[str, str, str]:
    """Return (page, key, part) of the target of a role; `page` is where the role stands."""
    found = _TARGET.match(text.strip())
    if found is None:
        return page, text, ""
    return found["page"] or page, found["key"], found["part"] or ""


class Registry:
    """The results and claims of all notebooks below a source folder.

    In the build of a variant one page was run with other parameters; other pages still show the
    committed numbers of that page, which lie in `BASE_FOLDER`.
    """

    def __init__(self, source: Path) -> None:
        self._source = source
        self._pages: dict[Path, tuple[tuple[int, int], PageResults]] = {}

    def paths(self) -> list[Path]:
        """Return the notebooks of the book."""
        return sorted((self._source / "chapters").rglob("*.ipynb"))

    def name_of(self, path: Path) -> str:
        """Return the name of the page of a notebook."""
        return path.relative_to(self._source / "chapters").with_suffix("").as_posix()

    def committed_paths(self) -> dict[str, Path]:
        """Return the committed notebook of every page by name: never that of a variant."""
        found = {}
        for path in self.paths():
            name = self.name_of(path)
            base = self._source / BASE_FOLDER / f"{name}.ipynb"
            found[name] = base if base.exists() else path
        return found

    def path_of(self, page: str, seen_from: str) -> Path | None:
        """Return the notebook of a page as another page sees it, None where there is none."""
        base = self._source / BASE_FOLDER / f"{page}.ipynb"
        if seen_from != page and base.exists():
            return base
        path = self._source / "chapters" / f"{page}.ipynb"
        return path if path.exists() else None

    def only_published(self, page: str, kind: str, key: str) -> bool:
        """Return True where this is the build of a variant, and only the published page has it.

        Parameters
        ----------
        page : str
            The page that was run with other parameters.
        kind : str
            results or claims.
        key : str
            Number or claim that the variant lacks.
        """
        base = self._source / BASE_FOLDER / f"{page}.ipynb"
        return base.exists() and key in getattr(self.page(page, ""), kind)

    def page(self, page: str, seen_from: str) -> PageResults:
        """Return what a page recorded.

        Raises
        ------
        KeyError
            Where there is no such page.
        """
        path = self.path_of(page, seen_from)
        if path is None:
            raise KeyError(f"expected the name of a page with numbers, got {page}")
        return self.recorded(path)

    def recorded(self, path: Path) -> PageResults:
        """Return what a notebook recorded; each is read once, unless it is written again."""
        written = path.stat()
        mark = written.st_mtime_ns, written.st_size
        if path not in self._pages or self._pages[path][0] != mark:
            self._pages[path] = mark, read_results(path)
        return self._pages[path][1]

    def result(self, page: str, key: str, seen_from: str) -> Result:
        """Return one result.

        Raises
        ------
        KeyError
            Where the page or the key is not known.
        """
        results = self.page(page, seen_from).results
        if key not in results:
            raise KeyError(f"no result named {key} on {page}")
        return results[key]

    def claim(self, page: str, key: str, seen_from: str) -> dict[str, Any]:
        """Return one claim.

        Raises
        ------
        KeyError
            Where the page or the key is not known.
        """
        claims = self.page(page, seen_from).claims
        if key not in claims:
            raise KeyError(f"no claim named {key} on {page}")
        return claims[key]

    def question_paths(self) -> list[Path]:
        """Return the notebooks of the questions."""
        return sorted((self._source / "chapters" / "questions").glob("*.ipynb"))

    def questions_using(self, study_id: str) -> dict[str, dict[str, str]]:
        """Return the questions with a number from a study, and their conclusions that rest on it.

        The question with most numbers from it comes first; conclusions are sentences by key.
        """
        using: dict[str, tuple[int, dict[str, str]]] = {}
        for path in self.question_paths():
            recorded = self.page(page := f"questions/{path.stem}", "")
            own = {
                result.key
                for result in recorded.results.values()
                if any(row.startswith(f"{study_id}.") for row in result.rows)
            }
            if own:
                using[page] = (
                    len(own),
                    {
                        key: claim["text"]
                        for key, claim in recorded.claims.items()
                        if own & set(claim["rests_on"])
                    },
                )
        most_first = sorted(using.items(), key=lambda item: -item[1][0])
        return {page: claims for page, (_, claims) in most_first}
