"""What this book alone computes and says: one package per question, named as its notebook."""

from __future__ import annotations

from evidence_stats.estimates import Estimate, NotEstimable

# What a page records: key, then the estimate, or why there is none, and what it is in words.
Numbers = dict[str, tuple[Estimate | NotEstimable, str]]
