"""What a book gives beside its pages: PDF, FHIR, linked data, archives, citations."""
