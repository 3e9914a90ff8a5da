"""The engine of evidence books: runs pages, renders and publishes them; knows no disease."""
