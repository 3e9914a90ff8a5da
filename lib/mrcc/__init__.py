"""The library of this book alone: what its questions compute and say, and from which rows.

One package per question, named as its notebook, its parameter class and its test are.
"""

from __future__ import annotations

from evidence_stats.estimates import Estimate, NotEstimable

# What a page records: key, then the estimate, or why there is none, and what it is in words.
Numbers = dict[str, tuple[Estimate | NotEstimable, str]]
