"""The processes in which notebooks run."""
