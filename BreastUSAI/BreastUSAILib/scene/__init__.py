"""Findings become MRML nodes. Knows slicer, vtk and the engine's data types; never qt, never torch."""
