"""The pinned R values of the networks, tests/reference/network.json, and their contrasts."""

import json
from pathlib import Path

from hypothesis import strategies as st

from evidence_stats.networks.contrasts import Contrast

_REFERENCE = json.loads(
    (Path(__file__).parent / "reference" / "network.json").read_text(encoding="utf-8")
)
VALUES = {key: entry["value"] for key, entry in _REFERENCE["values"].items()}
CONTRASTS = {
    name: [
        Contrast(*row[:3], log_ratio=row[3], se=row[4])
        for row in zip(*columns.values(), strict=True)
    ]
    for name, columns in _REFERENCE["data"].items()
}


def without(contrasts, *studies):
    """Return the contrasts of all other studies; every name must be there."""
    assert set(studies) <= {c.study for c in contrasts}
    return [c for c in contrasts if c.study not in studies]


def change(contrasts, study, log_ratio, se=None):
    """Return the contrasts with another result of one study."""
    return [
        Contrast(c.study, c.treat_a, c.treat_b, log_ratio=log_ratio, se=se or c.se)
        if c.study == study
        else c
        for c in contrasts
    ]


@st.composite
def chains(draw, most=6):
    """Return a tree of two-arm studies: every new treatment is compared with an earlier one."""
    size = draw(st.integers(2, most))
    effects, errors = st.floats(-2, 2), st.floats(0.05, 2)
    return [
        Contrast(
            f"S{i}",
            f"T{i}",
            f"T{draw(st.integers(0, i - 1))}",
            log_ratio=draw(effects),
            se=draw(errors),
        )
        for i in range(1, size)
    ]


@st.composite
def networks(draw, most=6):
    """Return a connected network of two-arm studies with loops and doubled edges."""
    rows = draw(chains(most))
    size = len(rows) + 1
    for i in range(draw(st.integers(1, 6))):
        a = draw(st.integers(0, size - 1))
        b = (a + draw(st.integers(1, size - 1))) % size
        result = draw(st.floats(-2, 2)), draw(st.floats(0.05, 2))
        rows.append(Contrast(f"extra{i}", f"T{a}", f"T{b}", log_ratio=result[0], se=result[1]))
    return rows
