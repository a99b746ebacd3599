"""NRRD files of a result."""
