"""Network meta-analysis, of treatments and of their components."""
