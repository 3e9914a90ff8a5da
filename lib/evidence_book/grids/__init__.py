"""Many runs of one page: sweeps, menus, the multiverse."""
