"""Question: Does BCG vaccine prevent tuberculosis."""
