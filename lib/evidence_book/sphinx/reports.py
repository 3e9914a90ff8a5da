"""Directives about runs: the report on top of a variant, and its parameters at the foot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from markupsafe import Markup, escape
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from evidence.record.validation import describe
from evidence_book.rendering.scrolling_table import scrolling_table
from evidence_book.reports.registry import BASE_FOLDER, REPORT_FILE, SET_FILE, Registry
from evidence_book.reports.replay import replay_command
from evidence_book.runs.own_library import model_of

_LOG = logging.getLogger(__name__)


class RerunReportDirective(SphinxDirective):
    """The banner and the rerun report of a variant; nothing in the published book."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """Return the HTML that was written beside the variant, every text in it escaped."""
        path = Path(self.env.srcdir) / BASE_FOLDER / REPORT_FILE
        if not path.exists():
            return []
        return [nodes.raw("", path.read_text(encoding="utf-8"), format="html")]


class ParametersDirective(SphinxDirective):
    """The command that runs this page again, and what each parameter allows."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """Return the command and the table."""
        page = self.env.docname.removeprefix("chapters/")
        model = model_of(page)
        if model is None:
            _LOG.error("parameters: this page has none", location=self.get_location())
            return []
        registry: Registry = self.env.app.evidence_registry  # type: ignore[attr-defined]
        values = registry.page(page, page).facts.get("parameters", {})
        given, data = self._set(page)
        command = replay_command(page, given, data)
        block = nodes.literal_block(command, command, language="sh")
        table = _parameters_html(describe(model), values)
        return [block, nodes.raw("", str(table), format="html")]

    def _set(self, page: str) -> tuple[dict[str, Any], str]:
        """Return what was set for this page, nothing in the published book."""
        path = Path(self.env.srcdir) / BASE_FOLDER / SET_FILE
        stored = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return (stored["parameters"], stored["data"]) if stored.get("page") == page else ({}, "")


def _parameters_html(parameters: list[dict[str, str]], values: dict[str, Any]) -> Markup:
    rows = Markup("").join(
        Markup(
            '<tr><th scope="row"><code>{}</code></th><td>{}</td><td>{}</td><td>{}</td>'
            "<td>{}</td></tr>"
        ).format(
            row["name"],
            row["meaning"],
            row["allowed"],
            row["default"] or "the study of the page",
            _value(row, values),
        )
        for row in parameters
    )
    columns = ("Name", "What it is", "Allowed", "Default", "On this page")
    return scrolling_table("Parameters of this page", columns, rows, kind="parameters")


def _value(row: dict[str, str], values: dict[str, Any]) -> Markup:
    if row["name"] not in values:
        return Markup("not recorded")
    text = json.dumps(values[row["name"]], ensure_ascii=False)
    default = row["default"] and json.loads(row["default"]) == values[row["name"]]
    return escape(text) if default else Markup("<strong>{}</strong>").format(text)


def connect(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("rerun-report", RerunReportDirective)
    app.add_directive("parameters", ParametersDirective)
