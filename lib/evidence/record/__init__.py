"""What a page records: results, claims, parameters, and how editions of them differ."""
