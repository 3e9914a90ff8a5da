"""Checking parameters: against their model, and against the data."""

from __future__ import annotations

import difflib
import json
import re
import types
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from evidence.record.chapter_parameters import ChapterParameters
from evidence_stats.printed.unseen import visible

if TYPE_CHECKING:
    # Not at run time: the book is rendered without a data library.
    from evidence.sources.data import Evidence

Model = TypeVar("Model", bound=ChapterParameters)
# Names that IPython puts into a notebook's namespace: with these types, or of these forms.
_IPYTHON = {"In": list, "Out": dict}
_IPYTHON_OBJECTS = frozenset({"exit", "quit", "get_ipython", "open"})
_IPYTHON_PRIVATE = re.compile(r"__\w+__|_{1,3}|_i{1,3}|_i?\d+|_[iod]h|_exit_code|_pydev\w*")
# A file of a hundred thousand names is one mistake, not as many.
_MOST_SHOWN = 20


class ParameterError(Exception):
    """Parameters that a chapter cannot take; one line per parameter."""

    def _render_traceback_(self) -> list[str]:
        """Tell IPython to show the message alone: the reader's mistake has no stack."""
        return [f"ParameterError: {self}"]


def _allowed(field: Mapping[str, Any]) -> str:
    """Return in words what a field's JSON schema allows."""
    if "enum" in field:
        return "one of " + ", ".join(json.dumps(value) for value in field["enum"])
    if "const" in field:
        return json.dumps(field["const"])
    kind = field.get("type")
    low = field.get("minimum", field.get("exclusiveMinimum"))
    high = field.get("maximum", field.get("exclusiveMaximum"))
    if kind in ("integer", "number"):
        name = "a whole number" if kind == "integer" else "a number"
        if low is not None and high is not None:
            return f"{name} from {low:g} to {high:g}" if high < 1e6 else f"{name} from {low:g}"
        return f"{name} above {low:g}" if low is not None else name
    if kind == "array":
        size = {field.get("minItems"), field.get("maxItems")}
        count = f"{field['minItems']} " if len(size) == 1 and None not in size else ""
        return f"a list of {count}items, each {_allowed(field['items'])}"
    if kind == "object":
        names = ", ".join(field["propertyNames"]["enum"])
        return f"a table of {names}, each {_allowed(field['additionalProperties'])}"
    return "text"


def describe(model: type[ChapterParameters]) -> list[dict[str, str]]:
    """Return one row per parameter: name, allowed, default (as JSON), meaning."""
    schema = model.model_json_schema()
    return [
        {
            "name": name,
            "allowed": _allowed(field),
            "default": json.dumps(field["default"]) if "default" in field else "",
            "meaning": field.get("description", ""),
        }
        for name, field in schema["properties"].items()
    ]


def parameter_meaning(model: type[ChapterParameters], name: str) -> str:
    """Return what a parameter of a chapter is, without the end of its sentence.

    Raises
    ------
    KeyError
        Where the chapter has no such parameter.
    """
    if name not in model.model_fields:
        raise KeyError(f"expected a parameter of {model.page}, got {name}")
    return (model.model_fields[name].description or name).partition(":")[0].rstrip(".")


def shown(value: object) -> str:
    """Return a value as it can be shown: JSON where possible, on one line, not too long."""
    try:
        text = json.dumps(value, ensure_ascii=True)
    except (TypeError, ValueError):
        text = ascii(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _unknown(model: type[ChapterParameters], name: str, given: Mapping[str, Any]) -> str:
    known = list(model.model_fields)
    page = "/".join([model.page, *([str(given["study_id"])] if "study_id" in given else [])])
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else "the parameters are " + ", ".join(known)
    return f"{shown(name)[1:-1]}: no such parameter of {visible(page)}; {hint}"


def validate(
    model: type[Model], given: Mapping[str, Any], evidence: Evidence | None = None
) -> Model:
    """Return the parameters of a chapter, checked.

    Raises
    ------
    ParameterError
        With one line for every wrong name, type, value, study or arm.
    """
    allowed = {row["name"]: row["allowed"] for row in describe(model)}
    try:
        parameters = model(**{str(name): value for name, value in given.items()})
    except ValidationError as error:
        wrong: dict[str, str] = {}
        for item in error.errors():
            name = str(item["loc"][0])
            if len(wrong) >= _MOST_SHOWN and name not in wrong:
                left = len({str(item["loc"][0]) for item in error.errors()}) - len(wrong)
                wrong[""] = f"... and {left} more"
                break
            if item["type"] == "extra_forbidden":
                wrong[name] = _unknown(model, name, given)
            elif item["type"] == "missing":
                wrong[name] = f"{name}: expected {allowed[name]}, got nothing"
            else:
                wrong[name] = f"{name}: expected {allowed[name]}, got {shown(given[name])}"
        raise ParameterError("\n".join(wrong.values())) from None
    problems = parameters.problems()
    if evidence is not None:
        problems += check_against_data(parameters, evidence)
    if problems:
        raise ParameterError("\n".join(problems))
    return parameters


# Where what a parameter refers to is listed.
_NAMED_IN = {"study": ("studies", "study_id"), "arm": ("arms", "arm_id")}


def check_against_data(parameters: ChapterParameters, evidence: Evidence) -> list[str]:
    """Return which studies or arms named by the parameters are not in the data."""
    problems = []
    for name, field in type(parameters).model_fields.items():
        extra = field.json_schema_extra
        if not isinstance(extra, dict) or "refers_to" not in extra:
            continue
        kind = str(extra["refers_to"])
        value = getattr(parameters, name)
        given = value if isinstance(value, list) else [value]
        for item in given:
            table, column = _NAMED_IN[kind]
            if not evidence.values(table, column, **{column: item}):
                # Only an error message needs them all, so that this is no reading of the page.
                known = list(evidence.tables[table][column])
                near = difflib.get_close_matches(item, known, n=1, cutoff=0.5)
                hint = f"did you mean {near[0]}?" if near else f"{kind}s: {', '.join(known)}"
                article = "an" if kind == "arm" else "a"
                given_text = shown(item)
                problems.append(
                    f"{name}: expected {article} {kind} in the data, got {given_text}; {hint}"
                )
        if len(set(given)) != len(given):
            problems.append(f"{name}: expected each {kind} once, got {shown(given)}")
    return problems


def given_in(
    namespace: Mapping[str, Any], *, only: Collection[str] | None = None
) -> dict[str, Any]:
    """Return the parameters that stand in a notebook's namespace when its first cell runs.

    papermill writes parameters as plain assignments, unknown names included, so every name that
    is not IPython's and not code is one. Where that cell runs again, later cells have made names
    of their own: then it is `only` those that are named.
    """
    code = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type)
    return {
        name: value
        for name, value in namespace.items()
        if (only is None or name in only)
        and not isinstance(value, code)
        and not _is_ipython(name, value)
    }


def _is_ipython(name: str, value: object) -> bool:
    """Return True for what IPython put there; a plain value under its name is a parameter."""
    plain = isinstance(value, bool | int | float | str | type(None))
    if name in _IPYTHON:
        return isinstance(value, _IPYTHON[name])
    if name in _IPYTHON_OBJECTS:
        return not isinstance(value, bool | int | float | str | list | dict | type(None))
    return _IPYTHON_PRIVATE.fullmatch(name) is not None or (name.startswith("_") and not plain)
