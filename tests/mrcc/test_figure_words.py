"""What a figure says of its numbers is true on either side: captions and alternative texts."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from evidence_stats.estimates import Estimate
from evidence_stats.pooling.inverse_variance import logit_proportions, pool
from evidence_stats.rates.posterior import ResponsePosterior
from evidence_stats.survival.median import Median
from evidence_stats.survival.reconstruction import simulate_ensemble
from evidence_stats.survival.synthetic_arms import EnsembleSettings
from mrcc.combination_vs_monotherapy.ensemble import draw_ensemble
from mrcc.combination_vs_monotherapy.hazard_ratio_ladder import Rung, draw_hazard_ratio_ladder
from mrcc.combination_vs_monotherapy.response_posterior import draw_response_posterior
from mrcc.interferon_dose.dose_bubbles import draw_dose_bubbles


def arm(name, events, n):
    return SimpleNamespace(arm_id=f"{name}.a", name=name, events=events, n=n)


@pytest.mark.parametrize("responders", [(10, 11, 9, 12, 10), (5, 20, 45, 70, 90)])
def test_the_dose_figure_says_how_steep_it_is_and_draws_no_conclusion(responders):
    arms = [arm(f"trial-{number}", events, 100) for number, events in enumerate(responders)]
    doses = [5.0, 10.0, 15.0, 20.0, 25.0]
    y, v = logit_proportions(list(responders), [100] * 5)
    figure = draw_dose_bubbles(arms, doses, pool(y, v, moderators=doses), "slope")
    assert figure.alt == "Response of 5 arms against planned dose: slope."


@pytest.mark.parametrize(
    ("counts", "side"), [((10, 40, 12, 40), "below"), ((20, 40, 6, 40), "above")]
)
def test_the_posterior_figure_says_on_which_side_it_is_centred(counts, side):
    posterior = ResponsePosterior(*counts, prior=(1, 1))
    difference = Estimate(counts[0] / 40 - counts[2] / 40, -0.2, 0.3, unit="points")
    figure = draw_response_posterior({"flat": posterior}, difference, margin=0.1, gain=0.1)
    assert f"is centred {side} zero" in figure.alt


@pytest.mark.parametrize(("low", "high"), [(0.6, 1.5), (0.5, 0.8), (1.2, 2.0)])
def test_the_ladder_says_how_far_its_widest_interval_runs(low, high):
    interval = Estimate((low * high) ** 0.5, low, high, level=0.95, kind="confidence", unit="ratio")
    figure = draw_hazard_ratio_ladder([Rung("one", interval)], margin=1.25)
    assert figure.alt.endswith(f"the widest runs from {low:.2f} to {high:.2f}.")
    other = Rung("other", replace(interval, level=0.9))
    assert (
        "90 and 95 % intervals"
        in draw_hazard_ratio_ladder([Rung("one", interval), other], margin=1.25).caption
    )


@pytest.mark.parametrize(
    ("months", "words"),
    [
        (7.39, ("overlap throughout",)),
        (28.0, ("lie apart at",)),
        (1.9, ("lie apart at",)),
    ],
)
def test_the_ensemble_figure_says_whether_bands_overlap(months, words):
    first, second = Median(months), Median(7.39)
    made = simulate_ensemble(
        first,
        second,
        n_experimental=120,
        n_control=120,
        settings=EnsembleSettings(size=60, match_limits=False, censor_range=(20.0, 60.0)),
    )
    figure = draw_ensemble(made, {"SOR+IFN": first, "SOR": second}, 60)
    assert all(one in figure.alt for one in words)
    assert f"between {made.hazard_ratio.low:.2f} and {made.hazard_ratio.high:.2f}" in figure.alt
    if "apart" in words[0]:
        assert np.isfinite(made.hazard_ratio.value)
