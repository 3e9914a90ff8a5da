"""The scripts that stand in a page itself, and which of them are the theme's."""

from __future__ import annotations

import re

_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_TYPE = re.compile(r"""\btype\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
# Scripts that a browser runs; all other types are data.
_RUN = ("", "text/javascript", "application/javascript", "module")
# The inline scripts of sphinx-book-theme 1.2.0, pydata-sphinx-theme 0.16.1, sphinx-togglebutton and
# MathJax as configured here; what stands between quotes are settings.
_KNOWN = tuple(
    re.compile(form)
    for form in (
        r"""document\.documentElement\.dataset\.mode = localStorage\.getItem\("mode"\) \|\| ""; """
        r"""document\.documentElement\.dataset\.theme = """
        r"""localStorage\.getItem\("theme"\) \|\| "";""",
        r"let toggle(?:HintShow|HintHide|OpenOnPrint) = '[\w ]*';",
        r"var togglebuttonSelector = '\.toggle, \.admonition\.dropdown';",
        r"DOCUMENTATION_OPTIONS\.pagename = '[\w/.-]*';",
        r"kernelName = '[\w-]*'",
        r'window\.MathJax = \{"options": \{"processHtmlClass": "[\w|]*"\}\}',
        r"// Activate the search field on page load let searchInput = "
        r'document\.querySelector\("form\.bd-search input"\); if \(searchInput\) \{ '
        r"searchInput\.focus\(\); searchInput\.select\(\); "
        r'console\.log\("\[PST\]: Set focus on search field\."\); \}',
    )
)


def inline_scripts(html: str) -> list[str]:
    """Return the text of the scripts that stand in a page and are run."""
    found = []
    for attributes, text in _SCRIPT.findall(html):
        kind = _TYPE.search(attributes)
        if "src=" not in attributes and (kind[1].lower() if kind else "") in _RUN:
            found.append(text)
    return found


def is_known(script: str) -> bool:
    """Return True for an inline script of the theme."""
    plain = " ".join(script.split())
    return any(form.fullmatch(plain) for form in _KNOWN)
