"""Weights to start from: published ones, a file, a bundle."""
