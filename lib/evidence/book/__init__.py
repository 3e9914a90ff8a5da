"""The engine: runs chapters, renders the book, checks both."""
