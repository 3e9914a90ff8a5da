"""The analyses of the questions: data rows and parameters in, named estimates out.

One module per question, named as its notebook, its parameter class and its test are.
"""

from __future__ import annotations

from evidence.estimates import Estimate, NotEstimable

# What a page records: key, then the estimate, or why there is none, and what it is in words.
Numbers = dict[str, tuple[Estimate | NotEstimable, str]]
