"""Question: Which drugs lower HbA1c in diabetes."""
