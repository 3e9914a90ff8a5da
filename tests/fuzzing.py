"""What the fuzzing tests share: how many examples, and texts that somebody might send.

A plain run draws a few hundred examples, the same ones every time; `EVIDENCE_FUZZ=10000` draws so
many, other ones every time.
"""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

MANY = int(os.environ.get("EVIDENCE_FUZZ", "0"))


def examples(few, at_most=None):
    """Return settings for a few examples, or for as many as EVIDENCE_FUZZ asks for."""
    many = min(MANY, at_most) if at_most else MANY
    return settings(
        max_examples=max(few, many),
        derandomize=not MANY,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


# Each once broke a program of this kind, or this one.
HOSTILE = (
    "", " ", "0", "-0", "00", "+1", "-1", ".5", "5.", "1e400", "1e5", "nan", "NaN", "inf", "-inf",
    "Infinity", "9" * 12, "9" * 13, "9" * 400, "0." + "0" * 12, "\u0663", "\u0967\u0968", "\u22125",
    "5,52", "1_000",
    "0x10", "<.0001", "> 12", "<0", "not reached", "18-27", "27-18", "5-5", "0-0", "a;b", ";", "..",
    "../../etc/passwd", "/etc/passwd", "C:\\x", "a\x00b", "a\tb", "a\nb", "a\rb", "a\x1b[31mb",
    "\u202eabc", "a\u2028b", "\ufeffabc", "a\u200bb", "\ud7ff", "x" * 300, "x" * 11_000,
    "<script>alert(1)</script>", "</script>", "<!--", "P <0.01 & more", "&lt;b&gt;",
    '" onmouseover="alert(1)', "javascript:alert(1)", "=1+1", "+cmd|' /C calc'!A0", "@SUM(1)",
    "-1+1", "\uff1d1+1", "{num}`x`", "`x`", "$x$", "{{ x }}", "%s", "${x}", "TODO", "'", '"', "\\",
    "yes", "no", "true", "null", "~", "*a", "!!python/object:os.system", "[1", "{", "all",
)  # fmt: skip
hostile = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=30))
# Numbers as papers print them, and just beyond.
printed = st.one_of(
    st.decimals(0, 200, places=2, allow_nan=False, allow_infinity=False).map(str),
    st.integers(0, 1000).map(str),
    st.sampled_from(("0", "0.0", "0.00", "1", "1.0", "100", "100.0", "<.0001", "> 12", ".0411",
                     "not reached", "not reported", "0.001", "999999999", "-3", "+3")),
)  # fmt: skip
