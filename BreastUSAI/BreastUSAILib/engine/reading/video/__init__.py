"""Compressed video as cines, frame by frame."""
