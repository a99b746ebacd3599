"""Bundles: written, calibrated and described."""
