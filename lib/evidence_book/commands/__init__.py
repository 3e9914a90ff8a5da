"""The commands of `evidence`, one subject per module; each starts in milliseconds."""
