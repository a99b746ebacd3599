"""What the application does to the scene and slicer-core alone does not."""
