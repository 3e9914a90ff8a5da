"""Question: does adding interferon-alfa to anything help."""
