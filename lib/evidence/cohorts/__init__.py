"""Cohorts of patients: read outside the project, analysed, and kept as aggregates only."""
