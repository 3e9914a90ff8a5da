"""Pooled again after each study: equal to pooling those studies, and to what metafor prints."""

import pytest

import evidence as ev
from evidence.figures.cumulative_forest import draw_cumulative_forest
from evidence_stats.pooling.counts import risk_ratios

# dat.bcg of the R package metadat: events and people with the vaccine, then without; the year.
TRIALS = {
    "1": (4, 123, 11, 139, 1948), "2": (6, 306, 29, 303, 1949), "3": (3, 231, 11, 220, 1960),
    "4": (62, 13598, 248, 12867, 1977), "5": (33, 5069, 47, 5808, 1973),
    "6": (180, 1541, 372, 1451, 1953), "7": (8, 2545, 10, 629, 1973),
    "8": (505, 88391, 499, 88391, 1980), "9": (29, 7499, 45, 7277, 1968),
    "10": (17, 1716, 65, 1665, 1961), "11": (186, 50634, 141, 27338, 1974),
    "12": (5, 2498, 3, 2341, 1969), "13": (27, 16913, 29, 17854, 1976),
}  # fmt: skip
RATIOS = risk_ratios({name: counts[:4] for name, counts in TRIALS.items()})
YEARS = {name: counts[4] for name, counts in TRIALS.items()}
# cumul(rma(yi, vi, data=escalc("RR", ..., data=dat.bcg)), transf=exp, order=year), as the
# reference page of cumul on metafor's site prints it: estimate, ci.lb, ci.ub, tau2.
METAFOR = {
    "1": (0.4109, 0.1343, 1.2574, 0.0000), "2": (0.2658, 0.1341, 0.5268, 0.0000),
    "6": (0.3783, 0.2338, 0.6120, 0.0872), "3": (0.3675, 0.2377, 0.5681, 0.0763),
    "10": (0.3324, 0.2248, 0.4916, 0.0858), "9": (0.3778, 0.2615, 0.5457, 0.1046),
    "12": (0.4061, 0.2794, 0.5901, 0.1205), "5": (0.4545, 0.3089, 0.6686, 0.1780),
    "7": (0.4208, 0.2864, 0.6182, 0.2023), "11": (0.4560, 0.3204, 0.6491, 0.2005),
    "13": (0.4925, 0.3472, 0.6987, 0.2281), "4": (0.4517, 0.3175, 0.6426, 0.2732),
    "8": (0.4894, 0.3441, 0.6962, 0.3132),
}  # fmt: skip
# Four printed digits; metafor ends its search for tau2 where it moves by less than 1e-5.
PRINTED = 0.5e-4


def test_the_trials_of_bcg_one_after_another_are_what_metafor_prints():
    steps = ev.pool_cumulatively(RATIOS, YEARS, adjust="z")
    assert list(steps) == list(METAFOR)
    for name, (value, low, high, tau2) in METAFOR.items():
        found = steps[name].estimate
        assert [found.value, found.low, found.high] == pytest.approx(
            [value, low, high], abs=PRINTED
        )
        assert (steps[name].tau2 or 0) == pytest.approx(tau2, abs=PRINTED)


@pytest.mark.parametrize("model", ["common", "reml", "dl", "pm", "ml"])
@pytest.mark.parametrize("adjust", ["z", "hksj", "hksj_at_least_z"])
def test_each_step_is_the_pooling_of_the_studies_until_then(model, adjust):
    steps = ev.pool_cumulatively(RATIOS, YEARS, model=model, adjust=adjust)
    names = list(steps)
    for count in range(2, len(names) + 1):
        own = {name: RATIOS[name] for name in names[:count]}
        alone = ev.pool_hazard_ratios(own, model=model, adjust=adjust)
        assert steps[names[count - 1]] == alone


def test_the_first_step_is_the_first_study_with_its_own_interval():
    first = ev.pool_cumulatively(RATIOS, YEARS)["1"].estimate
    assert [first.value, first.low, first.high] == pytest.approx(
        [RATIOS["1"].value, RATIOS["1"].low, RATIOS["1"].high], rel=1e-12
    )


def test_studies_of_one_year_are_added_in_their_order():
    turned = dict(reversed(RATIOS.items()))
    names = list(ev.pool_cumulatively(turned, YEARS, adjust="z"))
    assert names.index("7") < names.index("5")
    assert {YEARS["5"], YEARS["7"]} == {1973}


def test_a_study_without_a_year_is_named():
    with pytest.raises(ValueError, match="expected a year for each study, got none for 8"):
        ev.pool_cumulatively(RATIOS, {name: year for name, year in YEARS.items() if name != "8"})


def test_the_figure_has_a_line_for_each_study_and_says_that_it_is_no_test():
    drawn = draw_cumulative_forest(
        ev.pool_cumulatively(RATIOS, YEARS), YEARS, name="cumulative", axis="Risk ratio"
    )
    assert list(drawn.data["added"]) == list(METAFOR)
    assert list(drawn.data["studies"]) == list(range(1, 14))
    assert "1980  + 8 0.49" in drawn.alt
    assert "it is no test" in drawn.caption


def test_nothing_is_drawn_of_nothing():
    with pytest.raises(ValueError, match="expected at least one study, got none"):
        draw_cumulative_forest({}, {}, name="cumulative")
