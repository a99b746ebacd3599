"""Widgets and what paints them, each usable in any block."""
