"""Scaffolding a question: parameter class, module, chapter, contents and test, ready to run.

What is written runs at once and counts the studies; `evidence check` refuses it until the prose
is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from evidence.files.paths import project_root
from evidence.record.chapter_parameters import ChapterParameters
from evidence.sources.columns import TODO
from evidence_book.rendering.toc import with_chapter
from evidence_book.runs.notebooks import literal_lines
from evidence_book.runs.own_data import refuse_own_data
from evidence_book.runs.own_library import library_name, question_models
from evidence_book.scaffold.templates import fill_in
from evidence_book.scaffold.undo import write_new

_ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
_WORDS = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ,;:()'/+-]*\??")
_PART = "caption: Questions"


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


def _facts(question: NewQuestion) -> dict[str, str]:
    """Return what the templates are filled in with."""
    library = library_name()
    # Sorted, since the name of the question decides which comes first.
    imports = sorted(
        (
            f"from {library}.{question.name} import analysis as question",
            f"from {library}.{question.name}.parameters import {question.class_name}",
        )
    )
    return {
        "cls": question.class_name,
        "imports": "\n".join(imports),
        "library": library,
        "name": question.name,
        "parameters": literal_lines(ChapterParameters),
        "todo": TODO,
        "words": question.words.rstrip("?"),
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
    if not library.exists():
        name = library.relative_to(root).as_posix()
        raise NewQuestionError(f"expected {name} in the project, got none")
    new = {root / name: text for name, text in fill_in("question", _facts(question))}
    if (root / "tests" / library.name).is_dir():
        # This project keeps the tests of its storeys apart.
        test = f"test_{question.name}.py"
        new[root / "tests" / library.name / test] = new.pop(root / "tests" / test)
    there = [path.relative_to(root).as_posix() for path in new if path.exists()]
    if there:
        raise NewQuestionError(f"expected new files, got {', '.join(there)}, which there are")
    contents = with_chapter(_PART, f"chapters/questions/{question.name}")
    return write_new({root / "_toc.yml": contents, **new})
