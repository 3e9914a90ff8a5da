"""Tests of the project for those who take it over: documents, style, recipes, publishing."""
