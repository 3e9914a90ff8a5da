"""Scaffolding a question: parameter class, module, chapter, contents and test, ready to run.

What is written runs at once and counts the studies; `evidence check` refuses it until the prose
is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from evidence.files.paths import chapters_folder, project_root
from evidence.record.chapter_parameters import ChapterParameters
from evidence.sources.columns import TODO
from evidence_book.rendering.toc import with_chapter
from evidence_book.runs.normalise import normalise, serialise
from evidence_book.runs.notebooks import literal_lines
from evidence_book.runs.own_data import refuse_own_data
from evidence_book.runs.own_library import library_name, question_models
from evidence_book.scaffold.undo import write_new

_ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
_WORDS = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ,;:()'/+-]*\??")
_PART = "caption: Questions"

_PARAMETERS = Template('''"""Parameters of the chapter: $words."""

from __future__ import annotations

from typing import ClassVar

from evidence.record.chapter_parameters import ChapterParameters


class $cls(ChapterParameters):
    """Question: $words."""

    page: ClassVar[str] = "questions/$name"
''')
_MODULE = Template('''"""$words? The numbers of that chapter."""

from __future__ import annotations

from evidence.sources.data import Evidence
from evidence_stats.estimates import Estimate
from $library import Numbers


def count(evidence: Evidence) -> Numbers:
    """Return how many studies there are."""
    studies = len(evidence.values("studies", "study_id"))
    return {"studies": (Estimate(studies, unit="count", method="count"), "Studies in the tables")}


def rows(evidence: Evidence) -> list[str]:
    """Return the data rows that the count rests on: every arm."""
    return [arm for (arm,) in evidence.values("arms", "arm_id")]
''')
_TEST = Template('''"""$words?"""

from evidence.sources.data import load_evidence
from $library.$name import analysis


def test_the_count_is_that_of_the_table():
    evidence = load_evidence()
    numbers = analysis.count(evidence)
    assert numbers["studies"][0].value == len(evidence.tables["studies"])
''')
_OPEN = Template("""import evidence as ev
$imports

page = ev.open_page($cls, globals())
evidence = page.evidence""")
_RECORD = """page.record_all(question.count(evidence), question.rows(evidence))
page.claim(
    "studies_found",
    tested=ev.value("studies") > 0,
    holds="There are {studies} studies to answer the question from.",
    falls="There are no studies to answer the question from.",
    unclear="How many studies there are is unknown.",
)"""
_HIDDEN = ["hide-input", "remove-output"]
_FOOT = (
    ":::{dropdown} Keys, grades and data rows\n```{results}\n```\n:::",
    ":::{dropdown} Parameters, and the command that runs this page again\n"
    "```{parameters}\n```\n:::",
)


class NewQuestionError(ValueError):
    """A question that cannot be scaffolded; nothing was written."""


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """What a new question is called.

    Attributes
    ----------
    name : str
        The same name for notebook, module and test, e.g. quality_of_life.
    words : str
        The question in words, without its mark.
    """

    name: str
    words: str

    @property
    def class_name(self) -> str:
        """Name of the parameter class: QualityOfLife."""
        return "".join(part.capitalize() for part in self.name.split("_"))


def _check(question: NewQuestion) -> None:
    if not _ID.fullmatch(question.name):
        raise NewQuestionError(f"expected a name such as quality_of_life, got {question.name!r}")
    known = question_models()
    taken = [model.__name__ for model in known.values()]
    if f"questions/{question.name}" in known or question.class_name in taken:
        raise NewQuestionError(
            f"expected the name of a new question, got {question.name}, which there is already"
        )
    if not _WORDS.fullmatch(question.words):
        raise NewQuestionError(
            f"--title: expected the question in plain words on one line, got {question.words!r}"
        )


def _names(question: NewQuestion) -> dict[str, str]:
    words = question.words.rstrip("?")
    return {"name": question.name, "words": words, "library": library_name()}


def _chapter_text(question: NewQuestion) -> str:
    facts = {"cls": question.class_name, **_names(question)}
    library = facts["library"]
    facts["imports"] = "\n".join(
        sorted(
            (
                f"from {library}.{question.name} import analysis as question",
                f"from {library}.{question.name}.parameters import {question.class_name}",
            )
        )
    )
    prose = f"# {facts['words']}?\n\n{{claim}}`studies_found`\n\n{TODO}: the answer in words."
    sure = f"## How sure, and why it could be wrong\n\n{TODO}: write."
    cells: list[dict[str, Any]] = [
        _markdown(prose),
        _code(literal_lines(ChapterParameters), ["parameters", "hide-input"]),
        _code(_OPEN.substitute(facts), _HIDDEN),
        _code(_RECORD, _HIDDEN),
        _markdown(sure),
        _markdown("## Every number on this page\n\n" + _FOOT[0]),
        _markdown(_FOOT[1]),
    ]
    return serialise(normalise({"cells": cells, "metadata": {}}))


def _markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {"tags": []}, "source": source}


def _code(source: str, tags: list[str]) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "metadata": {"tags": tags},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def scaffold_question(question: NewQuestion) -> list[Path]:
    """Write everything that a question begins with; return the files.

    Raises
    ------
    NewQuestionError
        Where the name or the words cannot be taken; then nothing was written.
    """
    refuse_own_data("a new question")
    _check(question)
    root = project_root()
    library = root / "lib" / library_name()
    facts = {"cls": question.class_name, **_names(question)}
    if not library.exists():
        name = library.relative_to(root).as_posix()
        raise NewQuestionError(f"expected {name} in the project, got none")
    new = {
        library / question.name / "__init__.py": f'"""Question: {facts["words"]}."""\n',
        library / question.name / "parameters.py": _PARAMETERS.substitute(facts),
        library / question.name / "analysis.py": _MODULE.substitute(facts),
        root / "tests" / f"test_{question.name}.py": _TEST.substitute(facts),
        chapters_folder() / "questions" / f"{question.name}.ipynb": _chapter_text(question),
    }
    there = [path.relative_to(root).as_posix() for path in new if path.exists()]
    if there:
        raise NewQuestionError(f"expected new files, got {', '.join(there)}, which there are")
    contents = with_chapter(_PART, f"chapters/questions/{question.name}")
    return write_new({root / "_toc.yml": contents, **new})
