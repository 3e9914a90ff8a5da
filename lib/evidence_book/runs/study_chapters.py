"""Studies and their chapters: `chapter` in studies.csv is what stands in chapters/studies."""

from __future__ import annotations

from evidence.files.paths import data_folder, notebook_path
from evidence.sources.csv_tables import read_table
from evidence.sources.problems import Problem, table_problem


def check_study_chapters() -> list[Problem]:
    """Return studies that say of their chapter what is not so.

    Raises
    ------
    DataError
        Where studies.csv cannot be read.
    """
    found = []
    table = read_table(data_folder() / "studies.csv")
    if not {"study_id", "chapter"} <= set(table.columns):
        return []
    pairs = zip(table["study_id"], table["chapter"], strict=True)
    for line, (study_id, chapter) in enumerate(pairs, start=2):
        page = f"studies/{study_id}"
        exists = notebook_path(page).is_file()
        if chapter == "no" and exists:
            expected = f"yes, for there is chapters/{page}.ipynb"
            found.append(table_problem("studies", line, "chapter", expected, chapter))
        elif chapter == "yes" and not exists:
            expected = f"no, or a chapter chapters/{page}.ipynb"
            found.append(table_problem("studies", line, "chapter", expected, chapter))
    return found
