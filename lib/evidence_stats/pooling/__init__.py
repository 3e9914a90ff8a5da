"""Meta-analysis: inverse variance, exact, Bayes, permutation."""
