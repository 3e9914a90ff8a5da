"""Tests of tables, claims, audit, figures and cohorts: what a book is made of."""
