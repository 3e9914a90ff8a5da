"""Score tests of permuted markers beside a loop of lifelines and of R's coxph, in one run.

    python -m benchmarks.permutations [--permutations 200] [--fits 40]

The same task: is a marker, dealt out anew among the patients, associated with survival beside
covariates? On gbsg2 of lifelines (686 patients, 299 events), which anybody with the package has.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

from benchmarks.rows import Row

_MARKERS = 15
_R = """
suppressMessages(library(survival))
d <- read.csv("{path}")
set.seed(1)
start <- proc.time()[["elapsed"]]
for (i in seq_len({fits})) {{
  d$x <- sample(d$x)
  coxph(Surv(time, cens) ~ x + age + tsize, d)
}}
cat(proc.time()[["elapsed"]] - start)
"""


def measure(permutations: int, fits: int) -> dict[str, float]:
    """Return the seconds of one test: ours in bulk, our fit, lifelines' fit, R's where it is."""
    from lifelines import CoxPHFitter
    from lifelines.datasets import load_gbsg2

    from evidence_stats.cohorts.cox import fit_cox, risk_sets
    from evidence_stats.cohorts.permutation import NullModel

    data = load_gbsg2()[["time", "cens", "age", "tsize", "progrec"]].astype(float)
    draw = np.random.default_rng(1)
    marker = np.log1p(data["progrec"].to_numpy())
    beside = data[["age", "tsize"]].to_numpy()
    number = permutations * _MARKERS
    dealt = np.stack([draw.permutation(marker) for _ in range(number)], axis=1)

    start = perf_counter()
    sets = risk_sets(data["time"], data["cens"])
    null = NullModel(fit_cox(sets, beside))
    bulk = np.concatenate(
        [null.test(dealt[:, at : at + 300, None]).p for at in range(0, number, 300)]
    )
    seconds = {"bulk": (perf_counter() - start) / number}

    start = perf_counter()
    for at in range(fits):
        fit_cox(sets, np.column_stack([dealt[:, at], beside]))
    seconds["fit"] = (perf_counter() - start) / fits

    frame = data[["time", "cens", "age", "tsize"]]
    start = perf_counter()
    theirs = [
        CoxPHFitter().fit(frame.assign(x=dealt[:, at]), "time", "cens").summary.loc["x", "p"]
        for at in range(fits)
    ]
    seconds["lifelines"] = (perf_counter() - start) / fits
    # The same question has the same answer: a score and a Wald test differ in the third digit.
    assert np.max(np.abs(bulk[:fits] - theirs)) < 0.05
    if shutil.which("Rscript"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "data.csv"
            frame.assign(x=marker).to_csv(path, index=False)
            code = _R.format(path=path.as_posix(), fits=fits)
            done = subprocess.run(
                ["Rscript", "-e", code], capture_output=True, text=True, check=True
            )
            seconds["R"] = float(done.stdout) / fits
    return seconds


def compare_permutations(rounds: int) -> list[Row]:
    """Return the bulk of score tests beside loops of CoxPHFitter.fit and of coxph."""
    runs = [measure(permutations=100, fits=20) for _ in range(rounds)]
    name = "a permuted marker tested beside two covariates"
    against = {
        "lifelines": ("CoxPHFitter.fit in a loop", 0.02),
        "R": ("survival::coxph in a loop", 0.2),
    }
    return [
        Row(name, words, *(tuple(run[who] for run in runs) for who in ("bulk", other)), target)
        for other, (words, target) in against.items()
        if all(other in run for run in runs)
    ]


def main() -> None:
    """Print the seconds of each way, and how many times slower than ours in bulk."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--permutations", type=int, default=200)
    parser.add_argument("--fits", type=int, default=40)
    given = parser.parse_args()
    found = measure(given.permutations, given.fits)
    for name, seconds in found.items():
        print(f"{name:10} {1000 * seconds:9.3f} ms a test, {seconds / found['bulk']:8.0f} x")


if __name__ == "__main__":
    main()
