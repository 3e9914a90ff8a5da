"""The book as a page that answers: parameters in the browser, edits at once, on this machine only.

Vocabulary
----------
**Run**: a page run by papermill with parameters that a reader set; see `evidence_book.runs`.
**Asked**: what the address of a page asks for: texts by parameter, as `--set name=text` reads them.
"""
