"""Response in the randomized trial: difference, ratio, posterior."""

from __future__ import annotations

from evidence.data import Evidence
from evidence.estimates import Estimate
from evidence.parameters import CombinationVsMonotherapy
from evidence.posterior import ResponsePosterior, bayes_factor_equal
from evidence.proportions import proportion
from evidence.questions import Numbers
from evidence.responses import ArmResponse, arm_response
from evidence.two_proportions import equality_p, risk_difference, risk_ratio

COMBINATION = "jonasch-2010.sorafenib_ifn"
CONTROL = "jonasch-2010.sorafenib"
# Beta(2.8, 8): mean response of about a quarter, worth some eleven patients; a sceptic's prior
# that keeps both arms near what such arms usually show.
SCEPTICAL_PRIOR = (2.8, 8.0)


def trial_arms(evidence: Evidence) -> tuple[ArmResponse, ArmResponse]:
    """Return the responders of the randomized trial: combination, then sorafenib alone."""
    return arm_response(evidence, COMBINATION), arm_response(evidence, CONTROL)


def describe_trial(arms: tuple[ArmResponse, ArmResponse]) -> Numbers:
    """Return the size of the trial and its planned interferon-alfa a week."""
    combination, control = arms
    total = combination.n + control.n
    weekly = combination.weekly_mu or (0.0, 0.0)
    return {
        "trial_patients": (
            Estimate(total, unit="count", n=total, method="sum of both arms"),
            "Patients randomized",
        ),
        "weekly_mu": (
            Estimate(weekly[0], unit="mu_per_week", method="dose times injections"),
            "Planned interferon-alfa a week in the trial",
        ),
    }


def compare_response(arms: tuple[ArmResponse, ArmResponse], p: CombinationVsMonotherapy) -> Numbers:
    """Return response by arm, its difference and ratio, and one exact P."""
    combination, control = arms
    counts = (*combination.counts, *control.counts)
    difference = risk_difference(*counts, level=p.level)
    with_combination = 1000 * (p.baseline_orr + difference.value)
    return {
        "orr_combination": (
            proportion(*combination.counts, method=p.ci_method, level=p.level),
            "Objective response with the combination",
        ),
        "orr_sorafenib": (
            proportion(*control.counts, method=p.ci_method, level=p.level),
            "Objective response with sorafenib alone",
        ),
        "orr_difference": (difference, "Difference in response, combination minus sorafenib"),
        "orr_ratio": (
            risk_ratio(*counts, level=p.level),
            "Ratio of response rates, combination over sorafenib",
        ),
        "orr_p": (
            Estimate(
                equality_p(*counts, test="boschloo"),
                unit="p_value",
                method="Boschloo's exact test, two-sided",
                conventions=("boschloo_two_sided",),
            ),
            "P of equal response rates",
        ),
        "orr_per_1000": (
            Estimate(with_combination, unit="count", method="baseline plus difference"),
            "Responders per 1000 with the combination, at the baseline of the parameters",
        ),
    }


def response_posteriors(
    arms: tuple[ArmResponse, ArmResponse], p: CombinationVsMonotherapy
) -> dict[str, ResponsePosterior]:
    """Return the posteriors of both response rates under the chosen and a sceptical prior."""
    counts = (*arms[0].counts, *arms[1].counts)
    chosen = (p.prior_orr[0], p.prior_orr[1])
    priors = {f"Beta({a:g}, {b:g})": (a, b) for a, b in (chosen, SCEPTICAL_PRIOR)}
    return {words: ResponsePosterior(*counts, prior=prior) for words, prior in priors.items()}


def believe_response(
    posteriors: dict[str, ResponsePosterior], p: CombinationVsMonotherapy
) -> Numbers:
    """Return what the posterior says of a better, a worthwhile and an acceptable response."""
    main, sceptical = next(iter(posteriors.values())), list(posteriors.values())[-1]
    gain, margin = p.orr_gain_threshold_pp / 100, p.orr_ni_margin_pp / 100

    def probability(posterior: ResponsePosterior, above: float, words: str) -> Estimate:
        return Estimate(
            posterior.probability_above(above),
            unit="probability",
            method=f"posterior of two independent Beta priors, {words}",
            conventions=("beta_posterior",),
            grade="D2",
        )

    counts = (main.events_a, main.n_a, main.events_b, main.n_b)
    return {
        "p_better": (
            probability(main, 0.0, "difference above 0"),
            "Probability that the combination responds better",
        ),
        "p_better_sceptical": (
            probability(sceptical, 0.0, "sceptical prior, difference above 0"),
            "The same under the sceptical prior",
        ),
        "p_worth_having": (
            probability(main, gain, "difference above the gain worth having"),
            "Probability of a gain worth having",
        ),
        "p_small_loss": (
            probability(main, -margin, "difference above minus the margin"),
            "Probability that no more than the margin is lost",
        ),
        "bayes_factor_equal": (
            Estimate(
                bayes_factor_equal(*counts, prior=main.prior),
                method="Bayes factor of one common response rate against two independent ones",
                grade="D2",
            ),
            "Bayes factor for equal response",
        ),
    }
