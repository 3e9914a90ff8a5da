"""Prognostic markers: what a printed hazard ratio per unit can mean."""
