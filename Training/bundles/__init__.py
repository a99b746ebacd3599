"""Bundles: their files written, packed, and what was trained recorded."""
