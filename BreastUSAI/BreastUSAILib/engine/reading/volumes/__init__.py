"""NRRD, NIfTI and MetaImage files, their headers checked before ITK sees them."""
