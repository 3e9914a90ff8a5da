"""The multiverse of a cohort under chance: markers dealt out anew among the patients, together.

All markers of a patient move together, so that they stay as correlated as they are. What is said
of chance is of this: that no marker has to do with survival, nor with stage or grade.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from evidence.cohorts.design import SCALES, Scale
from evidence.cohorts.patients import Patients
from evidence.cohorts.settings import FIXED_SCALES, Scaled, Setting, each_setting, fixed_scale
from evidence_stats.cohorts.cox import NoFitError
from evidence_stats.cohorts.permutation import smallest_of_panel
from evidence_stats.cohorts.scales import best_cuts
from evidence_stats.survival.kaplan_meier import Floats, Ints

Row = dict[str, Any]
ALPHA = 0.05
QUANTILES = (0.025, 0.25, 0.5, 0.75, 0.975)
# Panels of markers whose best P is looked at, and P values that it may reach.
PANELS = (1, 2, 3, 5, 8, 10, 15)
# The permutations of one step; the arrays of more leave the cache.
CHUNK = 25


@dataclass(frozen=True, eq=False)
class Found:
    """P values and directions, permutations x settings x scales x markers, and best cuts.

    Attributes
    ----------
    p : array of float
        Of the score tests; 1 where a model cannot be had.
    sign : array of int
        Direction of each hazard ratio: -1 below 1, 1 above.
    best : array of float, permutations x populations x markers
        Largest standardised log-rank statistic over all cut-points.
    """

    p: Floats
    sign: Ints
    best: Floats


class Chance:
    """The tests of all models of a cohort, for any dealing of its markers."""

    def __init__(self, patients: Patients) -> None:
        self.patients = patients
        self.settings = [one for one in each_setting(patients) if _usable(one)]
        self.markers = list(patients.design.markers)
        self.values = patients.studied[self.markers].to_numpy(float)

    @cached_property
    def _scaled(self) -> dict[Scale, list[Scaled]]:
        return {
            scale: [fixed_scale(column, scale) for column in self.values.T]
            for scale in FIXED_SCALES
        }

    def dealings(self) -> Ints:
        """Return every permutation of the patients, permutations x patients."""
        generator = np.random.default_rng(self.patients.design.seed)
        n = len(self.values)
        number = self.patients.design.permutations
        return generator.permuted(np.tile(np.arange(n), (number, 1)), axis=1)

    def test(self, dealt: Ints) -> Found:
        """Return the tests under some dealings, each the patients in another order."""
        shape = (len(dealt), len(self.settings), len(SCALES), len(self.markers))
        p, sign = np.ones(shape), np.zeros(shape, dtype=np.int64)
        populations = list(self.patients.design.populations)
        best = np.zeros((len(dealt), len(populations), len(self.markers)))
        tables = {
            scale: np.stack([one.columns for one in made], axis=1)[dealt.T]
            for scale, made in self._scaled.items()
        }
        raw = self.values[dealt.T]
        cut: dict[str, Floats] = {}
        for place, setting in enumerate(self.settings):
            if setting.population not in cut:
                inside = raw[setting.kept]
                found = best_cuts(setting.null.martingale, inside.reshape(len(inside), -1))
                cut[setting.population] = found.cut
                kept = populations.index(setting.population)
                best[:, kept] = found.statistic.reshape(len(dealt), -1)
            for number, scale in enumerate(SCALES):
                if scale == "best_cut":
                    flat = raw[setting.kept].reshape(len(setting.kept), -1)
                    columns = (flat > cut[setting.population]).astype(float)[:, :, None]
                    contrasts = np.ones((len(self.markers), 1))
                else:
                    own = tables[scale][setting.kept]
                    columns = own.reshape(len(own), -1, own.shape[-1])
                    contrasts = np.stack([one.contrast for one in self._scaled[scale]])
                made = setting.tests.test(columns)
                steps = made.step.reshape(len(dealt), len(self.markers), -1)
                p[:, place, number] = made.p.reshape(len(dealt), -1)
                sign[:, place, number] = np.sign((steps * contrasts).sum(axis=-1))
        return Found(p, sign, best)


def _usable(setting: Setting) -> bool:
    """Return True for a setting that is no copy of another and has a model."""
    if setting.same_as:
        return False
    try:
        return setting.null is not None
    except NoFitError:
        return False


def joined(parts: Sequence[Found]) -> Found:
    """Return what several calls found, one after the other."""
    return Found(
        np.concatenate([one.p for one in parts]),
        np.concatenate([one.sign for one in parts]),
        np.concatenate([one.best for one in parts]),
    )


def null_rows(chance: Chance, observed: Found, dealt: Found) -> Iterator[Row]:
    """Yield, per family of models, how many have P below the limit, and how many by chance."""
    study = chance.patients.design.study_id
    families: dict[str, Any] = {"all": np.s_[:, :, :, :]}
    for place, marker in enumerate(chance.markers):
        families[marker] = np.s_[:, :, :, place : place + 1]
    for place, setting in enumerate(chance.settings):
        for number, scale in enumerate(SCALES):
            name = f"{setting.population}.{setting.adjustment}.{scale}"
            families[name] = np.s_[:, place : place + 1, number : number + 1, :]
    for family, part in families.items():
        models = observed.p[part].size
        for statistic, make in _STATISTICS.items():
            own = float(make(observed.p[part], observed.sign[part])[0])
            null = make(dealt.p[part], dealt.sign[part])
            extreme = null <= own if statistic == "smallest_p" else null >= own
            quantiles = np.quantile(null, QUANTILES, method="inverted_cdf")
            yield {
                "row_id": f"{study}.{family}.{statistic}",
                "family": family,
                "statistic": statistic,
                "models": models,
                "observed": own,
                # The observed dealing counts among the permutations (Phipson & Smyth 2010).
                "p": float((1 + extreme.sum()) / (1 + len(null))),
                **{f"q{100 * q:g}".replace(".", "_"): v
                   for q, v in zip(QUANTILES, quantiles, strict=True)},
            }  # fmt: skip


def _count(p: Floats, sign: Ints, wanted: int) -> Floats:
    # A P in whose last places processors differ is counted the same by all.
    small = (p < ALPHA - 1e-12) & ((sign == wanted) | (wanted == 0))
    found: Floats = small.reshape(len(p), -1).sum(axis=1).astype(float)
    return found


_STATISTICS: dict[str, Callable[[Floats, Ints], Floats]] = {
    "below_alpha": lambda p, sign: _count(p, sign, 0),
    "longer": lambda p, sign: _count(p, sign, -1),
    "shorter": lambda p, sign: _count(p, sign, 1),
    "smallest_p": lambda p, sign: p.reshape(len(p), -1).min(axis=1),
}


def panel_rows(chance: Chance, dealt: Found, thresholds: Sequence[float]) -> Iterator[Row]:
    """Yield how often the best of a panel of markers reaches a P value by chance, per SD."""
    study = chance.patients.design.study_id
    scale = list(SCALES).index("per_sd")
    for place, setting in enumerate(chance.settings):
        for size in (one for one in PANELS if one <= len(chance.markers)):
            for threshold in thresholds:
                share = smallest_of_panel(dealt.p[:, place, scale], size, threshold)
                names = (study, setting.population, setting.adjustment, f"panel_{size}")
                yield {
                    "row_id": f"{'.'.join(names)}.p_{threshold:g}",
                    "population": setting.population,
                    "adjustment": setting.adjustment,
                    "size": size,
                    "threshold": threshold,
                    "share": float(share.mean()),
                    "independent": 1.0 - (1.0 - threshold) ** size,
                }


def cut_rows(chance: Chance, observed: Found, dealt: Found) -> Iterator[Row]:
    """Yield the P value of each best cut-point once its search is counted."""
    study = chance.patients.design.study_id
    for place, population in enumerate(chance.patients.design.populations):
        for number, marker in enumerate(chance.markers):
            own = observed.best[0, place, number]
            if own <= 0:
                continue
            reached = (dealt.best[:, place, number] >= own - 1e-9).sum()
            yield {
                "row_id": f"{study}.{marker}.{population}.best_cut_search",
                "marker": marker,
                "population": population,
                "statistic": float(own),
                "p": float((1 + reached) / (1 + len(dealt.best))),
            }
