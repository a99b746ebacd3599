"""DICOM files: header, geometry, frames, and series that are a volume."""
