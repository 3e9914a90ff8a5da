"""Conventions on which textbooks and programs differ."""
