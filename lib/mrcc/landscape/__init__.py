"""Question: where does sorafenib stand among the treatments."""
