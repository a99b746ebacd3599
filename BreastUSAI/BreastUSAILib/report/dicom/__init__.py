"""DICOM objects made from an analysis: segmentation, measurement report and Secondary Capture."""
