"""Patient-level survival: Cox models, scales of a marker, permutations, added value."""
