"""Base classes, parameter node and widget binding of a scripted module."""
