"""Tests of this book's own questions."""
