"""Running the multiverse: the sweeps behind data/multiverse/<question>.json."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from evidence.files.paths import data_folder
from evidence.multiverse.design import (
    Block,
    Design,
    DesignError,
    questions_with_designs,
    read_design,
)
from evidence.multiverse.outcomes import (
    BlockOutcome,
    Specification,
    outcome_file,
    read_multiverse,
    to_text,
)
from evidence.sources.data import Evidence, load_evidence
from evidence.sources.readings import Readings
from evidence_book.grids.sweep import SweepRun, sweep
from evidence_book.rendering.whole_writes import need_writable, write_whole


class MultiverseError(RuntimeError):
    """Specifications that could not be run; the message lists them."""


def run_multiverse(
    question: str, *, workers: int = 2, report: Callable[[SweepRun], None] = lambda run: None
) -> Path:
    """Run every specification of a question and write what they found; return the file.

    Raises
    ------
    DesignError, ParameterError
        Where the choices are not in order; nothing was run.
    PermissionError
        Where the file cannot be written; nothing was run.
    MultiverseError
        Where a specification failed, or lacks the number or a claim of its block; the file is as
        it was.
    """
    design = read_design(question)
    path = data_folder() / outcome_file(question)
    need_writable(path)
    wanted = [chosen for block in design.blocks for chosen in block.specifications()]
    runs = sweep(design.page, wanted, workers=workers, report=report)
    failed = [f"{run.parameters}: {run.error}" for run in runs if run.error]
    if failed:
        raise MultiverseError("\n".join(failed))
    found = iter(runs)
    asked = Readings()
    for run in runs:
        asked.add(run.results.asked if run.results is not None else Readings())
    outcomes = [
        BlockOutcome(
            block,
            tuple(_specification(block, chosen, next(found)) for chosen in block.specifications()),
        )
        for block in design.blocks
    ]
    key = current_key(design, asked, load_evidence())
    write_whole(path, to_text(key, asked, outcomes).encode())
    return path


def current_key(design: Design, asked: Readings, evidence: Evidence) -> str:
    """Return the fingerprint of the data that the runs asked for and of the choices.

    Code is not part of it: a change there that moves a number is found by the tests, which run a
    sample of the specifications again, not by running all of them after every edit.
    """
    return hashlib.sha256(f"{evidence.digest_of(asked)}\n{design!r}".encode()).hexdigest()


def due_multiverses(evidence: Evidence) -> list[str]:
    """Return a line for each question whose committed outcomes are not of its data and choices.

    Its pages are fresh all the same, for they show what the file holds.
    """
    due = []
    for question in questions_with_designs():
        try:
            made = read_multiverse(question)
            if made.key == current_key(made.design, made.asked, evidence):
                continue
            why = "belongs to other data or other choices"
        except DesignError as error:
            due.append(str(error))
            continue
        except FileNotFoundError:
            why = "is missing"
        except (AttributeError, KeyError, TypeError, ValueError):
            why = "does not hold the specifications of its choices"
        due.append(f"data/{outcome_file(question)} {why}; run `evidence multiverse {question}`")
    return due


def count_specifications(question: str) -> int:
    """Return how many different specifications the choices of a question make."""
    blocks = read_design(question).blocks
    return len({json.dumps(s, sort_keys=True) for b in blocks for s in b.specifications()})


def _specification(block: Block, chosen: dict[str, object], run: SweepRun) -> Specification:
    recorded = run.results
    if recorded is None:
        raise MultiverseError(f"{block.name}: expected the results of {chosen}, got none")
    missing = [key for key in block.claims if key not in recorded.claims]
    if missing or block.shows not in recorded.results:
        names = ", ".join(missing or [block.shows])
        raise MultiverseError(f"{block.name}: the page records no {names} with {chosen}")
    states = {key: recorded.claims[key]["state"] for key in block.claims}
    return Specification(chosen, recorded.results[block.shows], states)
