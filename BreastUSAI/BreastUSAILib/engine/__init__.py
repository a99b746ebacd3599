"""Pixels in, findings out. Knows nothing of Slicer, VTK or Qt."""
