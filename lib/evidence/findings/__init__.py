"""What a pooled effect means: in plain words, by its imprecision, in a summary of findings."""
