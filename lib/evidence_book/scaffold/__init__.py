"""The files that a new study or a new question begins with."""
