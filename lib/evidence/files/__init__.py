"""Folders and plain files."""
