"""Slice views: drawn without a screen, their layout, and clicks in them."""
