"""Question: does phosphorylated AKT predict outcome."""
