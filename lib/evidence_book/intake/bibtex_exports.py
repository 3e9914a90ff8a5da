"""BibTeX exports, read by the scanner of pybtex, which takes an entry key more than once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pybtex.bibtex.utils import split_name_list
from pybtex.database import Person, PybtexError
from pybtex.database.input.bibtex import LowLevelParser, UndefinedMacro, month_names
from pybtex.richtext import Text
from pybtex.scanner import PybtexSyntaxError

from evidence.sources.problems import DataError, Problem
from evidence_book.intake.record import Entry

# A macro can stand for gigabytes.
_MACRO = re.compile(r"@\s*string\b", re.IGNORECASE)


def read_bibtex(name: str, text: str) -> Iterator[Entry]:
    """Yield the entries of a BibTeX export.

    Raises
    ------
    DataError
        Where it is not BibTeX, with the line, and where it has macros.
    """
    macro = _MACRO.search(text)
    if macro is not None:
        line = text.count("\n", 0, macro.start()) + 1
        raise DataError([Problem(name, line, "", "entries and no macros", macro[0])])

    def refuse(error: PybtexSyntaxError) -> None:
        # A month may be written in any way; it is not read.
        if not isinstance(error, UndefinedMacro):
            raise error

    parser = LowLevelParser(text, handle_error=refuse, macros={**month_names})
    try:
        for command, body in parser:
            if command.lower() != "preamble":
                line = text.count("\n", 0, parser.command_start) + 1
                fields = {field.lower(): "".join(parts) for field, parts in reversed(body[1])}
                yield _entry(line, fields)
    except PybtexError as error:
        line = getattr(error, "lineno", None) or parser.lineno
        given = " ".join(str(error).split())
        raise DataError([Problem(name, line, "", "BibTeX", given)]) from None


def _entry(line: int, fields: dict[str, str]) -> Entry:
    def words(*names: str) -> str:
        return next((_decoded(fields[name]) for name in names if fields.get(name)), "")

    people = split_name_list(" ".join(fields.get("author", "").split()))
    return Entry(
        line=line,
        title=words("title"),
        authors=tuple(_decoded(_family(name)) for name in people),
        year=words("year", "date"),
        journal=words("journal", "journaltitle", "booktitle", "publisher"),
        doi=words("doi"),
        pmid=words("pmid"),
        database=words("source") if "source" in fields else "",
        abstract=words("abstract"),
        about=tuple(fields.get(name, "") for name in ("url", "note", "eprint", "annote")),
    )


def _family(name: str) -> str:
    person = Person(name)
    # The comma says that no initials follow.
    return " ".join([*person.prelast_names, *person.last_names]) + ","


def _decoded(latex: str) -> str:
    r"""Return a text of LaTeX as plain text, "{P}yrh{\"o}nen" as "Pyrhönen"."""
    return str(Text.from_latex(" ".join(latex.split())))
