"""Printed numbers: their digits, rounding, strength, and the winner's curse."""
