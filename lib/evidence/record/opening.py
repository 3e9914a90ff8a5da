"""Opening the page of a notebook: its parameters checked, its evidence loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evidence.record.chapter_parameters import ChapterParameters, Study
from evidence.record.live_parameters import given_by_cells
from evidence.record.page import Model, Page
from evidence.record.results import PAGE_MIME
from evidence.record.validation import validate
from evidence.sources.data import load_evidence


def open_page(
    model: type[Model], namespace: Mapping[str, Any], *, files: Sequence[str] = ()
) -> Page[Model]:
    """Return the page of the notebook whose `globals()` are given, its parameters checked.

    Parameters
    ----------
    model : type of ChapterParameters
        The class of the parameters.
    namespace : mapping
        The `globals()` of the notebook.
    files : sequence of str
        Further files below data/ that the page reads and that make it stale.

    Returns
    -------
    Page
        With `parameters`, `evidence`, and what records and shows.

    Raises
    ------
    ParameterError
        Where a parameter is unknown, of the wrong type, out of range, or not in the data.
    DataError
        Where the data tables break a rule.

    Examples
    --------
    >>> from typing import ClassVar
    >>> class Trial(ChapterParameters):
    ...     page: ClassVar[str] = "questions/trial"
    >>> page = open_page(Trial, {"level": 0.9})
    >>> page.parameters.level
    0.9
    """
    earlier = [value for value in namespace.values() if isinstance(value, Page)]
    for page in earlier:
        page.close()
    given = given_by_cells(namespace, model.model_fields, opened=bool(earlier))
    evidence = load_evidence()
    parameters = validate(model, given, evidence)
    name = parameters.page
    if isinstance(parameters, Study):
        name = f"studies/{parameters.study_id}"
        evidence = evidence.narrowed(parameters.study_id)
    page = Page(parameters, evidence, name=name, namespace=namespace)
    facts = {
        "page": name,
        "parameters": parameters.model_dump(mode="json"),
        "reads": evidence.reads,
    }
    if files:
        facts["files"] = sorted(files)
    page.display({PAGE_MIME: facts, "text/plain": f"{name}, parameters checked"})
    page.record_parameters()
    return page


def open_reference_page(name: str, *, files: Sequence[str] = ()) -> Page[ChapterParameters]:
    """Return a page without parameters, such as the provenance page, that reads all evidence.

    Parameters
    ----------
    name : str
        Name of the page.
    files : sequence of str
        Further files below data/ that the page reads and that make it stale.

    Returns
    -------
    Page
        Without parameters of its own.

    Raises
    ------
    DataError
        Where the data tables break a rule.

    Examples
    --------
    >>> open_reference_page("appendix/scratch")
    Page(appendix/scratch: 0 results, 0 claims)
    """
    evidence = load_evidence()
    facts = {"page": name, "parameters": {}, "reads": evidence.reads}
    if files:
        facts["files"] = sorted(files)
    page = Page(ChapterParameters(), evidence, name=name)
    page.display({PAGE_MIME: facts, "text/plain": name})
    return page
