"""Summary of findings: each treatment of the network against interferon-alfa."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from evidence.findings.summary import SummaryLine, find, tabulate_summary, visible_estimate
from evidence.sources.certainty import is_judged, judge_certainty
from evidence.sources.data import Evidence
from evidence.sources.printed_medians import reached_median
from evidence.sources.vocabulary import treatment_words
from evidence.tables.table import Table
from evidence_stats.estimates import Estimate, NotEstimable, if_estimable
from evidence_stats.networks.treatment_network import NetworkResult
from evidence_stats.survival.from_medians import landmark_survival
from mrcc.effects import PROGRESSION, SURVIVAL
from mrcc.landscape.analysis import QUESTION, code_key
from mrcc.landscape.network_contrasts import Link
from mrcc.landscape.parameters import Landscape

# The treatment that certainty was judged against, and its printed medians: the largest trial that
# gave it alone to untreated patients.
COMPARATOR = "IFN"
_BASELINES = {"pfs": "motzer-2007.pfs.median.ifn.final", "os": "motzer-2007.os.median.ifn"}
_HORIZON = 12.0
_OUTCOMES = {
    "pfs": ("free of progression at one year", PROGRESSION),
    "os": ("alive at one year", SURVIVAL),
}


def summarise(
    evidence: Evidence, fitted: NetworkResult, links: Sequence[Link], p: Landscape
) -> Table:
    """Return one line per treatment against interferon-alfa, as a table.

    Patients per 1000 with interferon-alfa are read off an exponential curve through a reported
    median; with other treatments they are that share to the power of the hazard ratio.
    """
    words, _ = _OUTCOMES[p.outcome]
    made = find_all(evidence, fitted, links, p)
    notes = [
        f"{_capital(treatment_words(code))} is left out: data/certainty.csv does not judge "
        f"{p.outcome}_{code_key(code)}."
        for code in _effects(fitted)
        if code not in made
    ]
    return tabulate_summary(
        list(made.values()),
        caption=f"Summary of findings: each treatment against interferon-alfa, {words}",
        without="With interferon-alfa",
        with_="With the treatment",
        notes=(
            "Patients are those of trials that compared the two directly. Those with "
            "interferon-alfa are read off an exponential curve through the median of "
            f"{evidence.printed(_BASELINES[p.outcome])} in the largest trial that gave it alone.",
            *notes,
        ),
    )


def words_of(lines: Mapping[str, SummaryLine]) -> defaultdict[str, str]:
    """Return what each treatment does compared with interferon-alfa; "" where it has no line."""
    return defaultdict(str, {code: line.words for code, line in lines.items()})


def _effects(fitted: NetworkResult) -> dict[str, Estimate]:
    return fitted.effects_versus(COMPARATOR) if COMPARATOR in fitted.treatments else {}


def find_all(
    evidence: Evidence, fitted: NetworkResult, links: Sequence[Link], p: Landscape
) -> dict[str, SummaryLine]:
    """Return the lines of the summary by treatment; those that are not judged have none."""
    _, effect = _OUTCOMES[p.outcome]
    median = reached_median(evidence, _BASELINES[p.outcome])
    at_horizon = if_estimable(lambda made: landmark_survival(made, _HORIZON).value, median)
    baseline = None if isinstance(at_horizon, NotEstimable) else at_horizon
    return {
        code: find(
            _capital(treatment_words(code)),
            judge_certainty(evidence, QUESTION, f"{p.outcome}_{code_key(code)}"),
            effect.of(f"{_capital(treatment_words(code))} compared with interferon-alfa"),
            visible_estimate(hr, p.provenance_max),
            name="hazard ratio",
            baseline=baseline,
            patients=_patients(evidence, links, code),
        )
        for code, hr in _effects(fitted).items()
        if is_judged(evidence, QUESTION, f"{p.outcome}_{code_key(code)}")
    }


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _patients(evidence: Evidence, links: Sequence[Link], code: str) -> str:
    pair = {code, COMPARATOR}
    contrasts = [link.contrast for link in links]
    studies = sorted({c.study for c in contrasts if {c.treat_a, c.treat_b} == pair})
    sizes = [evidence.study(study)["n_total"] for study in studies]
    return str(sum(map(int, sizes))) if sizes and all(sizes) else "none directly"
