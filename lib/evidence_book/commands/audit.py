"""`evidence audit`: what the sources print, computed again."""

from __future__ import annotations

import difflib
import json
from typing import Annotated

import typer

from evidence_book.commands.app import DataOption, UserError, app, console, fail


@app.command()
def audit(
    study: Annotated[str | None, typer.Argument(help="A study, e.g. doe-2016.")] = None,
    min_severity: Annotated[
        str, typer.Option(help="Mildest to show: info, note, warning or error.")
    ] = "note",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
    data: DataOption = None,
) -> None:
    """Recompute what the sources print, and show what does not fit; findings are no failure."""
    from dataclasses import asdict
    from typing import cast

    from evidence.audit import Severity, is_unjudged
    from evidence.audit import audit as find
    from evidence.sources.data import load_evidence
    from evidence_book.runs.own_data import own_evidence

    evidence = load_evidence() if data is None else own_evidence(data)
    known = list(evidence.tables["studies"]["study_id"])
    if study is not None and study not in known:
        near = difflib.get_close_matches(study, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"studies: {', '.join(known)}"
        raise UserError(f"expected the id of a study, got {study!r}; {hint}")
    findings = find(evidence, min_severity=cast(Severity, min_severity))
    findings = tuple(one for one in findings if study in (None, one.study_id))
    if as_json:
        print(json.dumps([asdict(one) for one in findings], indent=2, ensure_ascii=False))
    else:
        for one in findings:
            about = one.study_id or "bibliography"
            console.print(f"{one.severity:8}{one.rule:4}{about}: {one.what}", markup=False)
            console.print(f"            {one.computation}", markup=False)
            if one.explanation:
                console.print(f"            {one.explanation}", markup=False)
        console.print(f"{len(findings)} finding{'' if len(findings) == 1 else 's'}")
    unjudged = [one.what for one in findings if is_unjudged(one)]
    if unjudged:
        fail(unjudged, "the audit could not judge everything; the other rows were judged")
