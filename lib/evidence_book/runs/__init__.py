"""Pages as notebooks: fresh or stale, checked, run with other parameters."""
