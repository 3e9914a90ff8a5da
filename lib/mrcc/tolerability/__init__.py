"""Question: how toxic are the regimens."""
