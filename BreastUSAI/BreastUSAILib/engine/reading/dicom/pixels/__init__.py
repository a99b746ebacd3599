"""Pixel data of DICOM files as a screen would show it, a frame at a time."""
