"""What is recorded, what was released, and how two runs differ."""
