"""The committed form of an executed notebook: nothing in it that a rerun would change."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import nbformat

from evidence.record.results import FIGURE_MIME
from evidence_stats.printed.unseen import visible

Notebook = dict[str, Any]
# Of kernel and language only what does not depend on the machine.
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
# Of a cell what the book reads; captions are made again.
_KEPT = ("tags",)


def normalise(notebook: Notebook) -> Notebook:
    """Return a copy with counts 1..N, stable ids, no timings, and captions as cell metadata.

    Captions and alternative texts are computed, so they can only be written after execution;
    myst-nb reads them from the metadata of the cell that shows the figure.
    """
    copy: Notebook = json.loads(json.dumps(notebook))
    record = copy.get("metadata", {}).get("evidence")
    copy["metadata"] = {**_METADATA, **({"evidence": record} if record else {})}
    copy["nbformat"], copy["nbformat_minor"] = 4, 5
    count = 0
    for number, cell in enumerate(copy["cells"], start=1):
        cell["id"] = f"cell-{number:02d}"
        # Colab, VS Code and others leave their own beside these.
        cell["metadata"] = {key: cell["metadata"][key] for key in _KEPT if key in cell["metadata"]}
        if cell["cell_type"] != "code":
            continue
        count += 1
        cell["execution_count"] = count
        for output in cell["outputs"]:
            if "execution_count" in output:
                output["execution_count"] = count
            figure = output.get("data", {}).get(FIGURE_MIME)
            if isinstance(figure, dict) and {"caption", "name", "alt"} <= figure.keys():
                cell["metadata"]["mystnb"] = {
                    "figure": {"caption": figure["caption"], "name": figure["name"]},
                    "image": {"alt": figure["alt"]},
                }
    return copy


def serialise(notebook: Notebook) -> str:
    """Return the text of a notebook file.

    Raises
    ------
    ValueError
        Where it would not be one: nbformat alone would say so and write it all the same.
    """
    node = nbformat.from_dict(notebook)
    try:
        nbformat.validate(node)
    except nbformat.ValidationError as error:
        reason = visible(error.message)
        raise ValueError(f"expected a notebook as nbformat describes it, got: {reason}") from None
    text: str = nbformat.writes(node)
    return text.rstrip("\n") + "\n"


def outputs_digest(notebook: Notebook) -> str:
    """Return a fingerprint of the outputs of a notebook; prose between them is no part of it."""
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    outputs = [cell.get("outputs", []) for cell in code]
    canonical = json.dumps(_joined(outputs), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _joined(value: Any) -> Any:
    """Return JSON with lists of lines joined: nbformat stores the same text in either way."""
    if isinstance(value, list) and value and all(isinstance(line, str) for line in value):
        return "".join(value)
    if isinstance(value, list):
        return [_joined(item) for item in value]
    if isinstance(value, dict):
        return {name: _joined(item) for name, item in value.items()}
    return value
