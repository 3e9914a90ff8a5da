"""When two records are one publication.

Identifiers first: one DOI or one PubMed number is one publication. Then title, year and first
author, as Cochrane's handbook advises (4.6.2), where no identifier says otherwise. A registration
is never a publication: several papers report on one trial, and each is screened.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from evidence_book.intake.record import REGISTER

Row = dict[str, str]
# "Reply", "Corrigendum": titles that many publications have.
_FEW_LETTERS = 20
_IDENTIFIERS = ("doi", "pmid")


def plain_title(title: str) -> str:
    r"""Return the letters and digits of a title, as all databases would write them.

    Examples
    --------
    >>> plain_title("[TGF-\u03b2 in f\u00eatal skin.]") == plain_title("TGF beta in fetal skin")
    True
    """
    letters = unicodedata.normalize("NFKD", title).casefold()
    return "".join(_spelt(sign) for sign in letters if sign.isalnum())


def _spelt(sign: str) -> str:
    """Return a Greek letter as the word that MEDLINE writes for it; other signs as they are."""
    name = unicodedata.name(sign, "")
    return name.split()[3].lower() if re.fullmatch("GREEK SMALL LETTER [A-Z]+", name) else sign


class KnownRows:
    """Rows of `data/screening.csv`, asked which of them another row is the same as."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self._by_key: defaultdict[str, list[Row]] = defaultdict(list)
        for row in rows:
            self.note(row)

    def note(self, row: Row) -> None:
        """Remember a row by its identifiers and its title; again after it was changed."""
        for key in _keys(row):
            if not any(other is row for other in self._by_key[key]):
                self._by_key[key].append(row)

    def forget(self, row: Row) -> None:
        """Take a row out."""
        self.rows[:] = [other for other in self.rows if other is not row]
        for rows in self._by_key.values():
            rows[:] = [other for other in rows if other is not row]

    def same_as(self, row: Row) -> list[Row]:
        """Return the rows that are the same publication, in the order of the table."""
        found = {
            other["candidate_id"]: other
            for key in _keys(row)
            for other in self._by_key.get(key, ())
            if other is not row and _may_be_one(row, other)
        }
        return [found[name] for name in sorted(found, key=lambda name: int(name[1:]))]


def _is_registration(row: Row) -> bool:
    return row["journal"] == REGISTER and bool(row["nct"])


def _keys(row: Row) -> Iterator[str]:
    for name in _IDENTIFIERS:
        if row[name]:
            yield f"{name} {row[name]}"
    if _is_registration(row):
        yield f"registration {row['nct']}"
    title = plain_title(row["title"])
    if title:
        more = plain_title(row["journal"]) if len(title) < _FEW_LETTERS else ""
        yield f"title {title} {row['year']} {more}"


def _may_be_one(row: Row, other: Row) -> bool:
    """Return False where two rows with a key in common are told apart by something else."""
    if _is_registration(row) or _is_registration(other):
        return _is_registration(row) and row["nct"] == other["nct"] and _is_registration(other)
    both = [name for name in _IDENTIFIERS if row[name] and other[name]]
    if both:
        return any(row[name] == other[name] for name in both)
    names = [plain_title(one["authors"].partition(" et al.")[0]) for one in (row, other)]
    return names[0] == names[1] or not all(names)
