"""Tests of what runs, renders and serves a book."""
