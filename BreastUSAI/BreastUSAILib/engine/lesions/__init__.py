"""Outlines and sizes of lesions, and which of them are one lesion of a volume."""
