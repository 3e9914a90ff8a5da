"""The digits of a number that are the same on every processor, decided here and nowhere else.

Numerical libraries choose their kernels when they run, and kernels round the last bit differently
(NumPy issue 20564). What is written, compared or committed therefore has fewer digits than a
computer has, in two steps: `settled` takes away the last places, so that a number that is a tie on
paper, such as 0.125, is one on every processor; only then is it rounded to what is written.
"""

from __future__ import annotations

import math

# Pages agree to thirteen digits when every sum, exponential and distribution is moved by four
# units in the last place (`python -m tests.page_shell --seed 1`); simulations keep fewer.
_SETTLED_DIGITS = 12
# Six digits tell any two results apart that a reader could; optimizers and quantiles of simulated
# trials are converged well beyond them.
_STORED_DIGITS = 6


def settled(value: float) -> float:
    """Return a number without its last places, to twelve significant digits.

    >>> settled(0.1 + 0.2)
    0.3
    """
    return float(f"{value:.{_SETTLED_DIGITS}g}")


def canonical(value: float | None) -> float | None:
    """Return a number as it is stored, to six significant digits; None where it is not finite.

    >>> canonical(2 / 3)
    0.666667
    """
    if value is None or not math.isfinite(value):
        return None
    return float(f"{settled(value):.{_STORED_DIGITS}g}")


def stored_text(value: float) -> str:
    """Return a number as it stands in a CSV file, "" for NaN.

    >>> stored_text(2 / 3)
    '0.666667'
    """
    return "" if math.isnan(value) else f"{settled(value):.{_STORED_DIGITS}g}"
