"""`evidence cohort`: patients from outside the project, analysed and kept as aggregates."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_book.commands.app import UserError, WorkersOption, app, console

if TYPE_CHECKING:
    from evidence.cohorts.design import CohortDesign
    from evidence.cohorts.patients import Patients


@app.command()
def cohort(
    name: Annotated[str, typer.Argument(help="A cohort, e.g. tcga_kirc: data/cohorts/NAME.yml.")],
    files: Annotated[
        list[Path] | None,
        typer.Option("--from", help="The public file or files, outside the project; repeat it."),
    ] = None,
    own: Annotated[
        Path | None,
        typer.Option(
            "--any",
            help="Your own CSV instead: follow_up_days, death, covariates by their names, markers.",
        ),
    ] = None,
    to: Annotated[
        Path | None, typer.Option(help="Folder of tables that --any writes, a copy of data/.")
    ] = None,
    workers: WorkersOption = 2,
) -> None:
    """Analyse a cohort of patients and write its aggregates; no patient's row is kept."""
    from evidence.cohorts.design import known_cohorts, read_cohort
    from evidence.files.paths import data_folder
    from evidence_book.runs.own_data import refuse_own_data

    refuse_own_data("a cohort")
    if name not in known_cohorts():
        raise UserError(f"expected one of {', '.join(known_cohorts())}, got {name!r}")
    design = read_cohort(name)
    if own is not None:
        if files:
            raise UserError("expected either --from or --any, got both")
        _analyse_own(name, own, to, design, workers)
        return
    if not files:
        raise UserError(
            f"expected --from and the files of {name}, which are no part of the project: "
            f"{design.files}. The book builds without them, from data/cohorts/{name}/"
        )
    if to is not None:
        raise UserError("--to belongs to --any: the aggregates of the book's cohort stay in data/")
    patients = _read(files, design)
    _write(name, patients, design, data_folder(), workers)
    console.print("run `evidence run` to bring the pages that show them up to date")


def _read(files: list[Path], design: CohortDesign) -> Patients:
    from evidence.cohorts.patients import check_patients, read_patients
    from evidence.cohorts.rtcga import join_files, read_rda

    kinds = {path.suffix.lower() for path in files}
    if kinds <= {".rda", ".rdata"}:
        frames = {path.name: read_rda(path) for path in files}
        return check_patients(join_files(frames, design), " + ".join(frames), design)
    if len(files) != 1:
        given = ", ".join(path.name for path in files)
        raise UserError(f"expected two .rda files, or one CSV file, got {given}")
    return read_patients(files[0], design)


def _write(name: str, patients: Patients, design: CohortDesign, folder: Path, workers: int) -> None:
    from evidence.cohorts.aggregates import aggregate, write_aggregates

    studied = patients.studied
    console.print(
        f"{len(patients.table)} patients, {len(studied)} with markers and follow-up, "
        f"{int(studied['death'].sum())} deaths; {design.size} models, "
        f"{design.permutations} permutations"
    )
    tables = aggregate(patients, list(design.printed_p.values()), workers=workers)
    for path in write_aggregates(name, tables, design, folder):
        console.print(str(path), markup=False)


def _analyse_own(name: str, own: Path, to: Path | None, design: CohortDesign, workers: int) -> None:
    from evidence.cohorts.design import cohort_path, design_text
    from evidence.cohorts.own_cohort import read_own
    from evidence.cohorts.patients import check_patients
    from evidence.files.paths import build_folder, data_folder

    cells, made = read_own(own, design)
    patients = check_patients(cells, own.name, made)
    folder = to or build_folder() / "cohorts" / own.stem
    if folder.exists() and any(folder.iterdir()) and not (folder / "cohorts").is_dir():
        raise UserError(f"--to: expected a new folder, or one made by this command, got {folder}")
    shutil.copytree(data_folder(), folder, dirs_exist_ok=True)
    cohort_path(name, folder).write_text(design_text(made), encoding="utf-8")
    _write(name, patients, made, folder, workers)
    marker = next(iter(made.markers))
    console.print(
        f"run `evidence run {made.study_id} --data {folder} --set marker={marker}` for its page",
        markup=False,
    )
