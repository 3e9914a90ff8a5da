"""The extensions that render results, claims, figures and reports."""
