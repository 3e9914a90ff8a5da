"""Statistics: arrays in, one frozen estimate out. No file, no trial, no page."""
