"""A project of as many made studies as asked for, with the chapters, appendix and code of the book.

python benchmarks/made_project.py FOLDER STUDIES
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from benchmarks.made_tables import study_ids, write_tables
from evidence.sources.datapackage import package_text
from evidence_book.runs.freshness import read_notebook
from evidence_book.runs.normalise import normalise, serialise
from evidence_book.runs.notebooks import parameters_cell

ROOT = Path(__file__).resolve().parents[1]
QUESTION = "questions/made-ratios"
_AS_THEY_ARE = (
    "book.yml", "_config.yml", "requirements.lock", "CITATION.cff", "LICENSE",
)  # fmt: skip
_APPENDIX = (
    "provenance.ipynb", "appraisal.ipynb", "audit.ipynb", "discrepancies.ipynb",
    "data-dictionary.ipynb", "what-changed.md", "glossary.md", "bibliography.md", "reuse.md",
)  # fmt: skip
# What a question does: it asks for rows across all studies, computes, and records.
_POOLED = """
from math import exp
from evidence_stats.estimates import Estimate
from evidence.record.opening import open_reference_page
from evidence_stats.pooling.inverse_variance import pool
from evidence.sources.responses import printed_contrast

page = open_reference_page("questions/made-ratios")
evidence = page.evidence
rows = list(evidence.where("outcomes", outcome="pfs", statistic="hazard_ratio")["row_id"])
"""
_RECORDED = """
found = [printed_contrast(evidence, row) for row in rows]
pooled = pool([one.log_ratio for one in found], [one.se**2 for one in found])
value, low, high = map(exp, (pooled.mu, pooled.low[0], pooled.high[0]))
ratio = Estimate(value, low=low, high=high, unit="ratio", level=pooled.level, grade="D2")
page.record("pooled", ratio, "Pooled hazard ratio", rows)
"""
_ONLY_LEDGER = """
from evidence.tables import convention_tables
from evidence.record.opening import open_reference_page

page = open_reference_page("methods/conventions")
page.table(convention_tables.tabulate_conventions(()))
"""


def _code(source: str) -> dict[str, Any]:
    metadata = {"tags": ["hide-input"]}
    made = {"cell_type": "code", "metadata": metadata, "source": source.strip("\n")}
    return {**made, "outputs": [], "execution_count": None}


def _words(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {"tags": []}, "source": source}


def _write_notebook(path: Path, cells: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(serialise(normalise({"cells": cells, "metadata": {}})), encoding="utf-8")


def _not_run(cell: dict[str, Any]) -> dict[str, Any]:
    tags = {"tags": cell["metadata"].get("tags", [])}
    cleared = {"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else {}
    return {**cell, "metadata": tags, "source": "".join(cell["source"]), **cleared}


def _structure(source: str) -> str:
    """Return headings and directives of a chapter; its sentences are of a real study."""
    kept, inside = [], ""
    for line in source.splitlines():
        fence = line.strip()[:3] if line.startswith(("```", ":::")) else ""
        if fence or inside or line.startswith("## "):
            kept.append(line)
        if fence == ":::" or (fence == "```" and not inside.startswith(":::")):
            inside = "" if inside else fence
    return "\n".join(kept)


def _write_studies(folder: Path, count: int) -> None:
    pattern = read_notebook(ROOT / "chapters" / "studies" / "ryan-2007.ipynb")["cells"]
    for study_id in study_ids(count):
        said = [f"# {study_id.capitalize()}\n\nA made trial: {{num}}`added.n` in each arm."]
        cells = []
        for cell in map(_not_run, pattern):
            if cell["cell_type"] == "markdown":
                words = said.pop() if said else _structure(cell["source"])
                cell = {**cell, "source": words}
            elif "parameters" in cell["metadata"]["tags"]:
                cell = {**cell, "source": parameters_cell(f"studies/{study_id}")}
            cells.append(cell)
        _write_notebook(folder / "studies" / f"{study_id}.ipynb", cells)


def _write_others(folder: Path) -> None:
    (folder / "index.md").write_text(
        f"# A made book\n\nThe pooled ratio is {{num}}`{QUESTION}.pooled`.\n", encoding="utf-8"
    )
    (folder / "how-to-read.md").write_text("# How to read\n\nNothing here is true.\n", "utf-8")
    results = _words("## Numbers\n\n```{results}\n```")
    cells = [_words("# Made ratios\n\nPooled: {num}`pooled`."), _code(_POOLED), _code(_RECORDED)]
    _write_notebook(folder / f"{QUESTION}.ipynb", [*cells, results])
    _write_notebook(
        folder / "methods" / "conventions.ipynb", [_words("# Conventions"), _code(_ONLY_LEDGER)]
    )
    (folder / "methods" / "audit-rules.md").write_text(
        "# Audit rules\n\nAs in the book.\n", "utf-8"
    )
    for name in _APPENDIX:
        origin, target = ROOT / "chapters" / "appendix" / name, folder / "appendix" / name
        target.parent.mkdir(exist_ok=True)
        if target.suffix == ".md":
            shutil.copy2(origin, target)
        else:
            _write_notebook(target, list(map(_not_run, read_notebook(origin)["cells"])))


def _contents(count: int) -> str:
    methods = ["methods/conventions", "methods/audit-rules"]
    parts = {
        "Start": ["how-to-read"],
        "Questions": [QUESTION],
        "Studies: the landscape": [f"studies/{study_id}" for study_id in study_ids(count)],
        "Methods": methods,
        "Appendix": [f"appendix/{Path(name).stem}" for name in _APPENDIX],
    }
    lines = ["format: jb-book", "root: chapters/index", "parts:"]
    for caption, pages in parts.items():
        lines += [f'  - caption: "{caption}"', "    chapters:"]
        lines += [f"      - file: chapters/{page}" for page in pages]
    return "\n".join(lines) + "\n"


def make_project(folder: Path, count: int, *, seed: int = 1) -> Path:
    """Write a project of made studies into a folder that is not there yet; no page has run."""
    folder.mkdir(parents=True)
    for name in _AS_THEY_ARE:
        origin = ROOT / name
        (shutil.copytree if origin.is_dir() else shutil.copy2)(origin, folder / name)
    (folder / "data").mkdir()
    write_tables(folder / "data", count, seed=seed)
    package = package_text(folder / "data")
    (folder / "data" / "datapackage.json").write_text(package, encoding="utf-8")
    _write_studies(folder / "chapters", count)
    _write_others(folder / "chapters")
    (folder / "_toc.yml").write_text(_contents(count), encoding="utf-8")
    return folder


if __name__ == "__main__":
    make_project(Path(sys.argv[1]), int(sys.argv[2]))
