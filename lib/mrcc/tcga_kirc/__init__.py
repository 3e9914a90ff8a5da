"""A public cohort: the protein and survival, from the aggregates of its patients."""
