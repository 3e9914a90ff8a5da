"""Which drugs lower HbA1c in diabetes? The page against what netmeta gives of these trials."""

import pytest

from evidence.sources.data import load_evidence
from senn_book.lowering_hba1c import analysis
from senn_book.lowering_hba1c.parameters import LoweringHba1c

CONTRASTS = analysis.read(load_evidence())


def test_twenty_six_trials_make_twenty_eight_comparisons_of_ten_treatments():
    fitted = analysis.fit(CONTRASTS, LoweringHba1c())
    assert len(CONTRASTS) == 28
    assert len({one.study for one in CONTRASTS.values()}) == 26
    assert len(fitted.treatments) == 10


def test_q_and_tau2_are_those_that_netmeta_gives():
    # netmeta documents 96.98407 and 0.1087101 of the arms of these trials, to which the engine is
    # held in tests/evidence_stats/test_network.py; here standard errors are rounded to four digits.
    fitted = analysis.fit(CONTRASTS, LoweringHba1c())
    assert fitted.df == 18
    assert fitted.q == pytest.approx(96.98407, abs=0.01)
    assert fitted.tau2 == pytest.approx(0.1087101, abs=1e-4)


def test_every_drug_lowers_on_average_and_the_first_lowers_most():
    found = analysis.differences(analysis.fit(CONTRASTS, LoweringHba1c(model="common")))
    values = [one.value for one in found.values()]
    assert values == sorted(values)
    assert values[-1] < 0
    assert next(iter(found)) == "ROSIGLITAZONE"
