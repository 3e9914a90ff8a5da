"""A number under several conventions."""

from __future__ import annotations

from dataclasses import dataclass

from evidence_stats.estimates import Estimate, NotEstimable


@dataclass(frozen=True, slots=True)
class Reading:
    """One way of computing a number.

    Attributes
    ----------
    key : str
        Name of the convention or program, part of a result's key.
    programs : str
        Who computes it so by default.
    estimate : Estimate or NotEstimable
        What comes out.
    """

    key: str
    programs: str
    estimate: Estimate | NotEstimable


@dataclass(frozen=True, slots=True)
class Comparison:
    """One number under several conventions; the first is this book's.

    Attributes
    ----------
    key : str
        Start of the keys of its results.
    what : str
        The number, in words.
    conventions : tuple of str
        Entries of the ledger that it illustrates.
    rows : tuple of str
        Data rows.
    readings : tuple of Reading
        This book's first.
    """

    key: str
    what: str
    conventions: tuple[str, ...]
    rows: tuple[str, ...]
    readings: tuple[Reading, ...]
