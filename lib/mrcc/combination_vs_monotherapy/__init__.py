"""Question: does adding interferon-alfa to sorafenib help."""
