"""Compressed video as cines: files of their own, and inside of DICOM."""
