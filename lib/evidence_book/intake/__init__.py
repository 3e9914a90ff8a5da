"""Exports of databases taken in as records to screen, and what was decided about them."""
