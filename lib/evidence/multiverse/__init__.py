"""The multiverse: what every defensible choice of analysis would have concluded."""
