"""Response in the randomized trial: difference, ratio, posterior."""

from __future__ import annotations

from evidence.sources.data import Evidence
from evidence.sources.printed_intervals import say_given
from evidence.sources.responses import ArmResponse, find_response, response_ratio
from evidence_stats.estimates import Estimate, NotEstimable, if_estimable
from evidence_stats.printed.reported import exact_number, read_range
from evidence_stats.rates.posterior import ResponsePosterior, bayes_factor_equal
from evidence_stats.rates.proportions import proportion
from evidence_stats.rates.two_proportions import equality_p, risk_difference
from mrcc import Numbers
from mrcc.combination_vs_monotherapy.parameters import CombinationVsMonotherapy

COMBINATION = "jonasch-2010.sorafenib_ifn"
CONTROL = "jonasch-2010.sorafenib"
# Beta(2.8, 8): mean response of about a quarter, worth some eleven patients; a sceptic's prior
# that keeps both arms near what such arms usually show.
SCEPTICAL_PRIOR = (2.8, 8.0)


Arms = tuple[ArmResponse | NotEstimable, ArmResponse | NotEstimable]


def trial_arms(evidence: Evidence) -> Arms:
    """Return the responders of the randomized trial: combination, then sorafenib alone."""
    return find_response(evidence, COMBINATION), find_response(evidence, CONTROL)


def rows_of(arms: Arms) -> list[str]:
    """Return the data rows of both arms; the arm alone where no responders follow."""
    return [
        row
        for arm_id, arm in zip((COMBINATION, CONTROL), arms, strict=True)
        for row in ((arm_id,) if isinstance(arm, NotEstimable) else arm.rows)
    ]


def trial_sizes(evidence: Evidence, arms: Arms) -> tuple[int | NotEstimable, int | NotEstimable]:
    """Return the patients of both arms: those with a response, else those of the arm."""
    one, other = (
        _size(evidence, arm_id, arm)
        for arm_id, arm in zip((COMBINATION, CONTROL), arms, strict=True)
    )
    return one, other


def _size(evidence: Evidence, arm_id: str, arm: ArmResponse | NotEstimable) -> int | NotEstimable:
    if not isinstance(arm, NotEstimable):
        return arm.n
    printed = evidence.row(arm_id)["n_reported"]
    if not printed:
        return NotEstimable(f"{arm_id}, n_reported: {say_given(printed)}")
    return int(printed)


def describe_trial(evidence: Evidence, arms: Arms) -> Numbers:
    """Return the size of the trial, its planned interferon-alfa and injections a week."""
    arm = evidence.row(COMBINATION)
    weekly, injections = read_range(arm["ifn_weekly_mu"]), exact_number(arm["ifn_doses_per_week"])
    dose: Estimate | NotEstimable
    if weekly is None:
        dose = NotEstimable(f"{COMBINATION}, ifn_weekly_mu: {say_given('')}")
    else:
        dose = Estimate(weekly[0], unit="mu_per_week", method="dose times injections")

    def total(one: int, other: int) -> Estimate:
        n = one + other
        return Estimate(n, unit="count", n=n, method="sum of both arms")

    return {
        "trial_patients": (
            if_estimable(total, *trial_sizes(evidence, arms)),
            "Patients randomized",
        ),
        "weekly_mu": (dose, "Planned interferon-alfa a week in the trial"),
        "injections": (
            NotEstimable(f"{COMBINATION}, ifn_doses_per_week: {say_given('')}")
            if injections is None
            else Estimate(injections, unit="count", method="as the source gives it"),
            "Injections of interferon-alfa a week",
        ),
    }


def compare_response(arms: Arms, p: CombinationVsMonotherapy) -> Numbers:
    """Return response by arm, its difference and ratio, and one exact P."""

    def rate(arm: ArmResponse) -> Estimate:
        return proportion(*arm.counts, method=p.ci_method, level=p.level)

    def equality(one: ArmResponse, other: ArmResponse) -> Estimate:
        return Estimate(
            equality_p(*one.counts, *other.counts, test="boschloo"),
            unit="p_value",
            method="Boschloo's exact test, two-sided",
            conventions=("boschloo_two_sided",),
        )

    def at_baseline(gain: Estimate) -> Estimate:
        return Estimate(
            1000 * (p.baseline_orr + gain.value), unit="count", method="baseline plus difference"
        )

    difference = if_estimable(
        lambda one, other: risk_difference(*one.counts, *other.counts, level=p.level), *arms
    )
    return {
        "orr_combination": (
            if_estimable(rate, arms[0]),
            "Objective response with the combination",
        ),
        "orr_sorafenib": (
            if_estimable(rate, arms[1]),
            "Objective response with sorafenib alone",
        ),
        "orr_difference": (difference, "Difference in response, combination minus sorafenib"),
        "orr_ratio": (
            if_estimable(lambda one, other: response_ratio(one, other, level=p.level), *arms),
            "Ratio of response rates, combination over sorafenib",
        ),
        "orr_p": (if_estimable(equality, *arms), "P value for a difference in response"),
        "orr_per_1000": (
            if_estimable(at_baseline, difference),
            "Responders per 1000 with the combination, at the baseline of the parameters",
        ),
    }


def response_posteriors(
    arms: Arms, p: CombinationVsMonotherapy
) -> dict[str, ResponsePosterior] | NotEstimable:
    """Return the posteriors of both response rates under the chosen and a sceptical prior."""
    chosen = (p.prior_orr[0], p.prior_orr[1])
    priors = {f"Beta({a:g}, {b:g})": (a, b) for a, b in (chosen, SCEPTICAL_PRIOR)}

    def posteriors(one: ArmResponse, other: ArmResponse) -> dict[str, ResponsePosterior]:
        counts = (*one.counts, *other.counts)
        return {words: ResponsePosterior(*counts, prior=prior) for words, prior in priors.items()}

    return if_estimable(posteriors, *arms)


def believe_response(
    posteriors: dict[str, ResponsePosterior] | NotEstimable, p: CombinationVsMonotherapy
) -> Numbers:
    """Return what the posterior says of a better, a worthwhile and an acceptable response."""
    main = if_estimable(lambda made: next(iter(made.values())), posteriors)
    sceptical = if_estimable(lambda made: list(made.values())[-1], posteriors)
    gain, margin = p.orr_gain_threshold_pp / 100, p.orr_ni_margin_pp / 100

    def probability(
        posterior: ResponsePosterior | NotEstimable, above: float, words: str
    ) -> Estimate | NotEstimable:
        return if_estimable(
            lambda made: Estimate(
                made.probability_above(above),
                unit="probability",
                method=f"posterior of two independent Beta priors, {words}",
                conventions=("beta_posterior",),
                grade="D2",
            ),
            posterior,
        )

    def for_equal(made: ResponsePosterior) -> Estimate:
        counts = (made.events_a, made.n_a, made.events_b, made.n_b)
        return Estimate(
            bayes_factor_equal(*counts, prior=made.prior),
            method="Bayes factor of one common response rate against two independent ones",
            grade="D2",
        )

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
            if_estimable(for_equal, main),
            "Bayes factor for equal response",
        ),
    }
