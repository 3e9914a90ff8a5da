"""Summaries of findings (GRADE), one module per question; each line follows the numbers."""
