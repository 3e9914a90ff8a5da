"""The data tables and the bibliography: read, checked, and asked by pages."""
