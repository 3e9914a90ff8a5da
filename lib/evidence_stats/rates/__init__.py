"""Proportions, two proportions, their intervals, tests, posteriors and power."""
