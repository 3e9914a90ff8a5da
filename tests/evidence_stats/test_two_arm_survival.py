"""Cox regressions of many data sets against R survival and lifelines, with and without ties."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter

from evidence_stats.survival.kaplan_meier import rmst
from evidence_stats.survival.reconstruction import TO_THE_END
from evidence_stats.survival.two_arm_survival import cox_two_arm_batch, rmst_difference
from tests.tolerance import near

REFERENCE = json.loads((Path(__file__).parents[1] / "reference/survival.json").read_text())
VALUES, DATA = REFERENCE["values"], REFERENCE["data"]


def fitted(times, events, arm):
    """Return log hazard ratio and standard error of one data set."""
    rows = [np.array([column]) for column in (times, events, arm)]
    batch = cox_two_arm_batch(rows[0].astype(float), rows[1].astype(bool), rows[2].astype(bool))
    return float(batch.log_hr[0]), float(batch.se[0])


@pytest.mark.parametrize("name", DATA)
def test_agrees_with_r(name):
    found = fitted(DATA[name]["time"], DATA[name]["event"], DATA[name]["arm"])
    assert list(found) == near(VALUES[f"{name}.cox"]["value"], VALUES[f"{name}.cox"]["kind"])


def test_every_value_of_the_reference_file_belongs_to_one_test_file():
    assert {k.removesuffix(".cox") for k in VALUES if k.endswith(".cox")} == set(DATA)
    # medians and hazard ratios 27, power 8, one arm 63, two arms 7.
    assert len(VALUES) == 27 + 8 + 63 + 7


def test_the_published_leukaemia_trial():
    # Freireich 1963 as in Cox 1972, J R Stat Soc B 34:187: 6-mercaptopurine 21 patients with 9
    # relapses, placebo 21 with 21.
    drug = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    log_hr, _ = fitted(drug + placebo, relapse + [1] * 21, [1] * 21 + [0] * 21)
    # Efron ties: coefficient 1.572 with 6-mercaptopurine as reference.
    assert log_hr == pytest.approx(-1.572, abs=0.0005)


def test_a_batch_gives_what_lifelines_gives():
    rng = np.random.default_rng(7)
    times = np.ceil(rng.exponential(8.0, (20, 30)))
    events, arm = rng.random((20, 30)) < 0.7, np.tile(np.arange(30) % 2 == 0, (20, 1))
    batch = cox_two_arm_batch(times, events, arm)
    for i in range(20):
        patients = pd.DataFrame({"t": times[i], "e": events[i], "arm": arm[i].astype(int)})
        single = CoxPHFitter().fit(patients, "t", "e", fit_options=TO_THE_END)
        assert single.params_["arm"] == pytest.approx(batch.log_hr[i], abs=1e-9)
        assert single.standard_errors_["arm"] == pytest.approx(batch.se[i])


rows = st.lists(
    st.tuples(st.integers(1, 20), st.booleans(), st.booleans()), min_size=8, max_size=40
)


@settings(max_examples=60)
@given(rows)
def test_swapping_arms_inverts_the_hazard_ratio(patients):
    times, events, arm = (np.array(column) for column in zip(*patients, strict=True))
    forward, back = fitted(times, events, arm), fitted(times, events, ~arm)
    assert forward[0] == pytest.approx(-back[0], abs=1e-6, nan_ok=True)
    assert forward[1] == pytest.approx(back[1], rel=1e-6, nan_ok=True)


def test_data_whose_likelihood_has_no_maximum_have_no_hazard_ratio():
    assert all(map(math.isnan, fitted([1, 2, 3], [1, 1, 0], [1, 1, 0])))


def test_a_difference_of_restricted_means_changes_sign_with_the_arms():
    lung = DATA["lung"]
    times, events, women = (np.array(lung[k]) for k in ("time", "event", "arm"))
    men = rmst(times[women == 0], events[women == 0], 24)
    longer = rmst(times[women == 1], events[women == 1], 24)
    forward, back = rmst_difference(longer, men), rmst_difference(men, longer)
    assert forward.value == pytest.approx(-back.value)
    assert forward.low == pytest.approx(-back.high)
    assert forward.excludes(0)


def test_restricted_means_that_are_not_alike_are_not_compared():
    with pytest.raises(ValueError, match="both restricted means must be made alike"):
        rmst_difference(rmst([1, 2], [1, 1], 1), rmst([1, 2], [1, 1], 2))
