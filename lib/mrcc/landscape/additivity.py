"""Is the effect of interferon-alfa additive? A probe, never an effect estimate."""

from __future__ import annotations

from collections.abc import Sequence

from evidence.sources.data import Evidence
from evidence.tables.formatting import format_compact, format_p
from evidence.tables.table import Table, make_table
from evidence_stats.estimates import Estimate, NotEstimable
from evidence_stats.networks.components import ComponentNetworkResult, component_network
from mrcc import Numbers
from mrcc.landscape.network_contrasts import LeftOut
from mrcc.landscape.network_links import left_out, links
from mrcc.landscape.parameters import Landscape

COMPONENT = "IFN"
# Placebo is no drug: a component network without an inactive treatment has no zero.
INACTIVE = ("PLA",)
_PLACEBO_TRIALS = ["escudier-2007-target", "sternberg-2010"]
# Which trials are left out, in words.
_SETS: dict[str, list[str]] = {
    "all contrasts": [],
    "without Jonasch 2010": ["jonasch-2010"],
    "without the placebo trials": _PLACEBO_TRIALS,
    "without both": [*_PLACEBO_TRIALS, "jonasch-2010"],
}


def probe(evidence: Evidence, level: float) -> dict[str, ComponentNetworkResult]:
    """Return the additive component network of PFS, for each set of trials."""
    found = {}
    for words, excluded in _SETS.items():
        parameters = Landscape(level=level, lines="all", exclude_studies=excluded)
        contrasts = [link.contrast for link in links(evidence, parameters)]
        treatments = {code for c in contrasts for code in (c.treat_a, c.treat_b)}
        inactive = [code for code in INACTIVE if code in treatments]
        found[words] = component_network(contrasts, inactive=inactive, level=level)
    return found


def left_out_of(evidence: Evidence, level: float) -> list[LeftOut]:
    """Return what cannot enter the probe, and why."""
    return left_out(evidence, Landscape(level=level, lines="all"))


def rows_of(evidence: Evidence, level: float) -> list[str]:
    """Return the data rows behind the probe."""
    return [
        row for link in links(evidence, Landscape(level=level, lines="all")) for row in link.rows
    ]


def describe(probes: dict[str, ComponentNetworkResult], lost: Sequence[LeftOut] = ()) -> Numbers:
    """Return the test of additivity on all contrasts, and in how many sets interferon is found."""
    everything = probes["all contrasts"]
    estimable = sum(made.component(COMPONENT).estimable for made in probes.values())
    numbers: Numbers = {
        "probe_sets": (
            Estimate(len(probes), unit="count", method="count"),
            "Sets of trials that were probed",
        ),
        "probe_estimable": (
            Estimate(estimable, unit="count", method="rank of the component design"),
            "Of these, sets in which interferon-alfa can be told apart",
        ),
    }
    test: Estimate | NotEstimable
    if everything.p_difference is None:
        why = "; ".join(one.missing.reason for one in lost)
        test = NotEstimable(f"no degree of freedom is left to test additivity by; {why}")
    else:
        test = Estimate(
            everything.p_difference,
            unit="p_value",
            method="Q of the additive network minus Q of the full one",
            grade="D2",
        )
    return numbers | {"probe_p": (test, "P of additivity, all contrasts")}


def tabulate_probe(probes: dict[str, ComponentNetworkResult]) -> Table:
    """Return what each set of trials can say of interferon-alfa as a component."""
    rows = []
    for words, made in probes.items():
        component = made.component(COMPONENT)
        p = made.p_difference
        rows.append(
            [
                words,
                f"{made.rank} of {len(made.components)}",
                "yes"
                if component.estimable
                else "no, tied to " + ", ".join(component.aliased_with),
                "none" if component.estimate is None else format_compact(component.estimate),
                "cannot be tested" if p is None else format_p(p),
            ]
        )
    columns = ["Trials", "Rank of components", "Estimable", "Component ratio", "P of additivity"]
    return make_table(
        columns,
        rows,
        caption="Interferon-alfa as a component of PFS: a probe of additivity, not an effect",
        numeric=("Rank of components", "Component ratio", "P of additivity"),
        footnotes=(
            "The ratio changes with the trials because it comes from crossing a placebo trial in "
            "pretreated patients with trials in untreated ones. It can be fitted, and is not used.",
        ),
    )
