"""The Frictionless description of the tables, made from the schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from evidence.cohorts.design import FOLDER, known_cohorts
from evidence.cohorts.tables import PROVENANCE
from evidence.cohorts.tables import TABLES as AGGREGATES
from evidence.files.paths import data_folder
from evidence.sources.book import read_book
from evidence.sources.data_files import FACT_TABLES
from evidence.sources.problems import Problem
from evidence.sources.schema import TABLES

_PROFILE = "https://datapackage.org/profiles/2.0/"


def _field(name: str, column: Any) -> dict[str, Any]:
    facts = column.metadata or {}
    constraints: dict[str, Any] = {"required": bool(facts.get("required"))}
    if column.unique:
        constraints["unique"] = True
    if "enum" in facts:
        constraints["enum"] = facts["enum"] if facts["required"] else ["", *facts["enum"]]
    if "pattern" in facts:
        constraints["pattern"] = facts["pattern"]
    return {
        "name": name,
        "type": "string",
        "description": column.description,
        "constraints": constraints,
    }


def _keys(name: str) -> dict[str, Any]:
    """Return the primary and foreign keys of a table."""
    primary = {
        "studies": "study_id",
        "arms": "arm_id",
        "discrepancies": "discrepancy_id",
        "excluded": "excluded_id",
        "screening": "candidate_id",
        "searches": "search",
        **dict.fromkeys(FACT_TABLES, "row_id"),
    }
    keys: dict[str, Any] = {}
    if name in primary:
        keys["primaryKey"] = [primary[name]]
    if name != "studies" and "study_id" in TABLES[name].columns:
        reference = {"resource": "studies", "fields": ["study_id"]}
        keys["foreignKeys"] = [{"fields": ["study_id"], "reference": reference}]
    return keys


def describe_package(folder: Path | None = None) -> dict[str, Any]:
    """Return the data package: one tabular resource per table that there is, cohorts last.

    Without a `folder` of tables it is that of the book that is worked on.
    """
    data = folder or data_folder()
    return {
        "$schema": f"{_PROFILE}datapackage.json",
        **read_book().data_package.model_dump(),
        "licenses": [{"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0"}],
        "resources": [
            {
                "name": name,
                "path": f"{name}.csv",
                "type": "table",
                "format": "csv",
                "encoding": "utf-8",
                "description": schema.description,
                "schema": {
                    "$schema": f"{_PROFILE}tableschema.json",
                    "missingValues": [""],
                    "fields": [_field(column, facts) for column, facts in schema.columns.items()],
                    **_keys(name),
                },
            }
            for name, schema in TABLES.items()
            if (data / f"{name}.csv").exists()
        ]
        + [_aggregate(cohort, table) for cohort in known_cohorts(data) for table in AGGREGATES],
    }


def _aggregate(cohort: str, name: str) -> dict[str, Any]:
    """Return the resource of one table of the aggregates of a cohort."""
    table = AGGREGATES[name]
    fields = [
        {"name": column, "type": "string", "description": words}
        for column, words in {**table.columns, **PROVENANCE}.items()
    ]
    return {
        "name": f"{cohort}-{name}".replace("_", "-"),
        "path": f"{FOLDER}/{cohort}/{name}.csv",
        "type": "table",
        "format": "csv",
        "encoding": "utf-8",
        "description": table.description,
        "schema": {
            "$schema": f"{_PROFILE}tableschema.json",
            "missingValues": [""],
            "fields": fields,
        },
    }


def package_text(folder: Path | None = None) -> str:
    """Return the text of data/datapackage.json for a folder of tables, else for the book's."""
    return json.dumps(describe_package(folder), indent=1, ensure_ascii=False) + "\n"


def check_package() -> list[Problem]:
    """Return a problem where data/datapackage.json is not what the schema says."""
    path = data_folder() / "datapackage.json"
    if not path.exists():
        return [Problem("data/datapackage.json", 0, "", "a file of this name", "none")]
    if path.read_text(encoding="utf-8") != package_text():
        expected = "what the schema describes (run `evidence datapackage`)"
        return [Problem("data/datapackage.json", 0, "", expected, "another description")]
    return []
