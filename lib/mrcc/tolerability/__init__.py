"""Question: what do the regimens cost in severe adverse events."""
