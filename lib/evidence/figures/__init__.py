"""Figures: each module draws one kind and returns what it drew, with caption and alt text."""
