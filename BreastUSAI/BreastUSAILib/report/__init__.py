"""Findings to files: JSON, NRRD and PNG. Never imports slicer, vtk or Qt."""
