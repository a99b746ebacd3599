"""Inputs whose result is known: faults that files in the wild show, one of each kind."""
