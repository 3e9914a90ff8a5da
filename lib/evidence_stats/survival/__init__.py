"""Medians, hazard ratios, Kaplan-Meier curves, two arms, made arms, power."""
