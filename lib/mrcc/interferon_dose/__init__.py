"""Question: does more interferon-alfa a week bring more responses."""
