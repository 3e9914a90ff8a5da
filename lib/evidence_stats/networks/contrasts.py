"""Log ratios between two treatments: one study's, an indirect one, and those of several arms.

Vocabulary
----------
**Contrast**: the log ratio (hazard, odds, risk) of treatment a over treatment b in one study.
**Anchored**: compared through a treatment that both sides share (Bucher), never arm against arm.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations

from evidence_stats.estimates import Estimate, Grade
from evidence_stats.normal import ratio_with_limits, two_sided_p
from evidence_stats.survival.hazard_ratio import log_hr_se_from_interval

CONVENTIONS: dict[str, str] = {
    "bucher": (
        "Indirect comparison by Bucher (1997): log ratios through the shared treatment are "
        "subtracted and their variances added; R's netmeta gives the same on a chain of studies."
    ),
    "shared_arm_correlation": (
        "Effects of one study against its shared arm are taken to correlate by 0.5 unless told "
        "otherwise, as arms of equal size do; netmeta wants the third standard error instead."
    ),
}


# exp of these, and the squares of these, are numbers; a printed ratio is within a hundred of 1.
_LARGEST_LOG, _SMALLEST_SE, _LARGEST_SE = 50.0, 1e-50, 1e50


@dataclass(frozen=True, slots=True)
class Contrast:
    """The log ratio of `treat_a` over `treat_b` in one study.

    Attributes
    ----------
    study : str
        Name of the study; rows with the same name belong to one study of several arms.
    treat_a, treat_b : str
        Treatments; in a component network their parts are joined by "+".
    log_ratio, se : float
        Log of the ratio a over b, and its standard error; given by name, so that no ratio passes
        for its logarithm. `of_ratio` takes the ratio and its limits.

    Raises
    ------
    ValueError
        For empty names, a treatment compared with itself, a log ratio that is not finite, and a
        standard error that is not positive and finite.

    Examples
    --------
    >>> Contrast("TARGET", "SOR", "PLA", log_ratio=-0.821, se=0.115).estimate()
    0.44 (95% CI 0.3512 to 0.5512)
    >>> Contrast.of_ratio("TARGET", "SOR", "PLA", 0.44, 0.35, 0.55).reverse().estimate()
    2.273 (95% CI 1.813 to 2.849)
    """

    study: str
    treat_a: str
    treat_b: str
    log_ratio: float = field(kw_only=True)
    se: float = field(kw_only=True)

    def __post_init__(self) -> None:
        where = f"contrast {self.treat_a!r} v {self.treat_b!r} of study {self.study!r}"
        if not (self.study and self.treat_a and self.treat_b):
            raise ValueError(f"expected a study and two treatments with names; got {where}")
        if self.treat_a == self.treat_b:
            raise ValueError(f"expected two different treatments; got {where}")
        if not abs(self.log_ratio) <= _LARGEST_LOG:
            raise ValueError(f"log_ratio must be finite; got {self.log_ratio} in {where}")
        if not _SMALLEST_SE <= self.se <= _LARGEST_SE:
            raise ValueError(f"se must be positive and finite; got {self.se} in {where}")

    def reverse(self) -> Contrast:
        """Return the same result read the other way, b over a."""
        return replace(self, treat_a=self.treat_b, treat_b=self.treat_a, log_ratio=-self.log_ratio)

    @classmethod
    def of_ratio(
        cls,
        study: str,
        treat_a: str,
        treat_b: str,
        ratio: float,
        low: float,
        high: float,
        *,
        level: float = 0.95,
    ) -> Contrast:
        """Return the contrast that a reported ratio of a over b with its limits gives.

        Raises
        ------
        ValueError
            As `evidence_stats.survival.log_hr_se_from_interval`, and as the class.
        """
        se = log_hr_se_from_interval(ratio, low, high, level)
        return cls(study, treat_a, treat_b, log_ratio=math.log(ratio), se=se)

    def estimate(self, *, level: float = 0.95) -> Estimate:
        """Return the contrast as a ratio with its Wald interval."""
        return ratio_estimate(
            self.log_ratio, self.se, level=level, method=f"{self.study} alone", grade="D1"
        )


def ratio_estimate(
    log_ratio: float,
    se: float,
    *,
    level: float = 0.95,
    method: str,
    conventions: tuple[str, ...] = (),
    grade: Grade = "D2",
) -> Estimate:
    """Return exp(`log_ratio`) with its normal interval and P value, unit "ratio"."""
    return ratio_with_limits(
        math.exp(log_ratio),
        se,
        level,
        p=two_sided_p(log_ratio / se),
        method=method,
        conventions=conventions,
        grade=grade,
    )


def bucher(a_vs_c: Contrast, b_vs_c: Contrast, *, level: float = 0.95) -> Estimate:
    """Return a over b, compared through the treatment c that both contrasts share.

    Parameters
    ----------
    a_vs_c, b_vs_c : Contrast
        Two independent results, each against the same `treat_b`.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    Estimate
        Ratio of a over b, grade D2.

    Raises
    ------
    ValueError
        Where `treat_b` differs, the two compare the same treatment, or both are of one study
        (then they are correlated).

    References
    ----------
    Bucher et al. 1997, J Clin Epidemiol 50:683: ln HR_ab = ln HR_ac - ln HR_bc, and
    var_ab = var_ac + var_bc.

    Examples
    --------
    >>> pla = Contrast.of_ratio("TARGET", "SOR", "PLA", 0.44, 0.35, 0.55)
    >>> paz = Contrast.of_ratio("VEG105192", "PAZ", "PLA", 0.46, 0.34, 0.62)
    >>> bucher(paz, pla)
    1.045 (95% CI 0.7179 to 1.523)
    """
    if a_vs_c.treat_b != b_vs_c.treat_b:
        raise ValueError(
            "expected two contrasts against the same treatment; "
            f"got {a_vs_c.treat_b!r} and {b_vs_c.treat_b!r}"
        )
    if a_vs_c.treat_a == b_vs_c.treat_a:
        raise ValueError(f"expected two different treatments; got {a_vs_c.treat_a!r} twice")
    if a_vs_c.study == b_vs_c.study:
        raise ValueError(f"expected two independent studies; got {a_vs_c.study!r} twice")
    return ratio_estimate(
        a_vs_c.log_ratio - b_vs_c.log_ratio,
        math.hypot(a_vs_c.se, b_vs_c.se),
        level=level,
        method=f"indirect comparison through {a_vs_c.treat_b} (Bucher)",
        conventions=("bucher",),
    )


def multi_arm_contrasts(
    study: str,
    reference: str,
    effects_vs_reference: Mapping[str, float],
    se: Mapping[str, float],
    rho: float = 0.5,
) -> tuple[Contrast, ...]:
    """Return every pairwise contrast of a study that gives only those against one arm.

    The contrasts without the reference have log ratio y_i - y_j and variance
    s_i^2 + s_j^2 - 2 rho s_i s_j.

    Parameters
    ----------
    study, reference : str
        The study, and the arm that the others are compared with.
    effects_vs_reference, se : mapping
        Log ratio against the reference and its standard error, by treatment; at least two.
    rho : float
        Correlation of any two of these log ratios. The shared arm makes it s_0^2 / (s_i s_j),
        with s_0^2 the reference arm's share of the variance: 0.5 where arms are alike, and of
        unknown size where a paper gives hazard ratios only, so vary it.

    Returns
    -------
    tuple of Contrast
        Those given, then those derived.

    Raises
    ------
    ValueError
        With fewer than two effects, names that do not match, the reference among them, or a
        `rho` outside (-1, 1).

    References
    ----------
    Franchini et al. 2012, Res Synth Methods 3:142, section 3.

    Examples
    --------
    >>> effects, errors = {"TEM": -0.31, "TEM+IFN": -0.04}, {"TEM": 0.12, "TEM+IFN": 0.11}
    >>> [row.treat_a for row in multi_arm_contrasts("Hudes 2007", "IFN", effects, errors)]
    ['TEM', 'TEM+IFN', 'TEM+IFN']
    """
    if set(effects_vs_reference) != set(se) or len(effects_vs_reference) < 2:
        raise ValueError(
            "expected two or more effects and their standard errors by the same names; "
            f"got {sorted(effects_vs_reference)} and {sorted(se)}"
        )
    if not -1 < rho < 1:
        raise ValueError(f"rho must lie strictly between -1 and 1; got {rho}")
    direct = [
        Contrast(study, treatment, reference, log_ratio=effect, se=se[treatment])
        for treatment, effect in effects_vs_reference.items()
    ]
    derived = [
        Contrast(
            study,
            b.treat_a,
            a.treat_a,
            log_ratio=b.log_ratio - a.log_ratio,
            se=math.sqrt(a.se**2 + b.se**2 - 2 * rho * a.se * b.se),
        )
        for a, b in combinations(direct, 2)
    ]
    return (*direct, *derived)
