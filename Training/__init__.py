"""Datasets, training and evaluation of the shipped models. Uses the engine; nothing uses it."""
