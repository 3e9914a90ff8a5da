"""Hazard ratios, or other ratios, as papers give them: read, pooled, without a logarithm in sight.

Ratios come in as ratios with their limits; the library takes the logarithms that pooling needs. A
bare number is refused, for a ratio pooled as if it were its logarithm gives a wrong answer that
looks right.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from evidence_stats.estimates import Estimate
from evidence_stats.pooling.heterogeneity import Adjust, PoolModel
from evidence_stats.pooling.inverse_variance import pool
from evidence_stats.pooling.meta_contrasts import pooled_ratio, predicted_ratio
from evidence_stats.printed.rounding import SMALL_SHIFT, rounding_polygon, shift_from_middle
from evidence_stats.survival.hazard_ratio import printed_hazard_ratio

Printed = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class PooledRatio:
    """Ratios of several studies taken together.

    Attributes
    ----------
    studies : dict of str to Estimate
        The ratio of each study with its interval.
    estimate : Estimate
        The pooled ratio.
    prediction : Estimate or None
        Where the true ratio of a new study lies; None with one study, or a common effect.
    weights : dict of str to float
        Share of each study, together 1.
    tau2, i2 : float or None
        Variance of the log ratios between studies, and its share of the total (0 to 1).

    Examples
    --------
    >>> printed = {"AVOREN": (0.63, 0.52, 0.75), "CALGB 90206": (0.71, 0.61, 0.83)}
    >>> pool_hazard_ratios(printed, model="common", adjust="z").weights
    {'AVOREN': 0.41420276038969867, 'CALGB 90206': 0.5857972396103013}
    """

    studies: dict[str, Estimate]
    estimate: Estimate
    prediction: Estimate | None
    weights: dict[str, float]
    tau2: float | None
    i2: float | None


def hazard_ratios(
    studies: Mapping[str, Printed | Estimate], *, level: float = 0.95
) -> dict[str, Estimate]:
    """Return reported ratios as estimates with the standard errors that their limits imply.

    Parameters
    ----------
    studies : mapping
        By study: (ratio, lower limit, upper limit) as printed, or an `Estimate` of a ratio.
    level : float
        Coverage of the reported intervals, 0 to 1.

    Returns
    -------
    dict of str to Estimate
        By study; `se` is that of the logarithm.

    Raises
    ------
    ValueError
        Where a study gives no ratio with both limits, with its name.

    References
    ----------
    Those of `evidence_stats.survival.log_hr_se_from_interval`.

    Examples
    --------
    >>> hazard_ratios({"AVOREN": (0.63, 0.52, 0.75)})["AVOREN"].low
    0.52
    """
    return {name: _read(name, given, level) for name, given in studies.items()}


def _read(name: str, given: Printed | Estimate, level: float) -> Estimate:
    if isinstance(given, Estimate):
        if given.unit != "ratio" or given.se is None:
            raise ValueError(
                f"{name}: expected a ratio with its standard error, got a {given.unit} of "
                f"{given.value:g}; `hazard_ratios` makes it from (ratio, lower, upper)"
            )
        return given
    try:
        value, low, high = map(float, given)
    except (TypeError, ValueError):
        raise ValueError(
            f"{name}: expected a ratio with its limits, such as (0.63, 0.52, 0.75), got {given!r}"
        ) from None
    try:
        made = printed_hazard_ratio(value, low, high, level=level)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    _warn_off_centre(name, made)
    return made


def _warn_off_centre(name: str, made: Estimate) -> None:
    """Warn of a ratio that is not in the middle of its limits, whatever was rounded."""
    value, low, high = made.value, float(made.low or 0), float(made.high or 0)
    middle, apart = shift_from_middle(value, low, high, float(made.se or math.inf))
    # A float has lost the zeros at the end of what was printed, so that this allows too much.
    texts = [f"{Decimal(f'{number:.6g}'):f}" for number in (value, low, high)]
    if apart > SMALL_SHIFT and not rounding_polygon(*texts, level=made.level or 0.95).vertices:
        warnings.warn(
            f"{name}: expected a ratio in the middle of its limits on the log scale, "
            f"sqrt({low:g} x {high:g}) = {middle:.3g}, got {value:g}, which is {apart:.1f} "
            "standard errors away; look for a slip of the pen",
            stacklevel=5,
        )


def pool_hazard_ratios(
    studies: Mapping[str, Printed | Estimate],
    *,
    model: PoolModel = "reml",
    adjust: Adjust = "hksj",
    level: float = 0.95,
) -> PooledRatio:
    """Return the pooled hazard ratio of studies, by inverse variance on the log scale.

    Parameters
    ----------
    studies : mapping
        By study: (ratio, lower limit, upper limit) as printed, or an `Estimate` of a ratio.
    model, adjust : str
        Estimator of the variance between studies, and interval: see `inverse_variance.pool`.
    level : float
        Coverage of the reported and of the pooled intervals, 0 to 1.

    Returns
    -------
    PooledRatio
        Ratios throughout; grade D2.

    Raises
    ------
    ValueError
        Without studies, and as `hazard_ratios` and `inverse_variance.pool`.

    References
    ----------
    Those of `evidence_stats.pooling.pool`.

    Examples
    --------
    >>> printed = {"AVOREN": (0.63, 0.52, 0.75), "CALGB 90206": (0.71, 0.61, 0.83)}
    >>> round(pool_hazard_ratios(printed, model="common", adjust="z").estimate.value, 2)
    0.68
    """
    if not isinstance(studies, Mapping) or not studies:
        raise ValueError(
            "expected studies by name with a ratio and its limits, such as "
            f'{{"AVOREN": (0.63, 0.52, 0.75)}}, got {studies!r}'
        )
    read = hazard_ratios(studies, level=level)
    errors = [float(one.se or math.nan) for one in read.values()]
    found = pool(
        [math.log(one.value) for one in read.values()],
        [se**2 for se in errors],
        model=model, adjust=adjust, level=level,
    )  # fmt: skip
    tau2 = found.tau2
    shares = [1 / (se**2 + (tau2 or 0.0)) for se in errors]
    return PooledRatio(
        studies=read,
        estimate=pooled_ratio(found),
        prediction=predicted_ratio(found) if tau2 else None,
        weights={name: share / sum(shares) for name, share in zip(read, shares, strict=True)},
        tau2=tau2,
        i2=found.i2,
    )
